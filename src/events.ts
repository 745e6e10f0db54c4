/**
 * What the run says of itself. Imports types only.
 *
 * Public events are a contract (docs/cli.md, "Events"): fields may be added, never changed; `--json` prints exactly
 * these.
 * They are written to the ledger in the transaction whose fact they tell, and emitted after its commit.
 * Live events are for the live views only: they tell of a moment, are in no ledger, and may be lost.
 */
import type { Advice } from './advice.ts';

/**
 * What every public event carries. `at` is ISO 8601 UTC; `shot` is the shot's name in its job (`avatar`, `training-03`,
 * `gallery-0017`).
 */
interface Stamp {
  at: string;
  job_id: string;
  shot?: string;
}

/** Money is in US dollars here (the ledger keeps micro-dollars). */
export type PublicEvent = Stamp &
  (
    | { event: 'generation_queued'; character_id: string; image_count: number; take_of?: string }
    | { event: 'generation_started'; character_id: string; model: string; provider: string; attempt: number }
    | { event: 'generation_submitted'; remote_id: string }
    | {
        event: 'generation_completed';
        character_id: string;
        duration_ms: number;
        cost_usd: number;
        seed: number;
        seed_honoured: SeedHonored;
        take_of?: string; // the shot that this is another take of, because its face was not the same
      }
    | {
        event: 'generation_failed';
        character_id: string;
        /** An outcome (docs/failures.md), or `canceled`. */
        error_type: string;
        retry_at: string | null; // ISO time of the next attempt, null when there is none by itself
        message: string;
        take_of?: string; // as above
      }
    | {
        event: 'image_stored';
        character_id: string;
        size_bytes: number;
        url: string;
        filename: string;
        /** It stands in for a shot that failed: that is not made by it. */
        placeholder?: true;
      }
    /** How alike the face is, 0 … 1. Only of pictures that have a score. */
    | { event: 'image_scored'; character_id: string; filename: string; score: number; looks_like?: string }
    | { event: 'budget_reached'; cap: BudgetCap; spent_usd: number; reserved_usd: number }
    | {
        event: 'pack_completed';
        character_id: string;
        image_count: number;
        completed: number;
        failed: number;
        total_duration_ms: number;
        cost_usd: number;
        consistency?: number; // mean likeness of the faces, 0 … 1, and the least alike; absent: no picture has one
        lowest?: string;
      }
  );

/** Did the provider use the seed that was asked for? */
export type SeedHonored = 'yes' | 'no' | 'unknown';

/** Which cap stopped a run. */
export type BudgetCap = 'image' | 'run' | 'day';

/** Where a shot is, for the live views. */
export type ShotPhase =
  | 'queued'
  | 'sending' // the request is on its way, or a synchronous service is at work
  | 'waiting' // accepted: the provider's queue or the provider at work
  | 'saving' // downloading, checking, naming
  | 'uploading'
  | 'backoff'; // waits for its next attempt

/** For the live views only. */
export type LiveEvent =
  | {
      event: 'run_opened';
      job_id: string;
      character_id: string;
      character_name: string;
      kind: string; // `create`, `pack` …
      provider: string;
      model: string;
      /** Fallbacks that have made pictures of the job. */
      other_makers?: readonly { provider: string; model: string }[];
      concurrency: number;
      /** All shots of the job, and how many of them were already done when this run began. */
      image_count: number;
      already_done: number;
      already_ended?: number; // of the others: failed, refused or held before, and not made by this run
      caps_usd: { perImage: number | null; perRun: number | null; perDay: number | null };
      /** Spent by this job before this run, and by all jobs of this UTC day. */
      spent_usd: number;
      spent_day_usd: number;
      output: string;
      uploads: boolean;
      /** Another process makes it; this one looks on. */
      watched?: boolean;
      /** ISO time since when the processes of now work on a watched job; absent: nobody does. */
      worked_since?: string;
      /** The provider can be asked what became of a request whose answer was lost. */
      can_ask?: boolean;
      /** Only collects what is paid: the user is still to be asked, and the job is opened again after that. */
      before_questions?: boolean;
      /** Only uploads what is made: nothing of this job is going to be made. */
      uploads_only?: boolean;
    }
  | {
      event: 'shot_phase';
      job_id: string;
      shot: string;
      phase: ShotPhase;
      progress?: number | undefined;
      until?: string;
    }
  | { event: 'spend'; job_id: string; spent_usd: number; reserved_usd: number; spent_day_usd: number }
  | {
      event: 'notice';
      level: 'info' | 'warn';
      message: string;
      /** What to do next, where that is not part of the message … */
      hint?: string | undefined;
      /** … and as data. */
      advice?: Advice | undefined;
      /** It tells what `auto` takes: `--json` prints it. */
      choice?: Choice | undefined;
      /** Beside `choice`: when (ISO). */
      at?: string;
    }
  /**
   * Nothing of this run is under way, and this is what it waits for: told at once, then every few seconds. `--json`
   * prints it, too.
   */
  | {
      event: 'waiting';
      at: string;
      job_id: string;
      reason: 'limits' | 'places' | 'budget' | 'others' | 'urgent';
      waited_ms: number;
      message: string;
    }
  /** First Ctrl-C or SIGTERM: nothing new is sent; `in_flight` shots are being waited for. */
  | {
      event: 'draining';
      signal: string;
      in_flight: number;
      /** Of these, accepted by a provider: they are let go, and a later run collects them. */
      at_provider?: number;
      /** What is held for answers that come once only: a second signal may lose them, paid. */
      at_stake_usd?: number;
    };

/** Everything a view may be told. */
export type RunEvent = PublicEvent | LiveEvent;

/** Takes an event. One that throws is dropped, never the run. */
export type Listener = (event: RunEvent) => void;

const PUBLIC = new Set([
  'generation_queued',
  'generation_started',
  'generation_submitted',
  'generation_completed',
  'generation_failed',
  'image_stored',
  'image_scored',
  'budget_reached',
  'pack_completed',
]);

/** True for the events of the public contract. */
export function isPublic(event: RunEvent): event is PublicEvent {
  return PUBLIC.has(event.event);
}

/** What `auto` takes, and why it does not take the others. Money in US dollars. */
export interface Choice {
  /** null: none keeps the promises of the plan. */
  provider: string | null;
  model: string | null;
  /** `the cheapest of 2 that keep what was asked for, at most $0.36`. */
  reason: string;
  /** All pictures at worst; null: nobody knows, or none was taken. */
  worstUsd: number | null;
  /** `isSetUp`: it has what it needs to be asked. */
  others: readonly { provider: string; model: string | null; isSetUp: boolean; why: string }[];
  /** All of it in words, without what is not set up. */
  sentence: string;
}
