/** What the environment and the flags set: text, checked by the same schemas as the file. */
import { z } from 'zod';
import type { Environment, Flags } from './config.ts';
import { problemsOf, type Problem } from './problems.ts';
import { settings } from './schema.ts';

const { provider, model, size, quality, seed, concurrency, attemptsMax, timeoutMs } = settings;
const { budgetUsd, output, ledger, storage, owner, priority } = settings;

const overridesSchema = z
  .strictObject({
    provider,
    model,
    size,
    quality,
    seed,
    concurrency,
    attemptsMax,
    timeoutMs,
    budgetUsd,
    output,
    ledger,
    storage,
    owner,
    priority,
  })
  .partial();

/** Settings of one layer above the file. */
export type Overrides = z.infer<typeof overridesSchema>;

type Setting = keyof Overrides;

const numeric: ReadonlySet<Setting> = new Set(['seed', 'concurrency', 'attemptsMax', 'timeoutMs', 'budgetUsd']);

/** What a setting is called outside of the file. */
const names: Record<Setting, { variable: string; flag: keyof Flags }> = {
  provider: { variable: 'IMGGEN_PROVIDER', flag: 'provider' },
  model: { variable: 'IMGGEN_MODEL', flag: 'model' },
  size: { variable: 'IMGGEN_SIZE', flag: 'size' },
  quality: { variable: 'IMGGEN_QUALITY', flag: 'quality' },
  seed: { variable: 'IMGGEN_SEED', flag: 'seed' },
  concurrency: { variable: 'IMGGEN_CONCURRENCY', flag: 'concurrency' },
  attemptsMax: { variable: 'IMGGEN_ATTEMPTS_MAX', flag: 'attemptsMax' },
  timeoutMs: { variable: 'IMGGEN_TIMEOUT_MS', flag: 'timeoutMs' },
  budgetUsd: { variable: 'IMGGEN_BUDGET', flag: 'budget' },
  output: { variable: 'IMGGEN_OUTPUT', flag: 'output' },
  ledger: { variable: 'IMGGEN_LEDGER', flag: 'ledger' },
  storage: { variable: 'IMGGEN_STORAGE', flag: 'storage' },
  owner: { variable: 'IMGGEN_OWNER', flag: 'owner' },
  priority: { variable: 'IMGGEN_PRIORITY', flag: 'priority' },
};

const all = Object.keys(names) as Setting[];

/** Which source a layer is. */
export type Layer = 'environment' | 'flags';

/** How people know a setting in a layer: `IMGGEN_TIMEOUT_MS`, `--timeout-ms`. */
export function nameIn(layer: Layer, setting: Setting): string {
  if (layer === 'environment') return names[setting].variable;
  return `--${names[setting].flag.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
}

/** The settings of the environment. An empty variable counts as not set, as in a shell script's `X=`. */
export function readVariables(env: Environment): { overrides: Overrides; problems: Problem[] } {
  return check('environment', (setting) => env[names[setting].variable]?.trim() || undefined);
}

/** The settings of the command line. An empty flag is a mistake. */
export function readFlags(flags: Flags): { overrides: Overrides; problems: Problem[] } {
  return check('flags', (setting) => {
    const value = flags[names[setting].flag];
    return typeof value === 'string' ? value.trim() : undefined;
  });
}

function check(
  layer: Layer,
  textOf: (setting: Setting) => string | undefined,
): { overrides: Overrides; problems: Problem[] } {
  const overrides: Overrides = {};
  const problems: Problem[] = [];
  for (const setting of all) {
    const text = textOf(setting);
    if (text === undefined) continue;
    const input = { [setting]: numeric.has(setting) ? numberOf(text) : text };
    const result = overridesSchema.safeParse(input);
    if (result.success) Object.assign(overrides, result.data);
    else problems.push(...problemsOf(overridesSchema, result.error, input, { where: () => nameIn(layer, setting) }));
  }
  return { overrides, problems };
}

/** Plain decimal numbers only: `0x10`, `1e3` and `Infinity` stay text, which no number schema takes. */
function numberOf(text: string): number | string {
  return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text) ? Number(text) : text;
}
