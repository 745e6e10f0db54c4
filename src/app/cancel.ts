import { UserError } from '../errors.ts';
import { knownJob } from './jobs.ts';
import type { Project } from './project.ts';

/** How long a provider may take to stop one piece of work. */
const CANCEL_TIMEOUT_MS = 20_000;

/** What canceling came to. */
export interface Canceled {
  jobId: string;
  /** Shots that waited and are dropped. */
  canceled: number;
  /** Pieces of work that the provider stopped, and will not bill. */
  canceledAtProvider: number;
  /** Shots that were sent and have not ended: perhaps paid. */
  underWay: number;
  /** True while a process works on them; otherwise `resume` collects them. */
  running: boolean;
  /** Why some could not be stopped, a sentence each. */
  problems: readonly string[];
}

/**
 * Stops a job, also one that another process runs, and asks the providers to stop.
 * @throws {UserError} for a job that is not there, or has ended.
 */
export async function cancelJob(
  project: Pick<Project, 'ledger' | 'services' | 'caller' | 'clean'>,
  name: string,
): Promise<Canceled> {
  const ledger = project.ledger.openExisting();
  const job = knownJob(project, name);
  if (job.state === 'ended') throw new UserError(`job ${job.id} has ended already`);
  const canceled = ledger.jobs.cancel(job.id);
  const problems: string[] = [];
  let stopped = 0;
  for (const open of ledger.queries.openRemote(job.id)) {
    try {
      const { provider } = await project.services.provider(open.provider);
      const free = await provider.cancel?.(open.remoteId, { signal: AbortSignal.timeout(CANCEL_TIMEOUT_MS) });
      if (free) stopped += 1;
    } catch (error) {
      const why = project.clean((error as Error).message);
      problems.push(`${open.shot}: ${open.provider} could not be asked to stop: ${why}`);
    }
  }
  return {
    jobId: String(job.id),
    canceled,
    canceledAtProvider: stopped,
    underWay: ledger.jobs.counts(job.id).leased,
    running: ledger.queries.isRun(job.id),
    problems,
  };
}
