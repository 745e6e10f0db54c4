/** The built program at a terminal of its own (`script` of util-linux), where one answer is typed to every question. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Ended, environmentOf, type Home } from './cli.ts';

/** Whether this machine can open such a terminal. */
export const HAS_TERMINAL = process.platform === 'linux' && existsSync('/usr/bin/script');

/** How it ended; `stdout` is everything that the screen showed. `asked`: a question came up. */
export interface TypedEnd extends Ended {
  asked: boolean;
}

/** Runs `imggen` to its end; each question is answered with `answer`. */
export async function runAtTerminal(home: Home, args: readonly string[], answer: 'y' | 'n'): Promise<TypedEnd> {
  const words = [process.execPath, `${home.root}/bin/imggen.js`, ...args].map(quoted).join(' ');
  const child = spawn('/usr/bin/script', ['-qec', `stty cols 80 rows 24; exec ${words}`, '/dev/null'], {
    cwd: home.folder,
    env: { TERM: 'xterm-256color', ...environmentOf(home) },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let asked = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (asked || !stdout.includes('[y/N]')) return;
    asked = true;
    child.stdin.write(`${answer}\r`);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr: stdout, asked }));
  });
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
