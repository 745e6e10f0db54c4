import { SpareSpace } from '../images/spare-space.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job } from '../ledger/records.ts';
import { runAttempt } from './attempt.ts';
import type { GuardedSteps } from './after/guarded.ts';
import type { Batches } from './batches.ts';
import type { InFlight } from './in-flight.ts';
import { tidyIds } from './kept-id.ts';
import type { AttemptContext, AttemptEnd, OpenAttempt } from './open-attempt.ts';
import { Turns } from './turns.ts';

/** Runs attempts to their ends: what is to go in a batch with the others of it, the answers of batches in turn. */
export class Running {
  private readonly context: AttemptContext;
  private readonly batches: Batches;
  /** By job. All answers of a batch can be had at once, and each holds a picture in memory until it is saved. */
  private readonly turns: ReadonlyMap<number, Turns>;

  constructor(context: Omit<AttemptContext, 'space'>, batches: Batches, jobs: readonly Job[]) {
    this.context = { ...context, space: new SpareSpace() };
    this.batches = batches;
    this.turns = new Map(jobs.map((job) => [job.id, new Turns(job.settings.concurrency)]));
  }

  /** @throws what `runAttempt` throws. */
  async run(open: OpenAttempt): Promise<AttemptEnd> {
    const { request, state } = open.attempt;
    const work = () => runAttempt(this.context, open);
    if (request.batch && state === 'intent' && !open.doubt) this.batches.expect(open);
    let isStored = false;
    const turns = request.batch && state !== 'intent' ? this.turns.get(open.job.id) : undefined;
    try {
      await tidyIds(this.context, open);
      const end = await (turns ? turns.take(work) : work());
      isStored = end.kind === 'done';
      if (end.kind === 'released' && end.why !== 'interrupted') this.tellReleased(open, end);
      return end;
    } finally {
      this.batches.ended(open);
      await open.file.close(isStored);
    }
  }

  /** Gives back the space that was set aside. */
  close(): Promise<void> {
    return this.context.space.close();
  }

  /** All requests of a batch are let go for the same reason. */
  private tellReleased(
    { attempt }: OpenAttempt,
    { why: message, asPlanned }: Extract<AttemptEnd, { kind: 'released' }>,
  ): void {
    if (attempt.request.batch) this.context.warnOnce(message, asPlanned ? 'info' : 'warn');
    else this.context.tell({ event: 'notice', level: 'warn', message });
  }
}

/**
 * Ends a round: what is in flight ends, and, unless the run is over, what follows the pictures has its say. True: it
 * has put more shots into the queue. @param over why the run is over; undefined: it is not.
 */
export async function isMoreAdded(
  { batches, flight, after }: { batches: Batches; flight: InFlight; after: GuardedSteps },
  over: unknown,
): Promise<boolean> {
  if (over !== undefined) batches.drop();
  await flight.ended();
  if (over === undefined && (await after.settled())) return true;
  batches.drop();
  return false;
}

/** The jobs of a run. @throws for a training: its answer is no picture, and another request is paid for it. */
export function jobsOfPictures(ledger: Pick<Ledger, 'jobs'>, jobIds: readonly number[]): Job[] {
  const jobs = jobIds.flatMap((id) => ledger.jobs.find(id) ?? []);
  const training = jobs.find(({ kind }) => kind === 'train');
  if (training) throw new Error(`job ${training.id} is a training: the runner makes pictures`);
  return jobs;
}
