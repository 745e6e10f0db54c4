/** Real shells, typed at: what the program is given when somebody presses Tab and Enter. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imggen } from './imggen.ts';

/** The shells that there are scripts for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
/** One of them. */
export type Shell = (typeof SHELLS)[number];

/** Whether it is installed. */
export function isInstalled(shell: string): boolean {
  return spawnSync(shell, ['-c', 'true']).status === 0;
}

/** In the place of the program: tells which words it was given. */
const STAND_IN = `imggen() { local IFS='|'; printf '<<%s>>\\n' "$*"; }`;

/** Writes a shell's script where its users put it, and what makes the shell load it. */
export async function install(folder: string, shell: Shell): Promise<void> {
  const { stdout, exitCode, stderr } = await imggen(folder, ['completion', shell]);
  if (exitCode !== 0) throw new Error(stderr);
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), `${text}\n`);
  write(shell === 'zsh' ? '_imggen' : `imggen.${shell}`, stdout);
  write('.zshrc', `fpath=(~ $fpath); autoload -Uz compinit; compinit -u -D; PS1='READY>'; ${STAND_IN}`);
}

/**
 * Types lines, each with Tab and Enter, into an interactive bash, with readline, or zsh, with its line editor on a
 * pseudo-terminal; returns the words that `imggen` was then run with.
 */
export function typed(folder: string, shell: 'bash' | 'zsh', lines: readonly string[]): string[][] {
  const keys = lines.map((line) => `${line}\t\n`).join('');
  const said =
    shell === 'bash'
      ? run(folder, 'bash', ['--norc', '--noprofile', '-i'], `${STAND_IN}\nsource imggen.bash\n${keys}exit\n`)
      : run(folder, 'zsh', ['-f', '-c', ZSH_DRIVER, 'zsh', ...lines]);
  return [...said.matchAll(/<<(.*)>>/g)].map(([, words = '']) => words.split('|'));
}

/** What fish offers after a line. */
export function offeredByFish(folder: string, line: string): string[] {
  const said = run(folder, 'fish', ['--no-config', '-c', 'source imggen.fish; complete -C $argv[1]', line]);
  return said.split('\n').flatMap((one) => (one === '' ? [] : [one.split('\t')[0] ?? '']));
}

/** Types when the prompt is there, and reads on until the program has run. */
const ZSH_DRIVER = `
zmodload zsh/zpty
zpty z zsh -d -i
for line; do
  zpty -r z prompt '*READY>*'
  zpty -w z "$line"$'\\t'
  zpty -r z answer '*>>*'
  print -r -- "$answer"
done
zpty -d z
`;

function run(folder: string, program: string, args: readonly string[], input = ''): string {
  const ran = spawnSync(program, args, {
    encoding: 'utf8',
    cwd: folder,
    input,
    timeout: 60_000,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, ZDOTDIR: folder, TERM: 'dumb', LANG: 'C.UTF-8' },
  });
  return ran.stdout;
}
