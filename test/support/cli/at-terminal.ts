/** The built binary at a terminal of its own (`script` of util-linux): questions are asked, keys are typed. */
import { existsSync } from 'node:fs';
import { execa } from 'execa';
import { BINARY, spawnOptions, until, type Ran } from './imggen.ts';

/** Whether this machine can open such a terminal. */
export const HAS_TERMINAL = process.platform === 'linux' && existsSync('/usr/bin/script');

/** What is typed, and the words on the screen it is typed after. */
export interface Typing {
  after: RegExp;
  keys: string;
}

/** Runs the binary at a terminal of 80 columns to its end; `stdout` is everything that the screen showed. */
export async function atTerminal(
  folder: string,
  args: readonly string[],
  typing: readonly Typing[] = [],
  env: Record<string, string> = {},
): Promise<Ran> {
  const words = [process.execPath, BINARY, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const child = execa('/usr/bin/script', ['-qec', `stty cols 80 rows 24; exec ${words}`, '/dev/null'], {
    ...spawnOptions(folder, { env }),
    stdin: 'pipe',
  });
  let screen = '';
  child.stdout.on('data', (chunk: Buffer) => (screen += chunk.toString()));
  for (const { after, keys } of typing) {
    await until(String(after), () => after.test(screen));
    child.stdin.write(keys);
  }
  const { exitCode, stderr } = await child;
  return { exitCode, stdout: screen, stderr };
}
