/** What is paid and waits at a provider is collected before a person is asked anything. */
import type { RunEvent } from '../events.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Attempt } from '../ledger/records.ts';
import { canBeCleared } from '../runner/askable.ts';
import { makerOf } from '../runner/in-batch.ts';
import { agree, type Agreed } from './agreement.ts';
import { openedEvent } from './opened.ts';
import { runOpened, type Outside, type RunningProject } from './opened-run.ts';
import type { PlannedJob } from './planned-job.ts';
import type { Prepared } from './prepare.ts';
import type { RunOptions } from './run.ts';

/** A question came up while paid work waits. */
class FirstQuestion extends Error {}

/** What came of it. */
interface Collected {
  /** The jobs as they are then. */
  prepared: Prepared;
  /** Set when nothing had to be asked, or nothing had to be collected before. */
  agreed: Agreed | undefined;
  hasCollected: boolean;
}

/**
 * Where a person is to be asked and paid work waits at a provider, that is collected first: the answer may come late,
 * and whatever it is, what is paid is on disk. Else nothing is done: a run collects while it makes.
 */
export async function collectFirst(
  project: RunningProject,
  prepared: Prepared,
  { confirm }: Pick<RunOptions, 'confirm'>,
  to: Outside & { startedAtMs: number },
): Promise<Collected> {
  if (!confirm || !paidWorkWaits(project, prepared))
    return { prepared, agreed: await agree(project, prepared, confirm), hasCollected: false };
  const question = () => {
    throw new FirstQuestion();
  };
  try {
    return { prepared, agreed: await agree(project, prepared, question), hasCollected: false };
  } catch (error) {
    if (!(error instanceof FirstQuestion)) throw error;
  }
  await collect(project, prepared, to);
  const ledger = project.ledger.open();
  return {
    prepared: { ...prepared, jobs: prepared.jobs.map((job) => asItIsNow(ledger, job)) },
    agreed: undefined,
    hasCollected: true,
  };
}

/** True when a job that goes on has something that was sent, and a provider that can be asked for it. */
export function paidWorkWaits(
  { ledger }: Pick<RunningProject, 'ledger'>,
  { jobs, providers }: Pick<Prepared, 'jobs' | 'providers'>,
): boolean {
  return jobs.some(({ before }) => {
    if (!before) return false;
    const { recovery, queries, jobs: all } = ledger.open();
    if (recovery.isLeftBehind(before.id)) return queries.openProviders(before.id).some((name) => providers.has(name));
    const isClearable = (name: Attempt['provider']) => {
      const ready = providers.get(name);
      return ready !== undefined && canBeCleared(makerOf(ready, before.settings).provider);
    };
    return all.counts(before.id).held > 0 && queries.openProviders(before.id).some(isClearable);
  });
}

async function collect(
  project: RunningProject,
  prepared: Prepared,
  to: Outside & { startedAtMs: number },
): Promise<void> {
  const ledger = project.ledger.open();
  const jobs = prepared.jobs.flatMap(({ before }) => before ?? []);
  const ids = new Set(jobs.map(({ id }) => String(id)));
  const off = project.ledger.listen((event: RunEvent) => {
    if (!('job_id' in event) || ids.has(event.job_id)) to.emit(event);
  });
  try {
    for (const job of jobs) to.emit({ ...openedEvent(ledger, job, project.clean), before_questions: true });
    to.emit({ event: 'notice', level: 'info', message: 'what is paid is collected before anything is asked' });
    const opened = ledger.jobs.openRun(jobs.map(({ id }) => id));
    const collectOnly = new Set(jobs.map(({ id }) => id));
    await runOpened(
      project,
      { ledger, jobs, opened, prepared, collectOnly, goesOn: true, startedAtMs: to.startedAtMs },
      to,
    );
  } finally {
    off();
  }
}

/** A planned job behind what was collected: fewer pictures are left, and the last answers may have been in vain. */
function asItIsNow(ledger: Ledger, job: PlannedJob): PlannedJob {
  const { before, requeues = [], unpaid, except, settings, paidInVain } = job;
  if (!before) return job;
  return {
    ...job,
    before: ledger.jobs.find(before.id) ?? before,
    alike: ledger.jobs.alike(before.id, ['queued', ...requeues], { unpaid, except }),
    paidInVain: paidInVain === undefined ? undefined : ledger.jobs.endedInVain(before.id, settings.model),
  };
}
