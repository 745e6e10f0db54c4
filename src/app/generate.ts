import { EXIT, isDiskFailure, UserError, type ExitCode } from '../errors.ts';
import type { RunEvent } from '../events.ts';
import { freeBytes } from '../images/save.ts';
import type { Job } from '../ledger/records.ts';
import { imageFilename } from '../names.ts';
import { prepareReferences } from '../runner/references.ts';
import { Runner } from '../runner/runner.ts';
import type { ReadyProvider, RunnerContext, RunResult } from '../runner/context.ts';
import type { View } from '../views/view.ts';
import { confirm } from '../terminal/confirm.ts';
import { loosenHeapFor } from '../terminal/memory.ts';
import type { House } from './house.ts';
import { assertFits, assertWritable, capRefusal, capWords, estimate } from './preflight.ts';
import { readyProvider, readyStorage } from './services.ts';
import { openView } from '../terminal/view.ts';
import { watchSignals } from '../terminal/signals.ts';
import { exitCodeOf, summarize } from './summary.ts';

/** What a run is asked to do. */
export interface GenerateRequest {
  jobs: readonly Job[];
  /** Sentences to say first ("goes on with job 3"). */
  notices?: readonly string[];
}

/**
 * Runs jobs to their end with a view: preflight, runner, last events, summary. Returns the exit code.
 * @throws {UserError} for everything that can be known before paying.
 */
export async function generate(house: House, request: GenerateRequest): Promise<ExitCode> {
  const { host, config } = house;
  const ledger = house.ledger();
  const startedAtMs = host.now();
  const early: RunEvent[] = (request.notices ?? []).map((message) => ({ event: 'notice', level: 'info', message }));
  const warn = (message: string) => early.push({ event: 'notice', level: 'warn', message });
  const providers = await providersOf(house, request.jobs, warn);
  const storage = await readyStorage(house, storeOf(house, request.jobs), warn);
  const references = await prepareReferences(new Set(request.jobs.flatMap((job) => job.settings.references)));
  await withinCaps(house, request.jobs, { providers, startedAtMs });
  await assertWritable(house, request.jobs);
  loosenHeapFor([...providers.values()].map((ready) => ready.provider));
  ledger.jobs.openRun(request.jobs.map((job) => job.id));

  let emit: (event: RunEvent) => void = () => {};
  // Before the view: Ink's exit hook ends the process when nobody else listens for the signal.
  const signals = watchSignals(host, {
    drainMs: config.drainMs,
    onDrain: (signal) => emit({ event: 'draining', signal, in_flight: inFlight(house, request.jobs) }),
  });
  const view = await openView(house);
  emit = (event) => tell(view, house, event);
  for (const job of request.jobs) emit({ ...opened(house, job, providers), uploads: storage !== undefined });
  ledger.listen(emit);
  for (const event of early) emit(event);
  try {
    const context = contextOf(house, { providers, storage, emit });
    const result = await run(house, context, { request, references, signals });
    closeRuns(house, request.jobs, { result, startedAtMs });
    const askable = new Set(
      [...providers.values()].filter((ready) => ready.provider.find).map((ready) => ready.provider.name),
    );
    const summary = summarize(house, request.jobs, { result, startedAtMs, askable });
    await view.close(summary);
    return exitCodeOf(house, request.jobs, result);
  } catch (error) {
    await view.close({
      ...summarize(house, request.jobs, { result: { stop: undefined }, startedAtMs }),
      headline: 'stopped by a bug in imggen: nothing that was paid is lost',
      exitCode: EXIT.bug,
    });
    throw error;
  } finally {
    signals.close();
  }
}

/** Closes the run in the ledger; a ledger that can't be written any more stops it like any full disk. */
function closeRuns(house: House, jobs: readonly Job[], run: { result: RunResult; startedAtMs: number }): void {
  try {
    for (const job of jobs) house.ledger().jobs.closeRun(job.id, run.startedAtMs);
  } catch (error) {
    if (!isDiskFailure(error)) throw error;
    run.result.stop ??= { reason: 'disk', message: `${error.message} (${error.code})` };
  }
}

/** The store of the jobs, or of pictures of theirs that wait for one (`imggen upload`); `--storage none` leaves uploads for later. */
function storeOf(house: House, jobs: readonly Job[]): string {
  if (house.flags.storage === 'none') return 'none';
  const names = jobs.flatMap((job) => [job.settings.store, house.ledger().uploads.storeOf(job.id) ?? 'none']);
  return names.find((name) => name !== 'none') ?? 'none';
}

function inFlight(house: House, jobs: readonly Job[]): number {
  return jobs.reduce((sum, job) => sum + house.ledger().jobs.counts(job.id).leased, 0);
}

