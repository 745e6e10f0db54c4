/** What had failed for a character that was deleted since is asked for again by nobody who did not name it. */
import { expect, it } from 'vitest';
import { startEmulator } from '../emulators/emulator.ts';
import { openai } from '../emulators/openai.ts';
import { ask, imggen, newStudio } from '../support/cli/imggen.ts';

const BODY = JSON.stringify({
  error: { message: 'no', code: 'moderation_blocked', type: 'image_generation_user_error' },
});

it.each([
  { what: 'stays deleted', again: [] },
  { what: 'is created again', again: [['create-character', '--training-count', '1', '--provider', 'local']] },
])('`retry` after a deletion buys nothing for the character that $what', async ({ again }) => {
  const emulator = await startEmulator(openai(), {
    latencyMs: 5,
    faults: [{ on: 'submit', positions: [1], kind: 'status', status: 400, body: BODY }],
  });
  const folder = newStudio({ size: '1024x1024' });
  const env = { OPENAI_API_KEY: 'emulated', OPENAI_BASE_URL: `${emulator.url}/v1` };
  const run = (args: readonly string[]) => imggen(folder, args, { env });
  try {
    expect((await run(['pack', '--count', '2', '--provider', 'openai', '--yes'])).exitCode).toBe(3);
    expect((await run(['delete', 'mira-sol', '--yes'])).exitCode).toBe(0);
    const refused = await run(['retry', '1']);
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
    expect(refused.stderr).toMatch(/job 1 is of mira-sol, which was deleted: nothing was sent[^]*create-character/);
    for (const command of again) expect((await run(command)).exitCode).toBe(0);
    const charged = emulator.charges().length;
    const retried = await run(['retry']);
    expect(retried.stdout + retried.stderr).toContain('nothing has failed');
    expect(emulator.charges()).toHaveLength(charged);
    expect(ask(folder, `SELECT COUNT(*) n FROM shots WHERE state IN ('failed', 'refused')`)).toEqual([{ n: 0 }]);
  } finally {
    await emulator.close();
  }
});
