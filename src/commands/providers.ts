import type { ProviderInfo, ProvidersInfo, ServiceHealth } from '../app/providers.ts';
import type { ModelRecord, SizeSupport } from '../providers/capabilities.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import type { AsTyped } from '../terminal/program-name.ts';
import { printJson, printTable, printText, type Io } from '../terminal/print.ts';
import { count } from '../views/format.ts';
import type { Cell, Column } from '../views/table.ts';
import { withImgGen, type MakingFlags } from './flags.ts';

interface Row {
  provider: string;
  model: string;
  price: string;
  can: string;
  key: string;
  record: ModelRecord;
  health?: ServiceHealth;
}

/**
 * `imggen providers [--check]`: what there is, what it costs, what it can do, whether its key was found and is good.
 */
export function providers(io: Io, flags: MakingFlags & { check?: boolean }): Promise<ExitCode> {
  return withImgGen(io, flags, { configOptional: true }, async (imggen) => {
    const found = await imggen.providers({ check: flags.check });
    const rows = found.providers.flatMap(rowsOf);
    const { storage, auto } = found;
    if (flags.json) printJson(io, { providers: rows.map(documentOf), auto, ...(storage ? { storage } : {}) });
    else {
      printTable(io, flags, { columns: COLUMNS, rows: found.providers.map(rowsOf).flatMap(cellsOf) });
      printText(io, `\n${notesOf(rows, dayOf(io.host.now()), io.typed).join('\n')}`);
      printText(io, `for one gallery picture with the face ${auto.sentence}`);
      if (storage) printText(io, `storage ${storage.name}: ${storage.message}`);
    }
    return flags.check && isUnhealthy(found) ? EXIT.auth : EXIT.ok;
  });
}

/** The chosen provider, or the store, does not answer or refuses the key. */
function isUnhealthy({ chosen, providers: all, storage }: ProvidersInfo): boolean {
  return all.some((one) => one.name === chosen && one.health?.ok === false) || storage?.ok === false;
}

function rowsOf({ name, keyVariables, keyFound, models, health }: ProviderInfo): Row[] {
  const missing = keyFound === undefined ? `missing: ${keyVariables[0]}` : `found: ${keyFound}`;
  const key = keyVariables.length === 0 ? 'not needed' : missing;
  return models.map((model) => ({
    provider: name,
    model: model.id,
    price: model.priceNote ?? 'unknown',
    can: abilities(model),
    key,
    record: model,
    ...(health ? { health } : {}),
  }));
}

function abilities({ capabilities: can, retiresOn }: ModelRecord): string {
  const words = [
    can.seed === 'none' ? 'no seed' : can.seed === 'exact' ? 'seed' : 'seed (best effort)',
    can.referencesMax > 0 ? count(can.referencesMax, 'reference') : 'no references',
    sizesOf(can.sizes),
  ];
  if (can.qualities.length > 0) words.push(can.qualities.join('|'));
  if (can.reattach) words.push('survives a crash');
  if (retiresOn !== undefined) words.push(`retires ${retiresOn}`);
  return words.join(', ');
}

function sizesOf(sizes: SizeSupport): string {
  if (sizes.kind === 'list') return sizes.sizes.join(' ');
  if (sizes.kind === 'any') return 'the model decides the size';
  return sizes.kind === 'ratio' ? `ratios ${sizes.ratios.join(' ')}` : `${sizes.minPx}…${sizes.maxPx} px`;
}

function documentOf({ provider, model, price, can, key, health }: Row) {
  return { provider, model, price, can, key, ...(health ? { health } : {}) };
}

/** Narrow enough for 80 columns; `--json` says the rest. */
const COLUMNS: readonly Column[] = [
  { title: 'provider' },
  { title: 'models', align: 'right' },
  { title: 'default model', flexible: true },
  { title: 'price' },
  { title: 'seed', spare: 1 },
  { title: 'references', align: 'right', spare: 2 },
  { title: 'key' },
];

const SEEDS = { exact: 'exact', 'best-effort': 'maybe', none: 'no' } as const;

/** One row for a provider: `imggen models` has a row for each model. */
function cellsOf(rows: readonly Row[]): Cell[][] {
  const [first] = rows;
  if (first === undefined) return [];
  const references = first.record.capabilities.referencesMax;
  return [
    [
      first.provider,
      String(rows.filter((row) => !isSnapshot(row, rows)).length),
      first.model,
      shortPrice(first.price),
      SEEDS[first.record.capabilities.seed],
      references > 0 ? String(references) : '–',
      first.key.startsWith('missing')
        ? { text: 'missing', tone: 'quiet' }
        : { text: first.key.startsWith('found') ? 'found' : '–', tone: 'good' },
    ],
  ];
}

/** The span of a price note: `about $0.02 low, … $0.19 high at 1024x1024 (…)` → `$0.02–0.19`. */
function shortPrice(note: string): string {
  const amounts = [...(note.split(' (')[0] ?? '').matchAll(/\$([\d.]*\d)/g)].map((match) => match[1] ?? '');
  // A price of the first megapixel may be above that of the next.
  const [first, last] = [amounts[0], amounts.at(-1)].toSorted((a, b) => Number(a) - Number(b));
  if (first === undefined) return note.startsWith('free') ? 'free' : 'unknown';
  return last === first ? `$${first}` : `$${first}–${last}`;
}

/** A dated copy of a model that is listed under its plain name too. */
function isSnapshot(row: Row, rows: readonly Row[]): boolean {
  const plain = row.model.replace(/-\d{4}-\d{2}-\d{2}$/, '');
  return plain !== row.model && rows.some((other) => other.provider === row.provider && other.model === plain);
}

/** What the table is too narrow for, a line each. */
function notesOf(rows: readonly Row[], today: string, typed: AsTyped): string[] {
  const lines: string[] = [];
  for (const name of new Set(rows.map((row) => row.provider))) {
    const own = rows.filter((row) => row.provider === name);
    const [first] = own;
    if (first?.health) lines.push(`${name}: ${first.health.message}`);
    else if (first?.key.startsWith('missing: '))
      lines.push(`${name}: set ${first.key.slice('missing: '.length)} to use it`);
    if (own.some((row) => shortPrice(row.price) === 'unknown'))
      lines.push(`${name}: say an unknown price with providers.${name}.priceUsd in the config`);
    lines.push(...endsOf(own, { today, isChecked: first?.health !== undefined }).map((text) => `${name}: ${text}`));
  }
  return [
    ...lines,
    `all models, seeds, reference pictures and prices: \`${typed('models')}\`; sizes, qualities: --json`,
  ];
}

/** Which models end when, a text for each day. */
function endsOf(rows: readonly Row[], { today, isChecked }: { today: string; isChecked: boolean }): string[] {
  const askIt = isChecked ? '' : ': `--check` tells whether your account still has them';
  const ending = rows.filter(({ record }) => record.retiresOn !== undefined);
  return [...new Set(ending.map(({ record }) => record.retiresOn ?? ''))].map((day) => {
    const models = ending.filter(({ record }) => record.retiresOn === day).map(({ model }) => model);
    return day > today
      ? `${models.join(', ')} are shut down on ${day}`
      : `${models.join(', ')} were to end on ${day}${askIt}`;
  });
}

/** `2026-11-21`, in UTC as the days of providers. */
function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
