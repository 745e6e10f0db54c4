/** What the runner works with and on. Types only. */
import type { BudgetCap, LiveEvent } from '../events.ts';
import type { PartFile } from '../images/part-file.ts';
import type { Clean } from './storable.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Provider } from '../providers/provider.ts';

/** A provider with what the runner needs to know of it. */
export interface ReadyProvider {
  provider: Provider;
  /** The model for new shots. */
  model: string;
  /** Ids of the models that are listed for it. */
  knownModels?: readonly string[] | undefined;
  /** Provider and fingerprint of its key and address: whose limits apply, and who knows what was sent. */
  scope: string;
  /** Pace in milliseconds between sends that the config asks for; 0 for none. */
  intervalMs: number;
}

/** How a finished picture, or another file, is fetched. */
export interface DownloadHow {
  signal: AbortSignal;
  part: PartFile;
  allowedOrigin?: string | undefined;
  /** Default: a picture, with the limits of one. */
  what?: 'picture' | 'file' | undefined;
  maxBytes?: number | undefined;
  totalMs?: number | undefined;
}

/** Fetches a finished picture to a synced file, `part` of that path. */
export type Download = (url: string, partPath: string, how: DownloadHow) => Promise<{ sizeBytes: number }>;

/** Clock and randomness. */
export interface Time {
  /** Epoch milliseconds: what is written down. May jump, in both directions. */
  now: () => number;
  /** Milliseconds since some moment, for waits: never goes back. */
  elapsed: () => number;
  /** Resolves after `ms`, or at once when the signal is aborted; never rejects. */
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** 0 … 1. */
  random: () => number;
}

/** Where the runner says what happens. */
export interface Reporter {
  /** Tells the live views. */
  tell: (event: LiveEvent) => void;
  /** Named points of the flow, for the log; tests kill the process at them. */
  trace: (point: string, facts: Record<string, unknown>) => void;
  /** Takes secrets and terminal control out of text from outside. */
  clean: Clean;
}

/** Disk and network. */
export interface Files {
  download: Download;
  /** Free bytes on the disk of a folder, or of the first of its parents that exists. */
  freeBytes: (folder: string) => Promise<number>;
  /** All output folders that are known, today's first: a project may have been moved, or given another. */
  outputs: () => readonly string[];
  /** File name of a character's n-th picture. */
  imageName: (characterId: string, number: number, extension: string) => string;
}

/** Everything the runner works with. Clock, randomness and network are arguments. */
export interface RunnerContext extends Time, Reporter, Files {
  ledger: Ledger;
  /** By name: the jobs' providers, their fallbacks, and those of attempts left open. */
  providers: ReadonlyMap<string, ReadyProvider>;
  /** Names of providers whose pictures are drawings; default none. */
  drawing?: ReadonlySet<string>;
  /** Ids of characters of whom it was said already that no picture of the face goes along; default none. */
  faceless?: ReadonlySet<string> | undefined;
  /** A key unique for ever. */
  newKey: () => string;
}

/** The two ways to end a run early. */
export interface StopSignals {
  /** Send nothing new, let go what others can collect, wait for the rest. Its reason names who asked. */
  drain: AbortSignal;
  /** Stop at once. */
  abort: AbortSignal;
}

/** What a run works on, and how it is told to stop. Everything else is in the jobs' own settings. */
export interface RunnerOptions extends StopSignals {
  /** The most urgent first. */
  jobIds: readonly number[];
  /** Jobs whose shots may have been made without the ledger's knowing: looked up before they are sent. */
  lookFirst?: ReadonlySet<number> | undefined;
  /** Jobs of which nothing is sent: what was sent before is collected, and that is all. */
  collectOnly?: ReadonlySet<number> | undefined;
}

/** Why a run, or one of its jobs, stopped before it was finished. */
export type Stop =
  | { reason: 'interrupted' }
  /** `cap`: which one. */
  | { reason: 'budget'; cap: BudgetCap }
  /** Key refused, or no credit: the message is the provider's or the store's. */
  | { reason: 'auth'; message: string }
  /** A provider is down and there is no other. */
  | { reason: 'down'; message: string }
  /** Paid answers in a row were no pictures: nothing more is bought of that. */
  | { reason: 'unusable'; message: string }
  /** The ledger's file was deleted, renamed or replaced during the run. */
  | { reason: 'ledger'; message: string }
  /** Another program keeps the ledger locked. */
  | { reason: 'busy'; message: string }
  /** The disk is full or can't be written. */
  | { reason: 'disk'; message: string };

/** What a run came to; the ledger knows the rest. */
export interface RunnerResult {
  stop: Stop | undefined;
  /** Why the other jobs stopped that had to. */
  otherStops: readonly Stop[];
  /** Ids of the jobs that a cap stopped. */
  capped: ReadonlySet<number>;
}
