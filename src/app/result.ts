/** What a run came to, for programs. Words and exit codes are made of it elsewhere (`terminal/`). */
import type { Stop } from '../runner/context.ts';
import type { Refusal } from './refusals.ts';
import type { RunStatus } from './run-status.ts';
import type { Trained } from './trained.ts';

export type { RunStatus } from './run-status.ts';

/** One job as it stands when the run ends. Money in US dollars. */
export interface JobResult {
  jobId: string;
  characterId: string;
  characterName: string;
  /** `create`, `pack` or `reroll`. */
  kind: string;
  /** As it stands in the ledger in the end. A canceled job is not resumed: `retry` takes it up again. */
  state: 'open' | 'ended' | 'canceled';
  /** All shots of the job; `completed` of them have a picture, those of earlier runs included. */
  imageCount: number;
  completed: number;
  failed: number;
  /** Failed and refused shots that a drawing stands in for: they are not made by it. */
  placeholders: number;
  refused: number;
  /** Shots whose attempt has an unknown outcome: perhaps charged, not sent again by themselves. */
  held: number;
  canceled: number;
  /** Shots that a later run can go on with. */
  remaining: number;
  /** Those of them that are other takes: the pictures that were asked for are there. */
  takesLeft: number;
  /** Those of them that wait for an avatar that has failed, or is held: nothing is made of them without it. */
  waitingForAvatar: number;
  /** What they wait for: the job that was to make it, and how it ended there. */
  avatarsMissing: readonly MissingAvatar[];
  /** Pictures that are safe on disk and not in the store yet. */
  uploadsLeft: number;
  /** Shots whose work is live at the provider, or finished there and not fetched yet. */
  liveAtProvider: number;
  /** Those of them that are in a batch, which takes its time. */
  inBatches: number;
  /** The provider can be asked about the held ones: resuming may settle them. */
  canAsk: boolean;
  /** A shot ended, or is held, because one more attempt would pass the cap of a picture. */
  imageCapReached: boolean;
  /** Where a cap stopped it, or shots are held: which caps are too low for what is left, for each way to go on. */
  capsNeeded?: CapsToGoOn;
  /** Mean likeness of the faces of its pictures, 0 … 1; null: none has a score. */
  consistency: number | null;
  /** The picture that is least alike. */
  lowest: { filename: string; score: number } | null;
  /** `consistency` is under what was asked for, and that does not pass. */
  isInconsistent: boolean;
  /** Pictures that were to be compared, since only the same face passes, and were not yet. */
  uncompared: number;
  costUsd: number;
  /** Held for attempts whose real cost is not known yet; counts as spent. */
  reservedUsd: number;
  /** Of this run. */
  durationMs: number;
  /** Absolute folder of the pictures. */
  folder: string;
}

/** Caps that are too low for what is left, each with the amount that is enough, in US dollars, rounded up to a cent. */
export interface CapsNeeded {
  imageUsd?: number;
  runUsd?: number;
  dayUsd?: number;
}

/** The same for each way to go on: with what is queued, also with failed shots, also with those perhaps charged. */
export type CapsToGoOn = Record<'resume' | 'retry' | 'retryUnknown', CapsNeeded>;

/** An avatar that nobody is to make now, and the pictures of a job that wait for it. */
export interface MissingAvatar {
  jobId: string;
  state: 'held' | 'failed' | 'refused' | 'canceled';
  pictures: number;
}

/** A shot that ended without a picture. */
export interface ShotFailure {
  shot: string;
  jobId: string;
  /** An outcome (docs/failures.md), or `canceled`. */
  errorType: string;
  message: string;
}

/** What a run came to. */
export interface RunResult {
  status: RunStatus;
  /** Why it stopped before its jobs were finished. */
  stop?: Stop;
  jobs: readonly JobResult[];
  /** Trainings that went on beside them. */
  trainings?: readonly Trained[];
  /** Jobs that did not go on in this run, and why: what they had paid for was collected. */
  refusals: readonly Refusal[];
  /** At most 20; `failuresMore` says how many more there are. */
  failures: readonly ShotFailure[];
  failuresMore: number;
}
