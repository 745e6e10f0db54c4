/** `--batch`: half the price, sent once, collected by a later run. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FORBIDDEN } from '../emulators/openai.ts';
import { makePicture } from '../emulators/picture.ts';
import { geminiStudio, moneyIn, openaiStudio, statesIn } from '../support/cli/batch-studio.ts';
import { picturesIn } from '../support/cli/imggen.ts';

describe('a pack in a batch', () => {
  it('is sent once, says how it is collected, ends with 75, and is collected when it is made', async () => {
    const { folder, emulator, service, run, calls, charged } = await openaiStudio();
    const sent = await run('pack', '--count', '3', '--batch');
    expect(sent, sent.said).toMatchObject({ exitCode: 75 });
    expect(sent.said).toMatch(/3 pictures of job 1 went to openai as batch batch_\w+: at most \$0\.0\d/);
    expect(sent.said).toContain('collect them with `imggen resume 1`');
    expect([calls('submit'), emulator.charges()]).toEqual([1, []]);
    const status = JSON.parse((await run('status', '--json')).stdout) as { batches: object[] };
    expect(status.batches).toMatchObject([{ provider: 'openai', pictures: 3, until: expect.any(String) as string }]);
    const early = await run('resume');
    expect(early, early.said).toMatchObject({ exitCode: 75 });
    expect(early.said.match(/is in progress, 0 of 3 requests are done/g)).toHaveLength(1);
    expect(early.said).toContain('3 pictures of job 1 are being made in a batch: run again to collect');
    // A batch that takes its time is as it should be.
    expect(early.said).not.toMatch(/warning: .*(?:batch|at the provider)/);
    service.control.batchMs = 0;
    const made = await run('resume');
    expect(made, made.said).toMatchObject({ exitCode: 0 });
    expect(picturesIn(folder)).toHaveLength(3);
    expect([calls('submit'), calls('content')]).toEqual([1, 1]);
    expect(moneyIn(folder)).toEqual({ spent: charged() });
  });

  it('costs half of what the same pack costs at once', async () => {
    const worst = async (...flags: string[]) => {
      const { stdout } = await run('pack', '--count', '2', '--dry-run', '--json', ...flags);
      return (JSON.parse(stdout) as { jobs: { worstCaseUsd: number }[] }).jobs[0]?.worstCaseUsd ?? NaN;
    };
    const { run, service, charged } = await openaiStudio();
    expect((await worst('--batch')) / (await worst())).toBeCloseTo(0.5, 3);
    service.control.batchMs = 0;
    await run('pack', '--count', '2', '--key', 'b', '--batch');
    const inBatch = charged();
    await run('pack', '--count', '2', '--key', 'now', '--new');
    expect(inBatch / (charged() - inBatch)).toBeCloseTo(0.5, 1);
  });

  it('ends each request as its line says: refused ones are refused, and cost nothing', async () => {
    const { folder, service, run, charged } = await openaiStudio();
    const scenes = ['--scene', 'in a park', '--scene', FORBIDDEN];
    expect(await run('pack', ...scenes, '--batch')).toMatchObject({ exitCode: 75 });
    service.control.batchMs = 0;
    const made = await run('resume');
    expect(made, made.said).toMatchObject({ exitCode: 3 });
    expect(statesIn(folder)).toEqual({ done: 1, refused: 1 });
    expect(moneyIn(folder)).toEqual({ spent: charged(), released: 0 });
  });

  it('gives back the money of requests that expired, and sends them in another batch', async () => {
    const { folder, service, run, calls, charged } = await openaiStudio();
    await run('pack', '--count', '3', '--batch');
    Object.assign(service.control, { batchMs: 0, made: 1, ends: 'expired' });
    // The next batch runs.
    const first = service.batches[0];
    if (first) Object.assign(first, { createdMs: 0 });
    service.control.batchMs = 3_600_000;
    const part = await run('resume');
    expect(part, part.said).toMatchObject({ exitCode: 75 });
    expect(picturesIn(folder)).toHaveLength(1);
    expect([calls('submit'), statesIn(folder)]).toEqual([2, { done: 1, leased: 2 }]);
    Object.assign(service.control, { batchMs: 0, made: Infinity, ends: 'completed' });
    expect(await run('resume')).toMatchObject({ exitCode: 0 });
    expect(moneyIn(folder)).toEqual({ spent: charged(), released: 0 });
  });

  it('is canceled at the provider: what was made is fetched, the rest costs nothing', async () => {
    const { folder, service, run, calls, charged } = await openaiStudio();
    await run('pack', '--count', '3', '--batch');
    service.control.made = 1;
    const canceled = await run('cancel', '1');
    expect(canceled, canceled.said).toMatchObject({ exitCode: 0 });
    expect(canceled.said).toContain('1 picture finished at the provider: fetched');
    expect([calls('cancel'), statesIn(folder)]).toEqual([1, { canceled: 2, done: 1 }]);
    expect(moneyIn(folder)).toEqual({ spent: charged(), released: 0 });
  });

  it('that somebody else has canceled at the provider is not bought again by itself', async () => {
    const { folder, service, run, calls, charged } = await openaiStudio();
    await run('pack', '--count', '2', '--batch');
    Object.assign(service.control, { batchMs: 0, made: 1, ends: 'cancelled' });
    const ended = await run('resume');
    expect(ended, ended.said).toMatchObject({ exitCode: 3 });
    expect(ended.said).toMatch(/canceled|cancelled/);
    expect([calls('submit'), statesIn(folder), moneyIn(folder)]).toEqual([
      1,
      { done: 1, failed: 1 },
      { spent: charged(), released: 0 },
    ]);
  });

  it('tells once for a batch, not for each of its pictures, why it could not be stopped', async () => {
    const { folder, emulator, run } = await openaiStudio();
    await run('pack', '--count', '3', '--batch');
    expect((await run('status')).said).toMatch(/state: +its batch is collected by: imggen resume 1/);
    const error = { message: 'Incorrect API key provided.' };
    emulator.faults.push({ on: 'cancel', kind: 'status', status: 401, body: JSON.stringify({ error }) });
    const canceled = await run('cancel', '1');
    expect(canceled.said.match(/could not be asked to stop/g)).toHaveLength(1);
    expect(statesIn(folder)).toEqual({ leased: 3 });
  });

  it('takes the references along inside its lines', async () => {
    const { folder, service, run } = await openaiStudio();
    writeFileSync(join(folder, 'face.png'), makePicture(64, 64, 'a face'));
    const character = { name: 'Mira Sol', gender: 'woman', references: ['./face.png'] };
    const config = { provider: 'openai', size: '1024x1024', quality: 'low', batch: true, character };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    service.control.batchMs = 0;
    const made = await run('pack', '--count', '2');
    expect(made, made.said).toMatchObject({ exitCode: 0 });
    expect(service.batches.map(({ endpoint, lines }) => [endpoint, lines.length])).toEqual([['/v1/images/edits', 2]]);
  });

  it('fails as a whole where the service does not take it, and is not sent again by itself', async () => {
    const { folder, service, run, calls } = await openaiStudio();
    await run('pack', '--count', '2', '--batch');
    const [batch] = service.batches;
    const problem = { code: 'token_limit_exceeded', message: 'Enqueued token limit reached.', line: null };
    if (batch) Object.assign(batch, { status: 'failed', problems: [problem] });
    const ended = await run('resume');
    expect(ended, ended.said).toMatchObject({ exitCode: 6 });
    expect(ended.said).toContain('Enqueued token limit reached');
    expect([calls('submit'), statesIn(folder)]).toEqual([1, { failed: 2 }]);
    service.control.batchMs = 0;
    expect(await run('retry', '1')).toMatchObject({ exitCode: 0 });
    expect(calls('submit')).toBe(2);
  });
});

describe('a pack in batches of Gemini', () => {
  it('is sent once, as many as fit into one at a time, and collected when they are made', async () => {
    const { folder, service, run, calls, charged } = await geminiStudio();
    const sent = await run('pack', '--count', '18', '--batch');
    expect(sent, sent.said).toMatchObject({ exitCode: 75 });
    expect(service.batches.map(({ requests }) => requests.length)).toEqual([16, 2]);
    service.control.batchMs = 0;
    const made = await run('resume');
    expect(made, made.said).toMatchObject({ exitCode: 0 });
    expect(picturesIn(folder)).toHaveLength(18);
    expect(calls('submit')).toBe(2);
    expect(moneyIn(folder)).toEqual({ spent: charged() });
  });

  it('is canceled at the provider: what was made is fetched, the rest costs nothing', async () => {
    const { folder, service, run, charged } = await geminiStudio();
    await run('pack', '--count', '3', '--batch');
    service.control.made = 1;
    const canceled = await run('cancel', '1');
    expect(canceled.said).toContain('1 picture finished at the provider: fetched');
    expect(statesIn(folder)).toEqual({ canceled: 2, done: 1 });
    expect(moneyIn(folder)).toEqual({ spent: charged(), released: 0 });
  });
});

describe('what goes in no batch', () => {
  it('is the avatar: it is made at once, and the training pictures in one batch after it', async () => {
    const { folder, service, run } = await openaiStudio();
    const sent = await run('create-character', '--training-count', '3', '--batch');
    expect(sent, sent.said).toMatchObject({ exitCode: 75 });
    expect(picturesIn(folder)).toHaveLength(1);
    expect(service.batches.map(({ endpoint, lines }) => [endpoint, lines.length])).toEqual([['/v1/images/edits', 3]]);
  });

  it('are pictures of a provider that takes none: refused before anything is written', async () => {
    const { run, emulator } = await openaiStudio();
    const refused = await run('pack', '--count', '2', '--batch', '--provider', 'local');
    expect(refused).toMatchObject({ exitCode: 2 });
    expect(refused.stderr).toContain('it takes no batches');
    expect(emulator.requests).toEqual([]);
  });

  it('are failed pictures that are retried with --no-batch', async () => {
    const { folder, service, run } = await openaiStudio();
    await run('pack', '--count', '2', '--batch');
    const [batch] = service.batches;
    if (batch) Object.assign(batch, { status: 'failed', problems: [{ code: 'x', message: 'no', line: null }] });
    await run('resume');
    expect(await run('retry', '1', '--no-batch')).toMatchObject({ exitCode: 0 });
    expect([service.batches.length, picturesIn(folder).length]).toEqual([1, 2]);
  });
});
