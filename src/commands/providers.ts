import { withHouse, type CommonFlags, type House } from '../app/house.ts';
import { printJson, printTable } from '../app/print.ts';
import { createStorage, providerModule, readyProvider } from '../app/services.ts';
import type { World } from '../app/world.ts';
import { EXIT, UserError, type ExitCode } from '../errors.ts';
import type { ModelRecord, SizeSupport } from '../providers/capabilities.ts';
import { PROVIDERS } from '../providers/index.ts';
import type { Cell } from '../views/table.ts';

interface Row {
  provider: string;
  model: string;
  price: string;
  can: string;
  key: string;
  health?: { ok: boolean; message: string };
}

/** `imggen providers [--check]`: what there is, what it costs, what it can do, whether its key was found and is good. */
export function providers(world: World, flags: CommonFlags & { check?: boolean }): Promise<ExitCode> {
  return withHouse<ExitCode>(world, flags, { configOptional: true }, async (house) => {
    const rows: Row[] = [];
    for (const name of Object.keys(PROVIDERS)) rows.push(...(await rowsOf(house, name, flags.check === true)));
    const store = flags.check ? await storeHealth(house) : undefined;
    if (flags.json) printJson(house, { providers: rows, ...(store ? { storage: store } : {}) });
    else {
      const columns = [{ title: 'provider' }, { title: 'model' }, { title: 'price', flexible: true }, { title: 'can', flexible: true }, { title: 'key' }];
      printTable(house, flags.check ? [...columns, { title: 'health', flexible: true }] : columns, rows.map(cellsOf));
      if (store) world.stdout.write(`\nstorage ${store.name}: ${house.clean(store.message)}\n`);
    }
    const chosen = house.config.provider;
    const bad = rows.some((row) => row.provider === chosen && row.health?.ok === false) || store?.ok === false;
    return flags.check && bad ? EXIT.auth : EXIT.ok;
  });
}

async function rowsOf(house: House, name: string, check: boolean): Promise<Row[]> {
  const module = await providerModule(name);
  const found = module.keyVariables.find((variable) => house.config.env[variable]);
  const key = module.keyVariables.length === 0 ? 'not needed' : found === undefined ? `missing: ${module.keyVariables[0]}` : `found: ${found}`;
  const health = check && (found !== undefined || module.keyVariables.length === 0) ? await healthOf(house, name) : undefined;
  return module.models
    .filter((model) => model.retired === undefined)
    .map((model) => ({ provider: name, model: model.id, price: model.priceNote ?? 'unknown', can: abilities(model), key, ...(health ? { health } : {}) }));
}

async function healthOf(house: House, name: string): Promise<{ ok: boolean; message: string }> {
  try {
    const { provider } = await readyProvider(house.config, house.world, name);
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

function cellsOf(row: Row): Cell[] {
  return [
    row.provider, row.model, row.price, row.can,
    { text: row.key, tone: row.key.startsWith('missing') ? 'quiet' : 'good' },
    row.health === undefined ? '' : { text: row.health.message, tone: row.health.ok ? 'good' : 'bad' },
  ];
}
