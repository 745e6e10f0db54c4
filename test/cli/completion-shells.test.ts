/** The completion scripts in real shells, as their users load them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROVIDERS } from '../../src/providers/index.ts';
import { newFolder } from '../support/cli/imggen.ts';
import { install, isInstalled, offeredByFish, typed } from '../support/cli/shells.ts';

/** What is typed before Tab, and the words that the program is then run with. */
const TYPED: [string, string[]][] = [
  ['imggen cr', ['create-character']],
  ['imggen he', ['help']],
  ['imggen help res', ['help', 'resume']],
  ['imggen pack --dr', ['pack', '--dry-run']],
  ['imggen pack mira-sol --dr', ['pack', 'mira-sol', '--dry-run']],
  ['imggen gallery --dr', ['gallery', '--dr']],
  ['imggen pack --provider rep', ['pack', '--provider', 'replicate']],
  ['imggen pack --provider=rep', ['pack', '--provider=replicate']],
  ['imggen pack --count 4 --priority h', ['pack', '--count', '4', '--priority', 'high']],
  ['imggen gallery mira-sol --kind t', ['gallery', 'mira-sol', '--kind', 'training']],
  ['imggen completion z', ['completion', 'zsh']],
  ['imggen create-character ours', ['create-character', 'ours and theirs.json']],
  ['imggen pack --config ours', ['pack', '--config', 'ours and theirs.json']],
];

/** A folder with a script, a file whose name needs quotes, and folders named like a command and a value. */
async function folderFor(shell: 'bash' | 'zsh' | 'fish'): Promise<string> {
  const folder = newFolder();
  await install(folder, shell);
  writeFileSync(join(folder, 'ours and theirs.json'), '{}');
  for (const name of ['create-character', 'replicate']) mkdirSync(join(folder, name));
  return folder;
}

describe.each(['bash', 'zsh'] as const)('%s', (shell) => {
  it.runIf(isInstalled(shell))('completes commands, options, what an option takes, and files', async () => {
    const folder = await folderFor(shell);
    const lines = TYPED.map(([line]) => line);
    expect(typed(folder, shell, lines)).toEqual(TYPED.map(([, words]) => words));
  });
});

describe('zsh', () => {
  it.runIf(isInstalled('zsh'))('takes a script that is sourced instead of found in $fpath', async () => {
    const folder = await folderFor('zsh');
    const rc = `autoload -Uz compinit; compinit -u -D; source ~/_imggen; PS1='READY>'`;
    writeFileSync(join(folder, '.zshrc'), `${rc}; imggen() { print -r -- "<<\${(j:|:)@}>>" }\n`);
    expect(typed(folder, 'zsh', ['imggen pack --dr'])).toEqual([['pack', '--dry-run']]);
  });
});

describe('fish', () => {
  it.runIf(isInstalled('fish'))('completes commands, options, what an option takes, and files', async () => {
    const folder = await folderFor('fish');
    const offered = (line: string): string[] => offeredByFish(folder, line);
    expect(offered('imggen ')).toEqual(expect.arrayContaining(['init', 'pack', 'gallery', 'status', 'help']));
    expect(offered('imggen ')).not.toContain('ours and theirs.json');
    expect(offered('imggen cr')).toEqual(['create-character']);
    expect(offered('imggen pack --dr')).toEqual(['--dry-run']);
    expect(offered('imggen gallery --dr')).toEqual([]);
    expect(offered('imggen pack --provider ').toSorted()).toEqual(['auto', ...Object.keys(PROVIDERS)].toSorted());
    expect(offered('imggen pack --provider=rep')).toEqual(['--provider=replicate']);
    expect(offered('imggen pack --priority h')).toEqual(['high']);
    expect(offered('imggen help pa')).toEqual(['pack']);
    expect(offered('imggen completion ').toSorted()).toEqual(['bash', 'fish', 'zsh']);
    expect(offered('imggen create-character ours')).toEqual(['ours and theirs.json']);
    expect(offered('imggen pack --config ours')).toEqual(['ours and theirs.json']);
  });
});
