import { createInterface } from 'node:readline/promises';
import { UserError } from '../errors.ts';
import type { Terminal } from '../host.ts';
import { wrapped } from '../views/wrap.ts';

const ANSWER_COLUMNS = 5;

/** True when there is a person to be asked. */
export function canAsk({ stdin, stderr }: Pick<Terminal, 'stdin' | 'stderr'>): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}

/**
 * Asks a person at a terminal: true for a yes, false for any other answer, and where there is nobody to ask.
 * @throws {UserError} `declined` for Ctrl-C and Ctrl-D: the whole command is to end.
 */
export async function confirm(
  { stdin, stderr }: Pick<Terminal, 'stdin' | 'stderr'>,
  question: string,
): Promise<boolean> {
  if (!canAsk({ stdin, stderr })) return false;
  const ask = createInterface({ input: stdin, output: stderr });
  const closed = new AbortController();
  ask.once('close', () => closed.abort());
  try {
    // With space for the answer behind it.
    const words = wrapped(`${question} [y/N]`, (stderr.columns ?? Infinity) - ANSWER_COLUMNS);
    const answer = await ask.question(`${words} `, { signal: closed.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error;
    stderr.write('\n');
    throw new UserError('stopped at the question: nothing was bought', { kind: 'declined' });
  } finally {
    ask.close();
  }
}

/** The same where everything hangs on the one answer. @throws {UserError} `declined` for every answer but a yes. */
export async function confirmOrEnd(terminal: Pick<Terminal, 'stdin' | 'stderr'>, question: string): Promise<boolean> {
  if (!canAsk(terminal) || (await confirm(terminal, question))) return canAsk(terminal);
  throw new UserError('answered no: nothing was done', { kind: 'declined' });
}
