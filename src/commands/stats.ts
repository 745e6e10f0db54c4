import type { Stats } from '../app/stats.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { printJson, printLine, printTable, type Io } from '../terminal/print.ts';
import { duration, usd } from '../views/format.ts';
import { withImgGen, type CommonFlags } from './flags.ts';

const right = { align: 'right' as const };
const MODEL_COLUMNS = [
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
];
const DAY_COLUMNS = [
  { title: 'day (UTC)' },
  { title: 'provider' },
  { title: 'model', flexible: true },
  { title: 'pictures', ...right },
  { title: 'spent', ...right },
  { title: 'reserved', ...right },
];

/** `imggen stats`: success rate, p50 and p95, spend by provider and model, spend by day. */
export function stats(io: Io, flags: CommonFlags): Promise<ExitCode> {
  return withImgGen(io, flags, { configOptional: true }, async (imggen) => {
    const found = await imggen.stats();
    if (flags.json) printJson(io, found);
    else if (found.models.length === 0) printLine(io, 'nothing was sent yet');
    else print(io, flags, found);
    return EXIT.ok;
  });
}

function print(io: Io, flags: CommonFlags, { models, days }: Stats): void {
  const modelRows = models.map((row) => [
    row.provider,
    row.model,
    String(row.attempts),
    String(row.done),
    String(row.failed),
    numberOrNothing(row.refused),
    numberOrNothing(row.unknown),
    percent(row.successRate),
    span(row.p50Ms),
    span(row.p95Ms),
    usd(row.spentUsd),
  ]);
  printTable(io, flags, { columns: MODEL_COLUMNS, rows: modelRows });
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
  return value > 0 ? String(value) : '';
}

function percent(share: number | null): string {
  return share === null ? '–' : `${Math.round(share * 1000) / 10} %`;
}

function span(ms: number | null): string {
  return ms === null ? '–' : duration(ms);
}
