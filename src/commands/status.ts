import { existingLedger, withHouse, type CommonFlags, type House } from '../app/house.ts';
import { knownJob } from '../app/jobs.ts';
import { printJson, printLine } from '../terminal/print.ts';
import { openView } from '../terminal/view.ts';
import { summarize } from '../app/summary.ts';
import type { Host } from '../host.ts';
import type { ExitCode } from '../errors.ts';
import type { RunEvent } from '../events.ts';
import type { Job } from '../ledger/records.ts';
import { count, duration, usdOfMicros } from '../views/format.ts';

const WATCH_EVERY_MS = 250;

/** `imggen status [job]`: how a job stands; `--watch` keeps it live, also for a job that another process runs. */
export function status(
  host: Host,
  name: string | undefined,
  flags: CommonFlags & { watch?: boolean },
): Promise<ExitCode> {
  return withHouse<ExitCode>(host, flags, { configOptional: true }, async (house) => {
    const job = knownJob(house, existingLedger(house), name);
    if (flags.watch) return watch(house, job);
    const facts = factsOf(house, job);
    if (flags.json) {
      const { spentMicros, reservedMicros, todayMicros, ...rest } = facts;
      printJson(house, {
        ...rest,
        spentUsd: spentMicros / 1e6,
        reservedUsd: reservedMicros / 1e6,
        spentTodayUsd: todayMicros / 1e6,
      });
    } else printFacts(house, facts);
    return 0;
  });
}

function factsOf(house: House, job: Job) {
  const ledger = house.ledger();
  const counts = ledger.jobs.counts(job.id);
  const settings = job.settings;
  const pace = ledger.queries.pace(job.id);
  const left = counts.queued + counts.leased;
  const perMs = pace.spanMs > 0 ? pace.ended / pace.spanMs : 0;
  return {
    job: String(job.id),
    key: job.key,
    kind: job.kind,
    characterId: job.characterId,
    state: job.state,
    provider: settings.provider,
    model: settings.model,
    imageCount: job.imageCount,
    queued: counts.queued,
    position: ledger.queries.ahead(job.id),
    inFlight: counts.leased,
    done: counts.done,
    failed: counts.failed,
    refused: counts.refused,
    held: counts.hold,
    cancelled: counts.cancelled,
    uploads: ledger.uploads.open(job.id),
    averageMs: pace.averageMs === null ? null : Math.round(pace.averageMs),
    timeLeftMs: left > 0 && perMs > 0 ? Math.round(left / perMs) : null,
    ...ledger.jobs.total(job.id),
    todayMicros: ledger.queries.today().spentMicros,
  };
}

function printFacts(house: House, facts: ReturnType<typeof factsOf>): void {
  const line = (label: string, text: string) => printLine(house, `${`${label}:`.padEnd(13)}${text}`);
  const some = (n: number, words: string) => (n > 0 ? [`${n} ${words}`] : []);
  line(
    'job',
    `${facts.job}${facts.key === null ? '' : ` (${house.clean(facts.key)})`}, ${facts.kind} of ${count(facts.imageCount, 'picture')} for ${facts.characterId}`,
  );
  line(
    'state',
    facts.state === 'open' && facts.inFlight === 0 ? 'open, nobody is working on it: imggen resume' : facts.state,
  );
  line('provider', `${facts.provider} ${facts.model}`);
  line(
    'pictures',
    [
      `${facts.done} of ${facts.imageCount} done`,
      ...some(facts.inFlight, 'in flight'),
      ...some(facts.queued, 'queued'),
      ...some(facts.failed, 'failed'),
      ...some(facts.refused, 'refused'),
      ...some(facts.held, 'held (outcome unknown)'),
      ...some(facts.cancelled, 'cancelled'),
    ].join(', '),
  );
  if (facts.queued > 0 && facts.position > 0) line('position', `${count(facts.position, 'shot')} of other jobs ahead`);
  if (facts.uploads.pending + facts.uploads.failed > 0)
    line('uploads', `${facts.uploads.pending} pending, ${facts.uploads.failed} failed`);
  line(
    'spend',
    `${usdOfMicros(facts.spentMicros)}${facts.reservedMicros > 0 ? ` + ${usdOfMicros(facts.reservedMicros)} reserved` : ''}, today ${usdOfMicros(facts.todayMicros)}`,
  );
  if (facts.averageMs !== null) line('average', `${duration(facts.averageMs)} a picture`);
  if (facts.timeLeftMs !== null) line('time left', `about ${duration(facts.timeLeftMs)}`);
  for (const failure of house.ledger().queries.failures(Number(facts.job), 10)) {
    printLine(house, `  ${failure.name}: ${failure.outcome ?? failure.state}: ${house.clean(failure.message ?? '')}`);
  }
}

/** Follows the events another process commits, in the same view as a run of our own. Ends with the job, or with Ctrl-C. */
async function watch(house: House, job: Job): Promise<ExitCode> {
  const { host } = house;
  const ledger = house.ledger();
  const view = await openView(house);
  const startedAtMs = host.now();
  const stop = new AbortController();
  const off = host.onSignal(() => stop.abort());
  view.handle(openedEvent(house, job));
  let after = 0;
  while (!stop.signal.aborted) {
    const news = ledger.queries.eventsAfter(job.id, after);
    for (const { id, event } of news) {
      view.handle(event as RunEvent);
      after = id;
    }
    const counts = ledger.jobs.counts(job.id);
    if (news.length === 0 && counts.leased + counts.queued === 0) break;
    if (news.length === 0) await host.sleep(WATCH_EVERY_MS, stop.signal);
  }
  off();
  await view.close({ ...summarize(house, [job], { result: { stop: undefined }, startedAtMs }), exitCode: 0 });
  return 0;
}

function openedEvent(house: House, job: Job): RunEvent {
  const ledger = house.ledger();
  const settings = job.settings;
  return {
    event: 'run_opened',
    job_id: String(job.id),
    character_id: job.characterId,
    character_name: house.clean(ledger.characters.find(job.characterId)?.name ?? job.characterId),
    kind: job.kind,
    provider: settings.provider,
    model: settings.model,
    concurrency: house.config.concurrency,
    image_count: job.imageCount,
    already_done: 0,
    caps_usd: { perImage: null, perRun: null, perDay: null },
    spent_usd: 0,
    spent_day_usd: 0,
    output: settings.output,
    uploads: settings.store !== 'none',
  };
}
