import type { Signal } from '../events.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Caps } from '../ledger/budget.ts';
import type { Provider } from '../providers/provider.ts';
import type { Storage } from '../storage/storage.ts';

/** A provider with what the runner needs to know of it. */
export interface ReadyProvider {
  provider: Provider;
  /** The model for new shots. */
  model: string;
  /** Provider and fingerprint of its key: whose limits apply. */
  scope: string;
  /** Pace in milliseconds between sends that the config asks for; 0 for none. */
  intervalMs: number;
  /** A model whose price nobody knows is asked all the same, uncounted. */
  allowUnknownPrice: boolean;
}

/** Fetches a finished picture to a synced file. */
export type Download = (
  url: string,
  partPath: string,
  how: { signal: AbortSignal; allowedOrigin?: string },
) => Promise<{ sizeBytes: number }>;

/** Named points of the flow, for the log; tests kill the process at them. */
export type Trace = (point: string, facts: Record<string, unknown>) => void;

/** Everything the runner works with. Clock, randomness and the outside world are arguments. */
export interface RunnerContext {
  ledger: Ledger;
  /** By name: the job's provider, its fallbacks, and those of attempts left open. */
  providers: ReadonlyMap<string, ReadyProvider>;
  storage: Storage | undefined;
  uploadConcurrency: number;
  now: () => number;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  random: () => number;
  newKey: () => string;
  download: Download;
  /** Free bytes on the disk of a folder, or of the first of its parents that exists. */
  freeBytes: (folder: string) => Promise<number>;
  /** Tells the live views. */
  signal: (event: Signal) => void;
  trace: Trace;
  /** Takes secrets and terminal control out of text from outside. */
  clean: (text: string) => string;
  /** File name of a character's n-th picture. */
  imageName: (characterId: string, number: number, extension: string) => string;
}

/** How a run goes about it. */
export interface RunOptions {
  /** The most urgent first. */
  jobIds: readonly number[];
  caps: Caps;
  concurrency: number;
  /** Milliseconds between the first sends. */
  staggerMs: number;
  attemptsMax: number;
  /** Per shot, in milliseconds. */
  timeoutMs: number;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  drain: AbortSignal;
  /** Aborted by the second, or some time after the first where nobody can send a second. */
  abort: AbortSignal;
}

/** Why a run stopped before its jobs were finished. */
export type Stop =
  | { reason: 'interrupted' }
  | { reason: 'budget' }
  /** Key refused, or no credit: the message is the provider's or the store's. */
  | { reason: 'auth'; message: string }
  /** A provider is down and there is no other. */
  | { reason: 'down'; message: string }
  /** The disk is full or can't be written. */
  | { reason: 'disk'; message: string };

/** What a run came to; the ledger knows the rest. */
export interface RunResult {
  stop: Stop | undefined;
}
