/** What is said of batches: what went in one, until when it is made, and what a later run sends anew. */
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { type BatchStudio, moneyIn, openaiStudio, statesIn } from '../support/cli/batch-studio.ts';
import type { OpenAIService } from '../emulators/openai.ts';

/** A batch of three, of which one picture is made before it expires. */
async function expired(config: Record<string, unknown> = {}): Promise<BatchStudio<OpenAIService>> {
  const studio = await openaiStudio(config);
  const { service, run } = studio;
  await run('pack', '--count', '3', '--batch');
  Object.assign(service.control, { made: 1, ends: 'expired' });
  const [first] = service.batches;
  if (first) Object.assign(first, { createdMs: 0 });
  return studio;
}

it('status, jobs and show tell of it', async () => {
  const { service, run } = await openaiStudio();
  await run('pack', '--count', '2', '--batch');
  const live = await run('status');
  expect(live.said).toMatch(/provider: +openai gpt-image\S+, in batches\n/);
  expect(live.said).toMatch(
    /2 pictures at openai as batch_\w+, in the making, made by [\d-]+ [\d:]+ UTC at the latest/,
  );
  expect(live.said).toContain('its batch is collected by: ');
  expect((await run('jobs')).said).toContain('openai batch');
  service.control.batchMs = 0;
  await run('resume');
  expect((await run('show', 'mira-sol/1')).said).toMatch(/request 1 +done at openai in a batch, \$0\.0/);
  const shown = JSON.parse((await run('show', 'mira-sol/1', '--json')).stdout) as object;
  expect(shown).toMatchObject({ attempts: [{ batch: true, outcome: 'done' }] });
  await run('pack', '--count', '1', '--key', 'now');
  expect((await run('show', 'mira-sol/3')).said).toMatch(/request 1 +done at openai, \$0\.0/);
});

it('a batch whose time has passed is not said to be in the making', async () => {
  const { folder, run } = await openaiStudio();
  await run('pack', '--count', '2', '--batch');
  const db = new Sqlite(join(folder, '.imggen', 'ledger.db'));
  db.exec(`UPDATE attempts SET sent = json_set(sent, '$.untilMs', 1000)`);
  db.close();
  const { said } = await run('status');
  expect(said).toContain(', ended by 1970-01-01 00:00 UTC');
});

it('what expired is told of, and goes in another batch for the same money', async () => {
  const { run, calls } = await expired();
  const { said } = await run('resume');
  expect(said).toContain('could not be executed before the completion window expired');
  expect(said).toMatch(/2 pictures of job 1 went to openai as batch batch_\w+: at most \$0\.0\d/);
  expect(calls('submit')).toBe(2);
});

it('what expired goes in no other batch above a cap', async () => {
  const { folder, run, calls, charged } = await expired();
  const capped = await run('resume', '--budget', '0.000001');
  expect([capped.exitCode, calls('submit')], capped.said).toEqual([4, 1]);
  expect(statesIn(folder)).toEqual({ done: 1, queued: 2 });
  expect(moneyIn(folder)).toEqual({ spent: charged(), released: 0 });
});

it('what expired is made at once, at the full price, when resume is told so', async () => {
  const { folder, run, calls } = await expired();
  const made = await run('resume', '--no-batch');
  expect([made.exitCode, calls('submit')], made.said).toEqual([0, 3]);
  expect(statesIn(folder)).toEqual({ done: 3 });
});

it('takes of an edit go in one, too', async () => {
  const { folder, service, run, calls } = await openaiStudio();
  await run('pack', '--count', '1');
  const sent = await run('edit', 'mira-sol/1', '--prompt', 'make it night', '--count', '2', '--batch');
  expect([sent.exitCode, calls('submit')], sent.said).toEqual([75, 2]);
  service.control.batchMs = 0;
  const made = await run('resume');
  expect(made.exitCode, made.said).toBe(0);
  expect(statesIn(folder)).toEqual({ done: 3 });
});
