/** What a loaded configuration is, and what it is loaded from. Types only. */
import type { CharacterConfig } from '../character.ts';
import type { ProviderModule } from '../providers/provider.ts';
import type { StorageModule } from '../storage/storage.ts';

/** Environment variables: the real ones, with those of `.env` below them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Command-line options as commander hands them over: raw text and switches, nothing checked. */
export interface Flags {
  config?: string;
  ledger?: string;
  provider?: string;
  model?: string;
  seed?: string;
  concurrency?: string;
  size?: string;
  quality?: string;
  /** US dollars for this run. */
  budget?: string;
  output?: string;
  storage?: string;
  owner?: string;
  priority?: string;
  requireSeed?: boolean;
  allowUnknownPrice?: boolean;
  /** Only `false` (from `--no-thumbnails`) says something: commander's default is `true`. */
  thumbnails?: boolean;
  timeoutMs?: string;
  attemptsMax?: string;
}

/** Where a configuration comes from: flags beat the environment, which beats the file, which beats the defaults. */
export interface ConfigSources {
  /** Absolute path of the folder the command runs in. */
  cwd: string;
  /** Environment with `.env` merged in: see `readEnvironment`. */
  env: Environment;
  flags: Flags;
  /** A config named as an argument; beats `--config` and `IMGGEN_CONFIG`. */
  configFile?: string;
  /** True: without a file the defaults are taken. A file that was named must exist all the same. */
  optional?: boolean;
}

/** The lists of implementations: name → how to import it. */
export interface Registries {
  providers: Readonly<Record<string, () => Promise<{ default: ProviderModule }>>>;
  stores: Readonly<Record<string, () => Promise<{ default: StorageModule }>>>;
}

/** Caps in micro-dollars; undefined: no cap. */
export interface BudgetConfig {
  perImageMicros?: number;
  perRunMicros?: number;
  /** Per UTC day, shared by all processes on the ledger. */
  perDayMicros?: number;
}

/** A configuration, layered, checked and resolved. All paths are absolute. */
export interface Config {
  /** The config file; undefined when there is none. */
  file?: string;
  /** Folder of the config file, else the current one. */
  dir: string;
  /** Its `references` are absolute paths of files that were there. */
  character?: CharacterConfig;
  /** A name from the registry, or `auto`. */
  provider: string;
  /** Tried in order when the provider is unavailable. */
  fallback: readonly string[];
  /** Model for `provider`; undefined: its option `model`, else its default. */
  model?: string;
  size: { width: number; height: number };
  quality?: string;
  concurrency: number;
  /** Milliseconds between the first sends. */
  staggerMs: number;
  attemptsMax: number;
  timeoutMs: number;
  /** How long the first Ctrl-C waits for synchronous paid requests. */
  drainMs?: number;
  budget: BudgetConfig;
  output: string;
  ledger: string;
  /** `options`: parsed by the store's schema, without `provider`. */
  storage: { provider: string; options: Record<string, unknown> };
  /**
   * Parsed options of every provider that is named anywhere (`provider`, `fallback`, a section in the file);
   * with `auto`, of every provider whose options may all be left out.
   */
  providers: Readonly<Record<string, Record<string, unknown>>>;
  owner?: string;
  priority: Priority;
  thumbnails: boolean;
  requireSeed: boolean;
  allowUnknownPrice: boolean;
  /** From `--seed` or `IMGGEN_SEED`: replaces `character.seed`. */
  seed?: number;
  env: Environment;
}

/** Whose shots are claimed first. */
export type Priority = 'high' | 'normal' | 'low';
