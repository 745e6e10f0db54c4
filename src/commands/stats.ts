import type { Stats } from '../app/stats.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { printJson, printLine, printTable, type Io } from '../terminal/print.ts';
import { sinceOf } from '../terminal/since.ts';
import { duration, likeness, number, usd } from '../views/format.ts';
import { withImgGen, type CommonFlags } from './flags.ts';

/** Options of `imggen stats`. */
type StatsFlags = CommonFlags & { since?: string | undefined };

/** Shorter waits are none. */
const WAIT_TOLD_MS = 50;

const right = { align: 'right' as const };
const MODEL_COLUMNS = [
  { title: 'provider' },
  { title: 'model', flexible: true },
  { title: 'pictures', ...right },
  { title: 'success', ...right },
  { title: 'sent', ...right },
  { title: 'failed', ...right, spare: 4 },
  { title: 'refused', ...right, spare: 4 },
  { title: 'unknown', ...right, spare: 4 },
  { title: 'same face', ...right, spare: 6 },
  { title: 'p50', ...right },
  { title: 'p95', ...right },
  { title: 'waited', ...right, spare: 2 },
  { title: 'first after', ...right, spare: 3 },
  { title: 'tokens', ...right, spare: 1 },
  { title: 'spent', ...right },
];
const CHARACTER_COLUMNS = [
  { title: 'character', flexible: true },
  { title: 'pictures', ...right },
  { title: 'success', ...right },
  { title: 'tokens', ...right, spare: 1 },
  { title: 'spent', ...right },
];
const DAY_COLUMNS = [
  { title: 'day (UTC)' },
  { title: 'provider' },
  { title: 'model', flexible: true },
  { title: 'pictures', ...right },
  { title: 'spent', ...right },
  { title: 'reserved', ...right },
];

/** `imggen stats`: success of pictures and requests, speed and spend by provider and model, by character, by day. */
export function stats(io: Io, flags: StatsFlags): Promise<ExitCode> {
  return withImgGen(io, flags, { configOptional: true }, async (imggen) => {
    const found = await imggen.stats({ sinceMs: sinceOf(flags.since, io.host.now()) });
    if (flags.json) printJson(io, found);
    else if (found.models.length === 0) {
      printLine(io, flags.since === undefined ? 'nothing was sent yet' : `nothing was sent since ${flags.since}`);
    } else print(io, flags, found);
    return EXIT.ok;
  });
}

function print(io: Io, flags: CommonFlags, { models, characters, days }: Stats): void {
  const modelRows = models.map((row) => [
    row.provider,
    row.model,
    `${row.picturesMade}/${row.pictures}`,
    percent(row.successRate),
    String(row.attempts),
    numberOrNothing(row.failed),
    numberOrNothing(row.refused),
    numberOrNothing(row.unknown),
    row.likeness === null ? '' : likeness(row.likeness),
    span(row.p50Ms),
    span(row.p95Ms),
    row.waitMs === null || row.waitMs < WAIT_TOLD_MS ? '' : duration(row.waitMs),
    span(row.firstPictureMs),
    numberOrNothing(row.tokens),
    usd(row.spentUsd),
  ]);
  printTable(io, flags, { columns: MODEL_COLUMNS, rows: modelRows });
  printLine(io, '');
  const characterRows = characters.map((row) => [
    row.characterId,
    `${row.picturesMade}/${row.pictures}`,
    percent(row.successRate),
    numberOrNothing(row.tokens),
    usd(row.spentUsd),
  ]);
  printTable(io, flags, { columns: CHARACTER_COLUMNS, rows: characterRows });
  printLine(io, '');
  const dayRows = days.map((row) => [
    row.day,
    row.provider,
    row.model,
    String(row.images),
    usd(row.spentUsd),
    usd(row.reservedUsd),
  ]);
  printTable(io, flags, { columns: DAY_COLUMNS, rows: dayRows });
}

/** Nothing for 0: a column that is empty is left out. */
function numberOrNothing(value: number): string {
  return value > 0 ? number(value) : '';
}

function percent(share: number | null): string {
  return share === null ? '–' : `${Math.round(share * 1000) / 10} %`;
}

function span(ms: number | null): string {
  return ms === null ? '–' : duration(ms);
}
