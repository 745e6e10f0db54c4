/** What every view is: it takes events, and in the end the summary. */

import type { RunEvent } from '../events.ts';

/** A way to show a run. It knows events only; whatever goes wrong in it never touches the run. */
export interface View {
  /** Takes an event at once and returns at once. Never throws. */
  handle(event: RunEvent): void;
  /**
   * Says the final words and gives the terminal back (cursor, timers). Resolves when everything is written.
   * May be called twice; the second call does nothing. Never rejects.
   */
  close(summary: RunSummary): Promise<void>;
}

/** One job as it stands when the run ends. Money in US dollars. */
export interface JobSummary {
  jobId: string;
  characterId: string;
  characterName: string;
  /** `create` or `pack`. */
  kind: string;
  /** As it stands in the end. */
  state: 'open' | 'ended' | 'canceled';
  /** All shots of the job; `completed` of them have a picture, those of earlier runs included. */
  imageCount: number;
  completed: number;
  failed: number;
  refused: number;
  /** Shots whose attempt has an unknown outcome: perhaps charged, not sent again by themselves. */
  held: number;
  canceled: number;
  /** Shots that a later run can go on with. */
  remaining: number;
  /** Those of them that are other takes of pictures that are there. */
  takesLeft: number;
  costUsd: number;
  /** Held for attempts whose real cost is not known yet; counts as spent. */
  reservedUsd: number;
  durationMs: number;
  /** Mean likeness of the faces, 0 … 1; null or absent: no picture has one. */
  consistency?: number | null;
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
export interface RunSummary {
  /** The exit code the process will end with. */
  exitCode: number;
  interrupted: boolean;
  /** Where the pictures are, as a person would type it. */
  folder: string;
  jobs: readonly JobSummary[];
  /** At most 20; `failuresMore` says how many more there are. */
  failures: readonly ShotFailure[];
  failuresMore: number;
  /** Nothing to worry about. */
  notices: readonly string[];
  warnings: readonly string[];
  /** Commands to go on with: `imggen retry 3`. */
  next: readonly string[];
  /** The run in one sentence. */
  headline: string;
}

/** The streams and the clock a view works with. */
export interface ViewStreams {
  stdout: ViewOutput;
  stderr: ViewOutput;
  /** Environment variables (terminal kind, locale). */
  env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Colors on `stdout`? See `wantsColor`. */
  color: boolean;
  /** The command that goes on with what is left, as this user types it. */
  resume: string;
}

/** A stream that may be a terminal. */
export type ViewOutput = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};
