/**
 * What follows a picture once it is safe on disk and in the ledger: thumbnail, upload, score.
 *
 * Obligations of every step:
 * - `saved` returns at once; the work goes on beside the run, bounded by the step itself.
 * - What it does may be done again after a crash, and costs nothing that a second time would cost again.
 * - One picture that fails is told, and leaves the others alone. What is thrown all the same is told by the run, which
 *   goes on.
 */
import type { Ledger } from '../../ledger/ledger.ts';
import type { Image, Job } from '../../ledger/records.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Embedder } from '../../faces/embedder.ts';
import type { Reporter, RunnerContext, Stop, StopSignals, Time } from '../context.ts';

/** One step that follows saved pictures. */
export interface AfterSave {
  /** For messages and the log: `upload`. */
  readonly name: string;
  /** The run begins: what earlier runs left may be taken up. */
  start?(): void;
  /** A picture of this job is finished. */
  saved(image: Image, job: Job): void;
  /**
   * Nothing is being made any more: resolves when what was saved so far is done with; true: it has put more shots into
   * the queue, which are made before `finish`.
   */
  settled?(): Promise<boolean>;
  /** No more pictures will come: resolves when all that was begun has ended, been given up or let go. */
  finish(): Promise<void>;
  /** Why the rest waits for a later run. */
  readonly stop?: Stop | undefined;
}

/** What a step is made from. */
export interface AfterSaveParts extends Time, Reporter, StopSignals, Pick<RunnerContext, 'drawing' | 'outputs'> {
  ledger: Ledger;
  jobIds: readonly number[];
  /** By name: each picture goes to that of its job. */
  stores: ReadonlyMap<string, Storage>;
  /** How faces are compared; undefined: they are not. */
  faces?: FaceParts | undefined;
}

/** What comparing faces needs. */
export interface FaceParts {
  /** Starts what reads faces; nothing is loaded before. */
  startEmbedder: () => Promise<Embedder>;
  /** The seed of another take (1, 2, …) of a picture with this seed. */
  takeSeed: (seed: number, take: number) => number;
}

/** Makes the steps of a kind for one run; undefined when that run has no use for it. */
export type MakeAfterSave = (parts: AfterSaveParts) => AfterSave | readonly AfterSave[] | undefined;
