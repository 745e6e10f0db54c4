import { UserError } from '../errors.ts';
import type { RunEvent } from '../events.ts';
import { uploads } from '../runner/after/upload.ts';
import { configuredStore } from './adopt.ts';
import { knownCharacter } from './characters.ts';
import { openedEvent } from './opened.ts';
import { tellMarks } from './marks.ts';
import type { RunResult } from './result.ts';
import type { StopSignals } from '../runner/context.ts';
import { leaveRun, type RunningProject } from './opened-run.ts';
import { runnerContext } from './runner-context.ts';
import type { Project } from './project.ts';
import { summarize } from './summary.ts';

/** What the use-case needs of a project. */
type UploadingProject = RunningProject & Pick<Project, 'caller'>;

/**
 * Sends the pictures of a character that were made without a store, or could not be uploaded before. No provider is
 * needed. With nothing to upload the result has no jobs.
 * @throws {UserError} when no store is configured, or it refuses the key.
 */
export async function uploadImages(
  project: UploadingProject,
  id: string,
  { signals, emit }: { signals: StopSignals; emit: (event: RunEvent) => void },
): Promise<RunResult> {
  const ledger = project.ledger.openExisting();
  const startedAtMs = project.host.now();
  const startedMs = project.host.elapsed();
  const character = knownCharacter(project, id);
  const store = configuredStore(project.config);
  const early: RunEvent[] = [];
  // A bad key is told before anything is put in the queue.
  const storage = await project.services.checkedStore(store, (message) =>
    early.push({ event: 'notice', level: 'warn', message }),
  );
  if (!storage) throw new UserError(`${store} is no store to upload to`);
  const warn = (message: string) => emit({ event: 'notice', level: 'warn', message });
  const untold = await tellMarks(project, ledger, { characterKey: character.key, warn });
  const { count, jobs } = ledger.uploads.enqueue(character.key, store);
  if (count === 0)
    return { status: untold > 0 ? 'some-failed' : 'done', jobs: [], refusals: [], failures: [], failuresMore: 0 };
  const ids = new Set(jobs.map((job) => String(job.id)));
  const off = project.ledger.listen((event) => {
    if (!('job_id' in event) || ids.has(event.job_id)) emit(event);
  });
  const opened = ledger.jobs.openRun(jobs.map((job) => job.id));
  const tellDraining = () => emit({ event: 'draining', signal: String(signals.drain.reason), in_flight: 0 });
  try {
    for (const job of jobs) emit({ ...openedEvent(ledger, job, project.clean), uploads: true });
    const pictures = count === 1 ? '1 picture' : `${count} pictures`;
    early.unshift({ event: 'notice', level: 'info', message: `uploading ${pictures} of ${character.id} to ${store}` });
    for (const event of early) emit(event);
    signals.drain.addEventListener('abort', tellDraining, { once: true });
    const context = runnerContext(project, { ledger, providers: new Map() }, emit);
    const [step] = uploads({
      ...context,
      jobIds: jobs.map((job) => job.id),
      ...signals,
      stores: new Map([[store, storage]]),
    });
    await step?.finish();
    for (const job of jobs) opened.close(job.id, startedAtMs);
    const durationMs = project.host.elapsed() - startedMs;
    const interrupted = signals.drain.aborted ? ({ reason: 'interrupted' } as const) : undefined;
    return uploadResult(summarize(ledger, jobs, { stop: step?.stop ?? interrupted, durationMs, canAsk: () => false }));
  } catch (error) {
    leaveRun(opened);
    throw error;
  } finally {
    signals.drain.removeEventListener('abort', tellDraining);
    off();
  }
}

/** Judged by the uploads alone: shots of these jobs that failed long ago are not this run's. */
function uploadResult(result: RunResult): RunResult {
  const left = result.jobs.reduce((sum, job) => sum + job.uploadsLeft, 0);
  if (left === 0) return { ...result, status: 'done' };
  if (result.stop?.reason === 'interrupted') return { ...result, status: 'interrupted' };
  return { ...result, status: result.stop?.reason === 'auth' ? 'auth' : 'some-failed' };
}
