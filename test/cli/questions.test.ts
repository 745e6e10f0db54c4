/** Questions at a terminal: whatever is no yes is a no. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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
