/** What the environment and the caller set, checked by the same schemas as the file. */
import { z } from 'zod';
import { problemsOf, type Problem } from './problems.ts';
import { settings } from './schema.ts';

const { provider, model, size, quality, seed, concurrency, attemptsMax, timeoutMs } = settings;
const { budgetUsd, maxImageUsd, maxDayUsd, output, ledger, storage, owner, priority } = settings;
const { thumbnails, placeholders, requireSeed, allowUnknownPrice, aspectRatio, transparent, batch } = settings;
const { score, minConsistency, rerolls, allowInconsistent } = settings;

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
    maxImageUsd,
    maxDayUsd,
    output,
    ledger,
    storage,
    owner,
    priority,
    thumbnails,
    placeholders,
    requireSeed,
    allowUnknownPrice,
    aspectRatio,
    transparent,
    batch,
    score,
    minConsistency,
    rerolls,
    allowInconsistent,
  })
  .partial();

/** Settings of one layer above the file: what a caller may give for one command or one call. */
export type Overrides = z.infer<typeof overridesSchema>;

/** What file, environment and caller all can set. */
export type Setting = keyof Overrides;

/** Settings as a caller gives them: not checked yet, and numbers may be text, as they are on a command line. */
export type GivenSettings = { [Key in Setting]?: Overrides[Key] | string | undefined };

/** Environment variables: the real ones, with those of `.env` below them. */
export type Environment = Readonly<Record<string, string | undefined>>;

const numeric: ReadonlySet<Setting> = new Set([
  'seed',
  'concurrency',
  'attemptsMax',
  'timeoutMs',
  'budgetUsd',
  'maxImageUsd',
  'maxDayUsd',
  'minConsistency',
  'rerolls',
]);

/**
 * Variables of the environment. Switches have none: they are said anew each time. But a machine that is too small to
 * compare faces stays so.
 */
const variables: Partial<Record<Setting, string>> = {
  provider: 'IMGGEN_PROVIDER',
  model: 'IMGGEN_MODEL',
  size: 'IMGGEN_SIZE',
  quality: 'IMGGEN_QUALITY',
  aspectRatio: 'IMGGEN_ASPECT_RATIO',
  seed: 'IMGGEN_SEED',
  concurrency: 'IMGGEN_CONCURRENCY',
  attemptsMax: 'IMGGEN_ATTEMPTS_MAX',
  timeoutMs: 'IMGGEN_TIMEOUT_MS',
  budgetUsd: 'IMGGEN_BUDGET',
  maxImageUsd: 'IMGGEN_MAX_IMAGE_USD',
  maxDayUsd: 'IMGGEN_MAX_DAY_USD',
  output: 'IMGGEN_OUTPUT',
  ledger: 'IMGGEN_LEDGER',
  storage: 'IMGGEN_STORAGE',
  owner: 'IMGGEN_OWNER',
  priority: 'IMGGEN_PRIORITY',
  score: 'IMGGEN_SCORE',
  minConsistency: 'IMGGEN_MIN_CONSISTENCY',
  rerolls: 'IMGGEN_REROLLS',
};

/** Tells the name by which people know a setting of a layer: `IMGGEN_TIMEOUT_MS`, `--timeout-ms`, `timeoutMs`. */
export type NameOf = (setting: Setting) => string;

/** How people know a setting of the environment. */
export const variableOf: NameOf = (setting) => variables[setting] ?? setting;

/** The settings of the environment. An empty variable counts as not set, as in a shell script's `X=`. */
export function readVariables(env: Environment): { overrides: Overrides; problems: Problem[] } {
  const values: GivenSettings = {};
  for (const [setting, variable] of Object.entries(variables) as [Setting, string][]) {
    const text = env[variable]?.trim();
    if (text) values[setting] = text;
  }
  return readOptions(values, variableOf);
}

/**
 * The settings that a caller gives. Numbers may come as text (the command line has nothing else); text is trimmed, and
 * an empty one is a mistake.
 */
export function readOptions(values: GivenSettings, nameOf: NameOf): { overrides: Overrides; problems: Problem[] } {
  const overrides: Overrides = {};
  const problems: Problem[] = [];
  for (const setting of Object.keys(overridesSchema.shape) as Setting[]) {
    const value = values[setting];
    if (value === undefined) continue;
    const input = { [setting]: typeof value === 'string' ? parsedText(setting, value.trim()) : value };
    const result = overridesSchema.safeParse(input);
    if (result.success) Object.assign(overrides, result.data);
    else problems.push(...problemsOf(overridesSchema, result.error, input, { where: () => nameOf(setting) }));
  }
  return { overrides, problems };
}

/** Plain decimal numbers only: `0x10`, `1e3` and `Infinity` stay text, which no number schema takes. */
function parsedText(setting: Setting, text: string): number | string | boolean {
  if (setting === 'score' && (text === 'true' || text === 'false')) return text === 'true';
  return numeric.has(setting) && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text) ? Number(text) : text;
}
