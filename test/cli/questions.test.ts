/** Questions at a terminal: whatever is no yes is a no. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ImgGen, type RunEvent } from '../../src/index.ts';
import { startEmulator } from '../emulators/emulator.ts';
import { replicate } from '../emulators/replicate.ts';
import { atTerminal, HAS_TERMINAL } from '../support/cli/at-terminal.ts';
import { imggen, newStudio, picturesIn } from '../support/cli/imggen.ts';

const PAID = { provider: 'openai', size: '1024x1024', quality: 'low', budget: { perRunUsd: 0.05 } };
const KEYS = { OPENAI_API_KEY: 'canary-openai-key-0123456789', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' };

describe.skipIf(!HAS_TERMINAL)('a question at a terminal', () => {
  it.each([
    ['Ctrl-C', '\u0003', 130],
    ['Ctrl-D', '\u0004', 130],
    ['n', 'n\r', 130],
  ])('answered by %s is a no: nothing is made, nothing is left behind, no stack', async (_, keys, exitCode) => {
    const folder = newStudio(PAID);
    const ran = await atTerminal(folder, ['pack', '--count', '20'], [{ after: /\[y\/N\]/, keys }], KEYS);
    expect(ran.exitCode, ran.stdout).toBe(exitCode);
    expect(ran.stdout).not.toMatch(/a bug|AbortError|^\s+at /m);
    expect(existsSync(join(folder, 'images'))).toBe(false);
    const after = await imggen(folder, ['resume', '--yes'], { env: KEYS });
    expect(after.stdout + after.stderr).toMatch(/nothing is unfinished/);
  });

  it('comes when what is paid is collected, so that stopping at it loses nothing', async () => {
    const emulator = await startEmulator(replicate({ queueMs: 50 }));
    onTestFinished(() => emulator.close());
    const folder = newStudio({ provider: 'replicate', concurrency: 1, staggerMs: 0, thumbnails: false });
    const env = { REPLICATE_API_TOKEN: 'emulated-token', REPLICATE_BASE_URL: `${emulator.url}/v1` };
    const open = await ImgGen.open({ cwd: folder, env });
    const stop = new AbortController();
    const onEvent = ({ event }: RunEvent) => event === 'generation_submitted' && stop.abort();
    await open.pack({ count: 3, settings: { size: '1024x1024' }, signal: stop.signal, onEvent }).result;
    await open.close();
    const typing = [{ after: /2 pictures may cost[^]*\[y\/N\]/, keys: '\u0003' }];
    const ran = await atTerminal(folder, ['resume', '--budget', '0.08'], typing, env);
    expect(ran.exitCode, ran.stdout).toBe(130);
    expect(ran.stdout).toMatch(/collected before anything is asked[^]*stopped at the question/);
    expect(picturesIn(folder)).toHaveLength(1);
    expect(emulator.charges()).toHaveLength(1);
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('of `delete`, answered by %s, deletes nothing', async (_, keys) => {
    const folder = newStudio();
    await imggen(folder, ['pack', '--count', '1']);
    const ran = await atTerminal(folder, ['delete', 'mira-sol'], [{ after: /\[y\/N\]/, keys }]);
    expect(ran.exitCode, ran.stdout).toBe(130);
    expect(ran.stdout).not.toMatch(/a bug|AbortError|^\s+at /m);
    expect(picturesIn(folder)).toHaveLength(1);
  });
});

it.each([['resume'], ['work', '--once']])(
  '%s in another folder than the pictures names the ledger that is not there',
  async (...command) => {
    const folder = newStudio();
    const { exitCode, stdout } = await imggen(folder, command);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`nothing is unfinished: there is no ledger at ${join(folder, '.imggen', 'ledger.db')}`);
  },
);
