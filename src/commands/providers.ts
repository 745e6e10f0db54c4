import { withHouse, type CommonFlags, type House } from '../app/house.ts';
import { printJson, printLine, printTable } from '../terminal/print.ts';
import { createStorage, providerModule, readyProvider } from '../app/services.ts';
import type { Host } from '../host.ts';
import { EXIT, UserError, type ExitCode } from '../errors.ts';
import type { ModelRecord, SizeSupport } from '../providers/capabilities.ts';
import { PROVIDERS } from '../providers/index.ts';
import type { Cell, Column } from '../views/table.ts';

interface Row {
  provider: string;
  model: string;
  price: string;
  can: string;
  key: string;
  record: ModelRecord;
  health?: { ok: boolean; message: string };
}

/** `imggen providers [--check]`: what there is, what it costs, what it can do, whether its key was found and is good. */
export function providers(host: Host, flags: CommonFlags & { check?: boolean }): Promise<ExitCode> {
  return withHouse<ExitCode>(host, flags, { configOptional: true }, async (house) => {
    const rows: Row[] = [];
    for (const name of Object.keys(PROVIDERS)) rows.push(...(await rowsOf(house, name, flags.check === true)));
    const store = flags.check ? await storeHealth(house) : undefined;
    if (flags.json) printJson(house, { providers: rows.map(documentOf), ...(store ? { storage: store } : {}) });
    else {
      printTable(house, COLUMNS, rows.filter((row) => !isSnapshot(row, rows)).map(cellsOf));
      printLine(house, `\n${notesOf(rows).map(house.clean).join('\n')}`);
      if (store) printLine(house, `storage ${store.name}: ${house.clean(store.message)}`);
    }
    const chosen = house.config.provider;
    const bad = rows.some((row) => row.provider === chosen && row.health?.ok === false) || store?.ok === false;
    return flags.check && bad ? EXIT.auth : EXIT.ok;
  });
}

async function rowsOf(house: House, name: string, check: boolean): Promise<Row[]> {
  const module = await providerModule(name);
  const found = module.keyVariables.find((variable) => house.config.env[variable]);
  const key =
    module.keyVariables.length === 0
      ? 'not needed'
      : found === undefined
        ? `missing: ${module.keyVariables[0]}`
        : `found: ${found}`;
  const health =
    check && (found !== undefined || module.keyVariables.length === 0) ? await healthOf(house, name) : undefined;
  return module.models
    .filter((model) => model.retired === undefined)
    .map((model) => ({
      provider: name,
      model: model.id,
      price: model.priceNote ?? 'unknown',
      can: abilities(model),
      key,
      record: model,
      ...(health ? { health } : {}),
    }));
}

async function healthOf(house: House, name: string): Promise<{ ok: boolean; message: string }> {
  try {
    const { provider } = await readyProvider(house.config, house.host, name);
    const health = await provider.check({ signal: AbortSignal.timeout(20_000) });
    return { ok: health.ok, message: house.clean(health.message) };
  } catch (error) {
    if (error instanceof UserError) return { ok: false, message: house.clean(error.message) };
    throw error;
  }
}

async function storeHealth(house: House): Promise<{ name: string; ok: boolean; message: string } | undefined> {
  const name = house.config.storage.provider;
  if (name === 'none') return undefined;
  try {
    const { ok, message } = await (await createStorage(house, name)).check(AbortSignal.timeout(20_000));
    return { name, ok, message: house.clean(message) };
  } catch (error) {
    if (error instanceof UserError) return { name, ok: false, message: house.clean(error.message) };
    throw error;
  }
}

function abilities({ capabilities: can, retiresOn }: ModelRecord): string {
  const words = [
    can.seed === 'none' ? 'no seed' : can.seed === 'exact' ? 'seed' : 'seed (best effort)',
    can.referencesMax > 0 ? `${can.referencesMax} references` : 'no references',
    sizesOf(can.sizes),
  ];
  if (can.qualities.length > 0) words.push(can.qualities.join('|'));
  if (can.reattach) words.push('survives a crash');
  if (retiresOn !== undefined) words.push(`retires ${retiresOn}`);
  return words.join(', ');
}

function sizesOf(sizes: SizeSupport): string {
  if (sizes.kind === 'list') return sizes.sizes.join(' ');
  return sizes.kind === 'ratio' ? `ratios ${sizes.ratios.join(' ')}` : `${sizes.minPx}…${sizes.maxPx} px`;
}

function documentOf({ provider, model, price, can, key, health }: Row) {
  return { provider, model, price, can, key, ...(health ? { health } : {}) };
}

/** Narrow enough for 80 columns; `--json` says the rest. */
const COLUMNS: readonly Column[] = [
  { title: 'provider' },
  { title: 'model', flexible: true },
  { title: 'price' },
  { title: 'seed' },
  { title: 'refs', align: 'right' },
  { title: 'key' },
];

const SEEDS = { exact: 'exact', 'best-effort': 'maybe', none: 'no' } as const;

function cellsOf({ provider, model, price, key, record }: Row): Cell[] {
  const references = record.capabilities.referencesMax;
  return [
    provider,
    model,
    shortPrice(price),
    SEEDS[record.capabilities.seed],
    references > 0 ? String(references) : '–',
    key.startsWith('missing')
      ? { text: 'missing', tone: 'quiet' }
      : { text: key.startsWith('found') ? 'found' : '–', tone: 'good' },
  ];
}

/** The span of a price note: `about $0.02 low, … $0.19 high at 1024x1024 (…)` → `$0.02–0.19`. */
function shortPrice(note: string): string {
  const amounts = [...(note.split(' (')[0] ?? '').matchAll(/\$([\d.]*\d)/g)].map((match) => match[1] ?? '');
  const [first, last] = [amounts[0], amounts.at(-1)];
  if (first === undefined) return note.startsWith('free') ? 'free' : 'unknown';
  return last === first ? `$${first}` : `$${first}–${last}`;
}

/** A dated copy of a model that is listed under its plain name too. */
function isSnapshot(row: Row, rows: readonly Row[]): boolean {
  const plain = row.model.replace(/-\d{4}-\d{2}-\d{2}$/, '');
  return plain !== row.model && rows.some((other) => other.provider === row.provider && other.model === plain);
}

/** What the table has no room for, a line each. */
function notesOf(rows: readonly Row[]): string[] {
  const lines: string[] = [];
  for (const name of new Set(rows.map((row) => row.provider))) {
    const own = rows.filter((row) => row.provider === name);
    const [first] = own;
    if (first?.health) lines.push(`${name}: ${first.health.message}`);
    else if (first?.key.startsWith('missing: '))
      lines.push(`${name}: set ${first.key.slice('missing: '.length)} to use it`);
    if (own.some((row) => shortPrice(row.price) === 'unknown'))
      lines.push(`${name}: say an unknown price with providers.${name}.priceUsd in the config`);
    const retiring = own.filter((row) => row.record.retiresOn !== undefined);
    for (const day of new Set(retiring.map((row) => row.record.retiresOn))) {
      lines.push(
        `${name}: ${retiring
          .filter((row) => row.record.retiresOn === day)
          .map((row) => row.model)
          .join(', ')} retire on ${day}`,
      );
    }
  }
  return [...lines, 'refs: reference pictures of a request. Sizes, qualities, prices: --json'];
}
