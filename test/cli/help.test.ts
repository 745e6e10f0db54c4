/** Help, and what is said to a command that there is none of. */
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { atTerminal, HAS_TERMINAL } from '../support/cli/at-terminal.ts';
import { imggen, newFolder } from '../support/cli/imggen.ts';

/** Names of all commands, as the help lists them. */
async function commandsOf(folder: string): Promise<string[]> {
  const { stdout } = await imggen(folder, ['--help']);
  const list = stdout.slice(stdout.indexOf('Commands:'), stdout.indexOf('Examples:'));
  return [...list.matchAll(/^ {2}([a-z-]+)/gm)].map((match) => match[1] ?? '').filter((name) => name !== 'help');
}

describe('a command that there is none of', () => {
  it.each([
    ['create', 'create-character'],
    ['stat', 'status or stats'],
    ['galery', 'gallery'],
    ['res', 'resume'],
  ])('%s: suggests %s', async (typed, meant) => {
    for (const words of [[typed], ['help', typed], [typed, '--help']]) {
      const { exitCode, stdout, stderr } = await imggen(newFolder(), words);
      expect({ exitCode, stdout }, words.join(' ')).toEqual({ exitCode: 2, stdout: '' });
      expect(stderr).toContain(`unknown command '${typed}'`);
      expect(/did you mean (.+)\?/.exec(stderr)?.[1], words.join(' ')).toBe(meant);
    }
  });

  it.each(['creat', 'clea', 'cleann', 'delet', 'crean', 'remove', 'del'])('%s: nothing that deletes', async (typed) => {
    const { stderr } = await imggen(newFolder(), [typed]);
    expect(stderr).toContain(`unknown command '${typed}'`);
    expect(stderr).not.toMatch(/clean\?|delete\?/);
  });
});

describe('help', () => {
  it('fits into 80 columns, whole words to a line, for all commands', async () => {
    const folder = newFolder();
    for (const words of [[], ...(await commandsOf(folder)).map((name) => [name])]) {
      const { stdout } = await imggen(folder, [...words, '--help']);
      const wide = stdout.split('\n').filter((line) => stringWidth(line) > 80);
      expect(wide, words.join(' ')).toEqual([]);
    }
  });

  it.skipIf(!HAS_TERMINAL)('is the same at a terminal', async () => {
    const folder = newFolder();
    const shown = await atTerminal(folder, ['--help']);
    expect(shown.stdout.replaceAll('\r', '')).toBe((await imggen(folder, ['--help'])).stdout + '\n');
  });

  it('of pack begins with the option that it needs', async () => {
    const { stdout } = await imggen(newFolder(), ['pack', '--help']);
    expect(/Options:\n +(\S+ \S+)/.exec(stdout)?.[1]).toBe('-n, --count');
  });
});