function run(
  house: House,
  context: RunnerContext,
  with_: {
    request: GenerateRequest;
    references: Awaited<ReturnType<typeof prepareReferences>>;
    signals: ReturnType<typeof watchSignals>;
  },
): Promise<RunResult> {
  const { config } = house;
  const runner = new Runner(
    context,
    {
      jobIds: with_.request.jobs.toSorted((a, b) => a.priority - b.priority || a.id - b.id).map((job) => job.id),
      caps: config.budget,
      concurrency: config.concurrency,
      staggerMs: config.staggerMs,
      attemptsMax: config.attemptsMax,
      timeoutMs: config.timeoutMs,
      drain: with_.signals.drain,
      abort: with_.signals.abort,
    },
    { references: with_.references, thumbnails: config.thumbnails },
  );
  return runner.run();
}

/** What the runner works with. */
export function contextOf(
  house: House,
  parts: {
    providers: ReadonlyMap<string, ReadyProvider>;
    storage: RunnerContext['storage'];
    emit: (event: RunEvent) => void;
  },
): RunnerContext {
  const { host, config, log } = house;
  const uploads = config.storage.options['concurrency'];
  return {
    ledger: house.ledger(),
    providers: parts.providers,
    storage: parts.storage,
    uploadConcurrency: typeof uploads === 'number' ? uploads : 4,
    now: host.now,
    sleep: host.sleep,
    random: host.random,
    newKey: host.newKey,
    download: async (url, partPath, how) => {
      const { downloadImage } = await import('../images/download.ts');
      return downloadImage(url, partPath, { ...how, fetch: host.fetch });
    },
    freeBytes,
    signal: parts.emit,
    trace: log.trace,
    clean: house.clean,
    imageName: imageFilename,
  };
}

function tell(view: View, house: House, event: RunEvent): void {
  house.log.trace('event', { ...event });
  view.handle(event);
}

/** The providers of the jobs, of their fallbacks, and of attempts that were left open with another one. */
async function providersOf(
  house: House,
  jobs: readonly Job[],
  warn: (message: string) => void,
): Promise<Map<string, ReadyProvider>> {
  const { config, host } = house;
  const ledger = house.ledger();
  const ready = new Map<string, ReadyProvider>();
  for (const job of jobs) {
    const settings = job.settings;
    const { queued, leased, hold } = ledger.jobs.counts(job.id);
    // Only uploads are missing: they need no provider, and no key of one.
    if (queued + leased + hold === 0) {
      ledger.uploads.retryFailed(job.id);
      continue;
    }
    const main = ready.get(settings.provider) ?? (await readyProvider(config, host, settings.provider));
    ready.set(settings.provider, main);
    assertFits(job.settings, main);
    const others = new Set([...settings.fallback, ...ledger.queries.openProviders(job.id)]);
    for (const name of others) {
      if (ready.has(name)) continue;
      try {
        ready.set(name, await readyProvider(config, host, name));
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        warn(`${name} is left out: ${error.message}`);
      }
    }
    for (const one of ready.values()) ledger.forgive(one.scope);
    ledger.uploads.retryFailed(job.id);
  }
  return ready;
}

/** A run that would pass a cap says so first, and goes on only with a yes. @throws {UserError} exit 4; the events say so too. */
async function withinCaps(
  house: House,
  jobs: readonly Job[],
  run: { providers: ReadonlyMap<string, ReadyProvider>; startedAtMs: number },
): Promise<void> {
  const ledger = house.ledger();
  const pairs = jobs.flatMap((job) => {
    const ready = run.providers.get(job.settings.provider);
    return ready ? [{ job, ready }] : [];
  });
  const found = estimate(ledger, pairs, house.config.budget);
  if (!found.passes || house.flags.yes) return;
  if (await confirm(house, `${capWords(found)}. Make as many as fit?`)) return;
  if (house.flags.json) {
    const view = await openView(house);
    ledger.listen((event) => tell(view, house, event));
  }
  for (const job of jobs) {
    ledger.budgetReached(job.id, found.passes.cap, ledger.jobs.total(job.id));
    ledger.jobs.closeRun(job.id, run.startedAtMs);
  }
  throw capRefusal(found);
}

/** The first signal about a job. */
export function opened(
  house: House,
  job: Job,
  providers: ReadonlyMap<string, ReadyProvider>,
): Extract<RunEvent, { event: 'run_opened' }> {
  const { config } = house;
  const ledger = house.ledger();
  const settings = job.settings;
  const usd = (micros: number | undefined) => (micros === undefined ? null : micros / 1e6);
  return {
    event: 'run_opened',
    job_id: String(job.id),
    character_id: job.characterId,
    character_name: house.clean(ledger.characters.find(job.characterId)?.name ?? job.characterId),
    kind: job.kind,
    provider: providers.get(settings.provider)?.provider.name ?? settings.provider,
    model: settings.model,
    concurrency: config.concurrency,
    image_count: job.imageCount,
    already_done: ledger.jobs.counts(job.id).done,
    caps_usd: {
      perImage: usd(config.budget.perImageMicros),
      perRun: usd(config.budget.perRunMicros),
      perDay: usd(config.budget.perDayMicros),
    },
    spent_usd: ledger.jobs.total(job.id).spentMicros / 1e6,
    spent_day_usd: ledger.queries.today().spentMicros / 1e6,
    output: settings.output,
    uploads: settings.store !== 'none',
  };
}
