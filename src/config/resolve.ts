/** Lays the checked sources over each other. Pure but for path arithmetic. */
import path from 'node:path';
import type { WrittenReference } from '../given-reference.ts';
import type { CapsConfig, Config, ConfigSources } from './config.ts';
import type { Overrides } from './overrides.ts';
import { DEFAULT_PROVIDER, type ConfigFile } from './schema.ts';
import { parseSize } from './size.ts';

/** Everything that has been checked. */
export interface CheckedSources {
  sources: ConfigSources;
  location: { file?: string; dir: string };
  file: ConfigFile;
  /** Weakest first: environment, options. */
  layers: readonly Overrides[];
  /** The options alone. */
  given: Overrides;
  providers: Config['providers'];
  storage: object;
  /** Paths in them are absolute. */
  references: WrittenReference[];
  scenes: Config['scenes'];
}

/**
 * Requests are spread a little, so that a rate limit is not met by the first second. Nothing to spare on this machine.
 */
const staggerDefaultMs = 50;

/** The configuration that the sources add up to. */
export function resolveConfig({
  sources,
  location,
  file,
  layers,
  given,
  providers,
  storage,
  references,
  scenes,
}: CheckedSources): Config {
  const over: Overrides = Object.assign({}, ...layers);
  const { provider, model } = chosenProvider(file, layers);
  const { cwd } = sources;
  const below = (base: string, text: string) => path.resolve(base, text);
  return {
    file: location.file,
    dir: location.dir,
    character: file.character && { ...file.character, references },
    scenes,
    provider,
    fallback: file.fallback.filter((name, index, all) => name !== provider && all.indexOf(name) === index),
    model,
    writtenModel: file.provider === provider ? file.model : undefined,
    size: parseSize(over.size ?? file.size),
    quality: over.quality ?? file.quality,
    aspectRatio: aspectRatioOf(file, layers),
    transparent: over.transparent ?? file.transparent,
    batch: over.batch ?? file.batch,
    concurrency: over.concurrency ?? file.concurrency,
    staggerMs: file.staggerMs ?? (provider === DEFAULT_PROVIDER ? 0 : staggerDefaultMs),
    attemptsMax: over.attemptsMax ?? file.attemptsMax,
    timeoutMs: over.timeoutMs ?? file.timeoutMs,
    drainMs: file.drainMs,
    caps: capsOf(file, over),
    output: over.output === undefined ? below(location.dir, file.output) : below(cwd, over.output),
    ledger: over.ledger === undefined ? path.join(location.dir, '.imggen', 'ledger.db') : below(cwd, over.ledger),
    storage: { provider: over.storage ?? file.storage.provider, options: storage },
    providers,
    owner: over.owner ?? file.owner,
    priority: over.priority ?? file.priority,
    faces: facesOf(file, over),
    thumbnails: over.thumbnails ?? file.thumbnails,
    provenance: file.provenance,
    placeholders: over.placeholders ?? file.placeholders,
    requireSeed: over.requireSeed ?? file.requireSeed,
    allowUnknownPrice: over.allowUnknownPrice ?? file.allowUnknownPrice,
    seed: over.seed,
    given,
  };
}

/** A provider, and the model that was named for it. */
interface Chosen {
  provider: string;
  model: string | undefined;
}

/** A model belongs to the provider it was written for: a stronger layer that changes the provider drops it. */
function chosenProvider(file: ConfigFile, layers: readonly Overrides[]): Chosen {
  return layers.reduce<Chosen>(
    (below, layer) =>
      layer.provider !== undefined && layer.provider !== below.provider
        ? { provider: layer.provider, model: layer.model }
        : { provider: below.provider, model: layer.model ?? below.model },
    { provider: file.provider, model: file.model },
  );
}

/** A stronger layer that names a size means that size. */
function aspectRatioOf(file: ConfigFile, layers: readonly Overrides[]): string | undefined {
  return layers.reduce<string | undefined>(
    (below, { size, aspectRatio }) => aspectRatio ?? (size === undefined ? below : undefined),
    file.aspectRatio,
  );
}

function capsOf({ budget }: ConfigFile, over: Overrides): CapsConfig {
  return {
    perImageMicros: micros(over.maxImageUsd ?? budget.perImageUsd),
    perRunMicros: micros(over.budgetUsd ?? budget.perRunUsd),
    perDayMicros: micros(over.maxDayUsd ?? budget.perDayUsd),
  };
}

function facesOf({ faces }: ConfigFile, over: Overrides): Config['faces'] {
  return {
    score: over.score ?? faces.score,
    keep: faces.keep,
    minConsistency: over.minConsistency ?? faces.minConsistency,
    rerolls: over.rerolls ?? faces.rerolls,
    allowInconsistent: over.allowInconsistent ?? faces.allowInconsistent,
  };
}

function micros(usd: number | undefined): number | undefined {
  // A fraction of a micro-dollar more would be more than the cap.
  return usd === undefined ? undefined : Math.floor(Math.round(usd * 1e9) / 1e3);
}
