import { EXIT, type ExitCode } from '../errors.ts';
import type { RunEvent } from '../events.ts';
import type { Job } from '../ledger/records.ts';
import { Uploader } from '../runner/after/upload.ts';
import { contextOf, opened } from './generate.ts';
import type { House } from './house.ts';
import { readyStorage } from './services.ts';
import { openView } from '../terminal/view.ts';
import { watchSignals } from '../terminal/signals.ts';
import { summarize } from './summary.ts';

/** Uploads what waits in these jobs and makes nothing: no provider is needed. Returns the exit code. @throws {UserError} exit 5 */
export async function uploadOnly(
  house: House,
  request: { jobs: readonly Job[]; store: string; notice: string },
): Promise<ExitCode> {
  const { host, config } = house;
  const ledger = house.ledger();
  const { jobs } = request;
  const startedAtMs = host.now();
  const early: RunEvent[] = [{ event: 'notice', level: 'info', message: request.notice }];
  const storage = await readyStorage(house, request.store, (message) =>
    early.push({ event: 'notice', level: 'warn', message }),
  );
  if (!storage) return EXIT.ok;
  let emit: (event: RunEvent) => void = () => {};
  const signals = watchSignals(host, {
    drainMs: config.drainMs,
    onDrain: (signal) => emit({ event: 'draining', signal, in_flight: 0 }),
  });
  const view = await openView(house);
  emit = (event) => {
    house.log.trace('event', { ...event });
    view.handle(event);
  };
  ledger.jobs.openRun(jobs.map((job) => job.id));
  for (const job of jobs) emit({ ...opened(house, job, new Map()), uploads: true });
  ledger.listen(emit);
  for (const event of early) emit(event);
  try {
    const { caps, concurrency, staggerMs, attemptsMax, timeoutMs } = { ...config, caps: config.budget };
    const options = {
      jobIds: jobs.map((job) => job.id),
      caps,
      concurrency,
      staggerMs,
      attemptsMax,
      timeoutMs,
      drain: signals.drain,
      abort: signals.abort,
    };
    const uploader = new Uploader(contextOf(house, { providers: new Map(), storage, emit }), options, storage);
    uploader.finish();
    await uploader.run();
    const left = jobs.map((job) => ledger.uploads.open(job.id)).reduce((sum, one) => sum + one.pending + one.failed, 0);
    const exitCode = exitOf(left, { refused: uploader.stop !== undefined, interrupted: signals.drain.aborted });
    for (const job of jobs) ledger.jobs.closeRun(job.id, startedAtMs);
    const summary = summarize(house, jobs, { result: { stop: uploader.stop }, startedAtMs });
    const headline = left === 0 ? `all uploaded to ${storage.name}` : `${left} not uploaded yet`;
    await view.close({ ...summary, exitCode, headline, interrupted: exitCode === EXIT.interrupted });
    return exitCode;
  } finally {
    signals.close();
  }
}

function exitOf(left: number, why: { refused: boolean; interrupted: boolean }): ExitCode {
  if (left === 0) return EXIT.ok;
  if (why.interrupted) return EXIT.interrupted;
  return why.refused ? EXIT.auth : EXIT.someFailed;
}
