import type { RunEvent } from '../events.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job } from '../ledger/records.ts';
import type { OpenRun } from '../ledger/runs.ts';
import { canBeAsked } from '../runner/askable.ts';
import { agree, type Agreed } from './agreement.ts';
import { capsNeeded } from './caps-needed.ts';
import { collectFirst, paidWorkWaits } from './collect-first.ts';
import { openedEvent } from './opened.ts';
import { runOpened, type Outside, type RunningProject } from './opened-run.ts';
import { shotsOf, type PlannedJob } from './planned-job.ts';
import { prepare, prepareFolders, type Prepared } from './prepare.ts';
import type { Refusals } from './refusals.ts';
import type { RunResult } from './result.ts';
import type { RunOptions } from './run.ts';
import { summarize } from './summary.ts';
import { freeWaiting } from './without-face.ts';

/**
 * Makes jobs or goes on with them, to their end: checks, asks, writes the jobs, runs them, sums up. What is paid and
 * waits at a provider is collected before anything is asked, and of jobs that do not go on, too. Without jobs the
 * result has none.
 * @throws {UserError} for everything that can be known before paying, where it concerns a new job or there is no other:
 * nothing is left behind.
 */
export async function runJobs(
  project: RunningProject,
  planned: readonly PlannedJob[],
  options: Pick<RunOptions, 'confirm'>,
  to: Outside,
): Promise<RunResult> {
  if (planned.length === 0) return { status: 'done', jobs: [], refusals: [], failures: [], failuresMore: 0 };
  const startedAtMs = project.host.now();
  const startedMs = project.host.elapsed();
  const checked = await prepare(project, planned);
  const asked = await collectFirst(project, checked, options, { ...to, startedAtMs });
  const { prepared } = asked;
  // Whoever has stopped the run meanwhile is not asked any more.
  const confirm = to.signals.drain.aborted ? () => false : options.confirm;
  const agreed = asked.agreed ?? (await agree(project, prepared, confirm));
  await prepareFolders(prepared, agreed.refusals);
  throwOnlyRefusal(project, prepared, { ...asked, refusals: agreed.refusals });
  const ledger = project.ledger.open();
  const ids = new Set<string>();
  const early: RunEvent[] = [];
  const told = tellingTo(project, to.emit);
  const off = project.ledger.listen((event) => {
    // While the jobs are opened nothing else can be recorded: that is synchronous.
    if (ids.size === 0) early.push(event);
    else if (!('job_id' in event) || ids.has(event.job_id)) told(event);
  });
  try {
    const { jobs, opened } = openAll(ledger, prepared, { agreed, drawing: project.services.drawing });
    for (const job of jobs) ids.add(String(job.id));
    for (const job of jobs)
      told({
        ...openedEvent(ledger, job, project.clean),
        uploads: prepared.stores.has(ledger.uploads.storeOf(job.id) ?? job.settings.store),
        ...endedBefore(ledger, job, prepared),
      });
    const refusals = agreed.refusals.told();
    const refused = refusals.map(({ jobId, message, hint, advice }): RunEvent => ({
      event: 'notice',
      level: 'warn',
      message: `job ${jobId} does not go on: ${message}`,
      hint,
      advice,
    }));
    for (const event of [...early, ...prepared.notices, ...agreed.notices, ...refused]) told(event);
    const {
      lookFirst,
      refusals: { jobIds: collectOnly },
    } = agreed;
    const work = { ledger, jobs, opened, prepared, startedAtMs, lookFirst, collectOnly };
    const ended = await runOpened(project, work, { ...to, emit: told });
    return summarize(ledger, jobs, {
      ...ended,
      refusals,
      drawing: project.services.drawing,
      capsNeeded: capsNeeded(ledger, jobs, { ...prepared, ...ended }),
      durationMs: project.host.elapsed() - startedMs,
      canAsk: (job) => canBeAsked(job, prepared.providers),
    });
  } finally {
    off();
  }
}

/** Shots that this run does not make. A held one is settled where the provider can be asked. */
function endedBefore(ledger: Ledger, job: Job, { providers }: Prepared): { can_ask: boolean; already_ended: number } {
  const { failed, refused, held } = ledger.jobs.counts(job.id);
  const canAsk = canBeAsked(job, providers);
  return { can_ask: canAsk, already_ended: failed + refused + (canAsk ? 0 : held) };
}

/** Where there is one job, and nothing of it to be collected, its refusal is all there is to tell. */
function throwOnlyRefusal(
  project: RunningProject,
  { jobs, providers }: Prepared,
  { refusals, hasCollected }: { refusals: Refusals; hasCollected: boolean },
): void {
  const [job, ...others] = jobs;
  const refusal = job && refusals.of(job);
  if (!refusal || others.length > 0 || hasCollected) return;
  if (!paidWorkWaits(project, { jobs, providers })) throw refusal;
}

function tellingTo({ trace }: RunningProject, emit: Outside['emit']): Outside['emit'] {
  return (event) => {
    trace('event', { ...event });
    emit(event);
  };
}

/**
 * All jobs or none: what one of them throws leaves nothing that `resume` would buy. Of several, one whose work another
 * process has begun meanwhile is refused by itself.
 */
function openAll(
  ledger: Ledger,
  { jobs: planned, providers }: Prepared,
  { agreed, drawing }: { agreed: Agreed; drawing: ReadonlySet<string> },
): { jobs: Job[]; opened: OpenRun } {
  return ledger.atOnce(() => {
    // Who was down is asked again: it is another run.
    for (const ready of providers.values()) ledger.resetBreaker(ready.scope);
    const { refusals } = agreed;
    for (const job of refusals.left(planned)) {
      const { provider } = providers.get(job.settings.provider) ?? {};
      if (!provider || shotsOf(job) === 0) continue;
      const look = () => job.assertMissing?.(provider.capabilities(job.settings.model));
      if (planned.length === 1) look();
      else refusals.attemptNow(job, look);
    }
    // A job that does not go on stays as it is.
    const jobs = planned.map((job) => (job.before && refusals.of(job) ? job.before : job.open()));
    const going = freeWaiting(ledger, jobs, { agreed: agreed.withoutFace, drawing });
    for (const job of going) ledger.uploads.retryFailed(job.id);
    return { jobs: going, opened: ledger.jobs.openRun(going.map((job) => job.id)) };
  });
}
