/** Edits whose picture changes, is gone, or is a drawing: nothing is sent that nobody said yes to. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makePicture } from '../emulators/picture.ts';
import { moneyIn, openaiStudio, statesIn } from '../support/cli/batch-studio.ts';
import { picturesIn, until } from '../support/cli/imggen.ts';

const NIGHT = ['--prompt', 'make it night'] as const;
const sourceIn = (folder: string) => join(folder, 'images', 'mira-sol', 'mira_sol_image_00001.png');

describe('the picture of an edit', () => {
  it('that changes between two tries of the request is not sent; put back, a retry sends it', async () => {
    const { folder, emulator, run, calls } = await openaiStudio();
    await run('pack', '--count', '1');
    const body = JSON.stringify({ error: { message: 'overloaded' } });
    emulator.faults.push({ on: 'submit', kind: 'status', status: 500, body, times: 1 });
    const bytes = readFileSync(sourceIn(folder));
    const going = run('edit', 'mira-sol/1', ...NIGHT);
    await until('the first try', () => calls('submit') === 2);
    writeFileSync(sourceIn(folder), makePicture(64, 64, 'a private picture'));
    const ended = await going;
    expect(ended, ended.said).toMatchObject({ exitCode: 6 });
    expect(ended.said).toContain('the reference mira_sol_image_00001.png has changed since the run began');
    expect(calls('submit')).toBe(2);
    writeFileSync(sourceIn(folder), bytes);
    expect(await run('retry', '2')).toMatchObject({ exitCode: 0 });
  });

  it('that is gone when its batch has ended keeps nothing from being collected: all is well in the end', async () => {
    const { folder, service, run, calls, charged } = await openaiStudio({ batch: true });
    await run('pack', '--count', '1', '--no-batch');
    expect(await run('edit', 'mira-sol/1', ...NIGHT)).toMatchObject({ exitCode: 75 });
    rmSync(sourceIn(folder));
    service.control.batchMs = 0;
    const made = await run('resume');
    expect(made, made.said).toMatchObject({ exitCode: 0 });
    expect(made.said).not.toContain('did not go on');
    expect([picturesIn(folder), calls('submit'), statesIn(folder)]).toEqual([
      ['mira_sol_image_00002.png'],
      2,
      { done: 2 },
    ]);
    expect(moneyIn(folder)).toEqual({ spent: charged() });
  });

  it('that is a drawing goes to a model of photographs for another take only after a yes', async () => {
    const { emulator, run } = await openaiStudio();
    await run('pack', '--count', '1', '--provider', 'local');
    await run('edit', 'mira-sol/1', ...NIGHT, '--provider', 'local');
    const refused = await run('reroll', 'mira-sol/2', '--provider', 'openai');
    expect(refused).toMatchObject({ exitCode: 2 });
    expect(refused.stderr).toContain('mira_sol_image_00001.png is a drawing: it is not sent to openai');
    expect(emulator.requests).toEqual([]);
    expect(await run('reroll', 'mira-sol/2', '--provider', 'openai', '--yes')).toMatchObject({ exitCode: 0 });
    // It has gone there already.
    expect(await run('reroll', 'mira-sol/3')).toMatchObject({ exitCode: 0 });
  });

  it('and a count that does not fit is told as it was typed', async () => {
    const { run } = await openaiStudio();
    await run('pack', '--count', '1', '--provider', 'local');
    for (const count of ['-1', '1.5', '101'])
      expect((await run('edit', 'mira-sol/1', ...NIGHT, '--count', count)).stderr).toContain(`100, got ${count}`);
  });
});
