import { createInterface } from 'node:readline/promises';
import { UserError } from '../errors.ts';
import type { Terminal } from '../host.ts';

/**
 * Asks a person at a terminal; false where there is none to ask.
 * @throws {UserError} `declined` for Ctrl-C and Ctrl-D: that is a no.
 */
export async function confirm(
  { stdin, stderr }: Pick<Terminal, 'stdin' | 'stderr'>,
  question: string,
): Promise<boolean> {
  if (!stdin.isTTY || !stderr.isTTY) return false;
  const ask = createInterface({ input: stdin, output: stderr });
  const closed = new AbortController();
  ask.once('close', () => closed.abort());
  try {
    const answer = await ask.question(`${question} [y/N] `, { signal: closed.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error;
    stderr.write('\n');
    throw new UserError('stopped at the question: nothing was done', { kind: 'declined' });
  } finally {
    ask.close();
  }
}
