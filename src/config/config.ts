/** What a loaded configuration is, and what it is loaded from. Types only. */
import type { CharacterConfig } from '../character.ts';
import type { CommonOptions } from '../providers/options.ts';
import type { ProviderRegistry } from '../providers/definition.ts';
import type { Scene } from '../scene.ts';
import type { StorageRegistry } from '../storage/storage.ts';
import type { Environment, GivenSettings, NameOf, Overrides } from './overrides.ts';

/** Where a configuration comes from: options beat the environment, which beats the file, which beats the defaults. */
export interface ConfigSources {
  /** Absolute path of the folder that paths of options are relative to. */
  cwd: string;
  /** Environment with `.env` merged in: see `readEnvironment`. */
  env: Environment;
  /** What the caller gives for this command or call. */
  options?: GivenSettings | undefined;
  /** How the caller's users know an option; default: by its own name. */
  nameOf?: NameOf | undefined;
  /** The config file; else `$IMGGEN_CONFIG`, else `config.json` in `cwd`. */
  configFile?: string | undefined;
  /** The config itself, as it would stand in a file: no file is read. Paths in it are relative to `cwd`. */
  config?: unknown | undefined;
  /** True: without a file the defaults are taken. A file that was named must exist all the same. */
  optional?: boolean | undefined;
}

/** The lists of implementations, by name. */
export interface Registries {
  providers: ProviderRegistry;
  stores: StorageRegistry;
}

/** Caps in micro-dollars; undefined: no cap. */
export interface CapsConfig {
  perImageMicros?: number | undefined;
  perRunMicros?: number | undefined;
  /** Per UTC day, shared by all processes on the ledger. */
  perDayMicros?: number | undefined;
}

/** A configuration, layered, checked and resolved. All paths are absolute. */
export interface Config {
  /** The config file; undefined when there is none. */
  file?: string | undefined;
  /** Folder of the config file, else the current one. */
  dir: string;
  /** Its `references` are absolute paths of files that were there. */
  character?: CharacterConfig | undefined;
  /** What packs show; empty: the catalogue. */
  scenes: readonly Scene[];
  /** A name from the registry, or `auto`. */
  provider: string;
  /** Tried in order when the provider is unavailable. */
  fallback: readonly string[];
  /** Model for `provider`; undefined: its option `model`, else its default. */
  model?: string | undefined;
  /** Model that the file names for `provider` at its top level: a price beside it holds for no other. */
  writtenModel?: string | undefined;
  size: { width: number; height: number };
  quality?: string | undefined;
  /** `3:4`: the shape of the pictures, which have about as many pixels as `size`. */
  aspectRatio?: string | undefined;
  transparent: boolean;
  /** Pictures go in batches, the avatar does not. */
  batch: boolean;
  concurrency: number;
  /** Milliseconds between the first sends. */
  staggerMs: number;
  attemptsMax: number;
  timeoutMs: number;
  /** How long the first Ctrl-C waits for synchronous paid requests. */
  drainMs?: number | undefined;
  caps: CapsConfig;
  output: string;
  ledger: string;
  /** `options`: parsed by the store's schema, without `provider`. */
  storage: { provider: string; options: object };
  /**
   * Parsed options of every provider that is named anywhere (`provider`, `fallback`, a section in the file);
   * with `auto`, of every provider whose options may all be left out.
   */
  providers: Readonly<Record<string, CommonOptions>>;
  owner?: string | undefined;
  priority: Priority;
  /** How faces are compared, and what follows. */
  faces: FacesConfig;
  thumbnails: boolean;
  /** Pictures say what made them. */
  provenance: boolean;
  /** Fill shots that fail with drawings. */
  placeholders: boolean;
  requireSeed: boolean;
  allowUnknownPrice: boolean;
  /** From the caller or `IMGGEN_SEED`: replaces `character.seed`. */
  seed?: number | undefined;
  /** What the caller gave for this command or call: the only settings that may change a job that goes on. */
  given: Overrides;
}

/** How the faces of pictures are compared. */
export interface FacesConfig {
  /** Undefined: where there is a face to compare with, or a gate. */
  score?: boolean | undefined;
  /** Embeddings are kept in the ledger. */
  keep: boolean;
  /** Likeness, 0 … 1, under which a picture is made again, and a pack does not pass; undefined: no gate. */
  minConsistency?: number | undefined;
  /** Other takes of one picture at most. */
  rerolls: number;
  allowInconsistent: boolean;
}

/** Whose shots are claimed first. */
export type Priority = 'high' | 'normal' | 'low';
