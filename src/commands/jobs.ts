import { existingLedger, withHouse, type CommonFlags } from '../app/house.ts';
import { ownJobs } from '../app/jobs.ts';
import { printJson, printLine, printTable } from '../terminal/print.ts';
import type { Host } from '../host.ts';
import type { ExitCode } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job } from '../ledger/records.ts';
import { ago, duration, usdOfMicros } from '../views/format.ts';

const SHOWN = 50;
/** How far back own jobs are looked for among those of others. */
const SEARCHED = 10_000;

/** `imggen jobs`: history, newest first. */
export function jobs(host: Host, flags: CommonFlags): Promise<ExitCode> {
  return withHouse<ExitCode>(host, flags, { configOptional: true }, async (house) => {
    const ledger = existingLedger(house);
    const list = ownJobs(house, ledger, ledger.jobs.list(SEARCHED))
      .slice(0, SHOWN)
      .map((job) => describe(ledger, job));
    if (flags.json) {
      printJson(house, { jobs: list.map(({ spentMicros, ...rest }) => ({ ...rest, costUsd: spentMicros / 1e6 })) });
      return 0;
    }
    if (list.length === 0) {
      printLine(house, 'no jobs yet: imggen create-character, or imggen pack --count 8');
      return 0;
    }
    printTable(
      house,
      [
        { title: 'job' },
        { title: 'kind' },
        { title: 'character', flexible: true },
        { title: 'state' },
        { title: 'done', align: 'right' },
        { title: 'failed', align: 'right' },
        { title: 'cost', align: 'right' },
        { title: 'provider' },
        { title: 'created' },
        { title: 'key', flexible: true, spare: 1 },
      ],
      list.map((job) => [
        job.id,
        job.kind,
        job.characterId,
        { text: job.state, tone: job.state === 'open' ? 'strong' : 'quiet' },
        `${job.done}/${job.imageCount}`,
        { text: String(job.failed), tone: job.failed > 0 ? 'bad' : 'quiet' },
        usdOfMicros(job.spentMicros),
        job.provider,
        ago(job.createdAt, host.now()),
        job.key ?? '',
      ]),
    );
    return 0;
  });
}

function describe(ledger: Ledger, job: Job) {
  const counts = ledger.jobs.counts(job.id);
  const settings = job.settings;
  return {
    id: String(job.id),
    key: job.key,
    kind: job.kind,
    characterId: job.characterId,
    state: job.state,
    imageCount: job.imageCount,
    done: counts.done,
    failed: counts.failed + counts.refused,
    held: counts.hold,
    provider: settings.provider,
    model: settings.model,
    spentMicros: ledger.jobs.total(job.id).spentMicros,
    createdAt: new Date(job.createdAtMs).toISOString(),
    endedAt: job.endedAtMs === null ? null : new Date(job.endedAtMs).toISOString(),
  };
}

/** `imggen stats`: success rate, p50 and p95, spend by provider and model, spend by day. */
export function stats(host: Host, flags: CommonFlags): Promise<ExitCode> {
  return withHouse<ExitCode>(host, flags, { configOptional: true }, async (house) => {
    const { queries } = existingLedger(house);
    const whose = flags.allOwners ? undefined : (house.config.owner ?? null);
    const models = queries.stats(whose);
    const days = queries.spending(14, whose);
    if (flags.json) {
      printJson(house, {
        models: models.map(({ spentMicros, ...rest }) => ({
          ...rest,
          successRate: rateOf(rest),
          spentUsd: spentMicros / 1e6,
        })),
        days: days.map(({ spentMicros, reservedMicros, ...rest }) => ({
          ...rest,
          spentUsd: spentMicros / 1e6,
          reservedUsd: reservedMicros / 1e6,
        })),
      });
      return 0;
    }
    if (models.length === 0) {
      printLine(house, 'nothing was sent yet');
      return 0;
    }
    const right = { align: 'right' as const };
    printTable(
      house,
      [
        { title: 'provider' },
        { title: 'model', flexible: true },
        { title: 'sent', ...right },
        { title: 'done', ...right },
        { title: 'failed', ...right },
        { title: 'refused', ...right, spare: 1 },
        { title: 'unknown', ...right, spare: 2 },
        { title: 'success', ...right },
        { title: 'p50', ...right },
        { title: 'p95', ...right },
        { title: 'spent', ...right },
      ],
      models.map((m) => [
        m.provider,
        m.model,
        String(m.attempts),
        String(m.done),
        String(m.failed),
        some(m.refused),
        some(m.unknown),
        rateOf(m) === null ? '–' : `${Math.round((rateOf(m) ?? 0) * 1000) / 10} %`,
        spanOf(m.p50Ms),
        spanOf(m.p95Ms),
        usdOfMicros(m.spentMicros),
      ]),
    );
    printLine(house, '');
    printTable(
      house,
      [
        { title: 'day (UTC)' },
        { title: 'provider' },
        { title: 'model', flexible: true },
        { title: 'pictures', ...right },
        { title: 'spent', ...right },
        { title: 'reserved', ...right },
      ],
      days.map((d) => [
        d.day,
        d.provider,
        d.model,
        String(d.images),
        usdOfMicros(d.spentMicros),
        usdOfMicros(d.reservedMicros),
      ]),
    );
    return 0;
  });
}

/** Nothing for none: a column of nothing is left out. */
function some(howMany: number): string {
  return howMany > 0 ? String(howMany) : '';
}

function rateOf(row: { done: number; failed: number; refused: number; unknown: number }): number | null {
  const ended = row.done + row.failed + row.refused + row.unknown;
  return ended === 0 ? null : row.done / ended;
}

function spanOf(ms: number | null): string {
  return ms === null ? '–' : duration(ms);
}
