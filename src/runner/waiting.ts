import type { Wait } from '../ledger/candidates.ts';
import type { RunnerContext } from './context.ts';

/** How often a wait is said, in ms. */
const SAY_EVERY_MS = 5_000;
/** A pause that is over sooner is not worth a sentence. */
const PAUSE_MIN_MS = 2_000;

/** Says what a run waits for while nothing of its own is under way: at once, then every few seconds. */
export class Waiting {
  private readonly context: Pick<RunnerContext, 'ledger' | 'now' | 'elapsed' | 'tell'>;
  private sinceMs: number | undefined;
  private toldMs = -Infinity;

  constructor(context: Pick<RunnerContext, 'ledger' | 'now' | 'elapsed' | 'tell'>) {
    this.context = context;
  }

  /** The run goes on. */
  over(): void {
    this.sinceMs = undefined;
  }

  /** Nothing is under way, and nothing of these jobs can be claimed. */
  on(wait: Wait, jobIds: readonly number[]): void {
    const { elapsed, now, tell } = this.context;
    const nowMs = elapsed();
    this.sinceMs ??= nowMs;
    if (nowMs - this.toldMs < SAY_EVERY_MS) return;
    const why = this.why(wait, jobIds);
    if (why === undefined || wait.reason === 'backoff') return;
    this.toldMs = nowMs;
    const waitedMs = Math.round(nowMs - this.sinceMs);
    const waiting = waitedMs < 1_000 ? 'waiting' : `waiting ${Math.round(waitedMs / 1_000)} s`;
    tell({
      event: 'waiting',
      at: new Date(now()).toISOString(),
      job_id: String(jobIds[0] ?? ''),
      reason: wait.reason,
      waited_ms: waitedMs,
      message: `${waiting}: ${why}`,
    });
  }

  /** Nothing more of these jobs can be made by this run: says what shots wait for that nobody makes. */
  ended(jobIds: readonly number[]): void {
    for (const jobId of jobIds) {
      const others = this.context.ledger.claims.idleBlockers(jobId, jobIds);
      if (others.length === 0) continue;
      const maker = `job ${others.join(', ')}`;
      const message = `job ${jobId} waits for the avatar that ${maker} makes: go on with that one first`;
      this.context.tell({ event: 'notice', level: 'warn', message });
    }
  }

  private why({ reason, untilMs }: Wait, jobIds: readonly number[]): string | undefined {
    const jobs = `job ${jobIds.join(', ')}`;
    switch (reason) {
      case 'others': {
        const { claims, queries } = this.context.ledger;
        const [pid, ...more] = queries.workersBeside(jobIds);
        if (pid !== undefined)
          return `process ${pid}${more.length > 0 ? ` and ${more.length} more` : ''} works on the rest of ${jobs}`;
        const makers = new Set(jobIds.flatMap((id) => claims.busyBlockers(id, jobIds)));
        return makers.size === 0
          ? undefined
          : `another run makes the avatar of ${jobs} (job ${[...makers].join(', ')})`;
      }
      case 'budget':
        return `what other processes have under way holds the rest of a cap of ${jobs}`;
      case 'places':
        return `other processes have all the places that the provider of ${jobs} gives at once`;
      case 'urgent':
        return `a more urgent job of another process goes before ${jobs}`;
      case 'limits': {
        const leftMs = (untilMs ?? 0) - this.context.now();
        if (leftMs < PAUSE_MIN_MS) return undefined;
        return `the provider of ${jobs} takes nothing for another ${Math.ceil(leftMs / 1_000)} s`;
      }
      case 'backoff':
        return undefined;
    }
  }
}
