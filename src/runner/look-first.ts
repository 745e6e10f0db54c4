import type { RunnerOptions } from './context.ts';
import type { OpenAttempt } from './open-attempt.ts';

/** Shots of jobs that a ledger knows too little of: each is looked up once before it is sent. */
export class LookFirst {
  private readonly jobIds: ReadonlySet<number>;
  private readonly asked = new Set<number>();

  constructor({ lookFirst = new Set() }: Pick<RunnerOptions, 'lookFirst'>) {
    this.jobIds = lookFirst;
  }

  /** A fresh attempt: in doubt when its shot may have been made already. */
  doubted(open: OpenAttempt): OpenAttempt {
    const { shotId, jobId } = open.lease;
    if (!this.jobIds.has(jobId) || this.asked.has(shotId) || !open.ready.provider.find) return open;
    this.asked.add(shotId);
    const why = 'the ledger may be older than what was paid';
    return { ...open, doubt: { why, sender: 'another process', unrecorded: true } };
  }
}

/** An attempt of a process that has ended: in doubt when its request was about to leave, and no answer is known. */
export function takenOver(open: OpenAttempt): OpenAttempt {
  if (open.attempt.state !== 'intent') return open;
  const why = 'the process that sent it ended before the answer';
  return { ...open, doubt: { why, sender: 'another process' } };
}
