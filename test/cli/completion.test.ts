/** The completion scripts, run by the shells that there are. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { imggen, newFolder } from '../support/cli/imggen.ts';

/** What bash offers after these words, the last of them half typed. */
async function offered(...words: string[]): Promise<string[]> {
  const folder = newFolder();
  const { stdout, exitCode } = await imggen(folder, ['completion', 'bash']);
  expect(exitCode).toBe(0);
  const file = join(folder, 'imggen.bash');
  writeFileSync(file, stdout);
  const typed = words.map((word) => `'${word}'`).join(' ');
  const script =
    `source ${file}; COMP_WORDS=(imggen ${typed}); COMP_CWORD=${words.length}; _imggen; ` +
    `printf '%s\\n' "\${COMPREPLY[@]}"; complete -p imggen`;
  const ran = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8', cwd: folder });
  expect(ran.stderr).toBe('');
  expect(ran.stdout).toContain('-F _imggen imggen');
  return ran.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('complete '));
}

describe('completion', () => {
  it('bash completes commands', async () => {
    expect(await offered('cr')).toEqual(['create-character']);
    expect(await offered('')).toEqual(expect.arrayContaining(['init', 'pack', 'gallery', 'status']));
  });

  it('bash completes the options of a command, and no others', async () => {
    expect(await offered('pack', '--dry')).toEqual(['--dry-run']);
    expect(await offered('gallery', '--dry')).toEqual([]);
    expect(await offered('gallery', '--k')).toEqual(['--kind']);
  });

  it('bash completes what an option takes', async () => {
    expect(await offered('pack', '--provider', '')).toEqual(
      expect.arrayContaining(['local', 'openai', 'replicate', 'auto']),
    );
    expect(await offered('pack', '--priority', 'h')).toEqual(['high']);
    expect(await offered('gallery', 'mira-sol', '--kind', 't')).toEqual(['training']);
    expect(await offered('completion', 'b')).toEqual(['bash']);
  });

  it.each(['zsh', 'fish'])('%s: names every command, and quotes hold', async (shell) => {
    const folder = newFolder();
    const { stdout } = await imggen(folder, ['completion', shell]);
    for (const command of ['create-character', 'pack', 'gallery', 'resume']) expect(stdout).toContain(command);
    for (const line of stdout.split('\n')) expect((line.match(/'/g) ?? []).length % 2, line).toBe(0);
  });
});
