/**
 * What the ledger hands out: characters, jobs, shots, attempts and images, with parsed JSON. Rows and SQL stay inside
 * the
 * ledger (`rows.ts`). Money is integer micro-dollars, moments are epoch milliseconds of the writer's clock.
 */
import type { CharacterAttributes } from '../character.ts';
import type { Failure, Outcome } from '../errors.ts';
import type { SeedHonoured } from '../events.ts';
import type { Reference, ShotKind, ShotLook } from '../shot.ts';

/** States of a shot (docs/ledger.md). */
export type ShotState = 'queued' | 'leased' | 'done' | 'failed' | 'refused' | 'hold' | 'cancelled';

/** States of an attempt (docs/ledger.md). */
export type AttemptState = 'intent' | 'accepted' | 'generated' | 'settled' | 'rejected' | 'unknown';

/** A mark that a person gave a picture. */
export type Mark = 'approved' | 'rejected' | 'favorite';

/** A character as registered. */
export interface RegisteredCharacter {
  id: string;
  name: string;
  seed: number;
  attributes: CharacterAttributes;
  /** What a later config must agree with; empty after the character was deleted. */
  locked: Readonly<Record<string, unknown>>;
  owner: string | null;
  nextNumber: number;
  /** Gallery shots that were planned so far. */
  galleryPlanned: number;
  createdAtMs: number;
}

/** Caps in micro-dollars; undefined: no cap. */
export interface Caps {
  perImageMicros?: number;
  /** Over all attempts of one job, whichever process and however often resumed. */
  perRunMicros?: number;
  /** Over all jobs of the ledger on one UTC day. */
  perDayMicros?: number;
}

/** What a job works with. It is the job's own: a later config changes nothing in it. */
export interface JobSettings {
  provider: string;
  fallback: readonly string[];
  model: string;
  width: number;
  height: number;
  quality?: string;
  /** Absolute folder of all pictures. */
  output: string;
  /** Name of the store, `none` for no upload. */
  store: string;
  thumbnails: boolean;
  requireSeed: boolean;
  /** Absolute paths of the config's reference pictures; empty: the avatar serves. */
  references: readonly string[];
  negativePrompt?: string;
  caps: Caps;
  /** Requests in flight at most. */
  concurrency: number;
  /** Between the first sends; 0 for none. */
  staggerMs: number;
  /** Attempts of one shot that count. */
  attemptsMax: number;
  /** Of one shot. */
  timeoutMs: number;
  /** A model whose price nobody knows is asked all the same, and not counted. */
  allowUnknownPrice: boolean;
}

/** Settings that an unfinished job gets instead of its own; of the caps only those that are given. */
export type JobChanges = { [Key in keyof JobSettings]?: JobSettings[Key] | undefined } & {
  priority?: number | undefined;
};

/** A job: what one command asked for. */
export interface Job {
  id: number;
  /** The name it was given with `--key`. */
  key: string | null;
  characterId: string;
  kind: 'create' | 'pack';
  fingerprint: string;
  settings: JobSettings;
  /** 0 high, 1 normal, 2 low. */
  priority: number;
  state: 'open' | 'ended' | 'cancelled';
  imageCount: number;
  createdAtMs: number;
  endedAtMs: number | null;
}

/** A shot: one picture to make. */
export interface Shot {
  id: number;
  jobId: number;
  characterId: string;
  key: string;
  name: string;
  kind: ShotKind;
  look: ShotLook;
  prompt: string;
  seed: number;
  state: ShotState;
  /** Waits until that shot has ended. */
  afterShot: number | null;
  notBeforeMs: number;
  /** Who holds the lease; null with state `leased`: let go, anybody may take it over. */
  owner: string | null;
  token: number;
  /** Attempts that count against `attemptsMax`. */
  attempts: number;
  /** Answers 429 in a row, while the provider let nothing else through … */
  limited: number;
  /** … since this many of its successes. */
  limitedEpoch: number;
  outcome: Outcome | 'budget' | null;
  message: string | null;
  endedAtMs: number | null;
}

/** What an attempt asked for, beside the shot's prompt and seed. */
export interface AttemptRequest {
  width: number;
  height: number;
  quality?: string;
  references: readonly Reference[];
}

/** An attempt: one request to a provider that may cost money. */
export interface Attempt {
  id: number;
  key: string;
  shotId: number;
  jobId: number;
  /** 1 for the first attempt of the shot. */
  ordinal: number;
  provider: string;
  model: string;
  requestHash: string;
  request: AttemptRequest;
  state: AttemptState;
  remoteId: string | null;
  url: string | null;
  /** Absolute path of a file that holds the whole answer. */
  staged: string | null;
  outcome: Outcome | Failure | null;
  message: string | null;
  seedHonoured: SeedHonoured | null;
  usage: unknown;
  intentAtMs: number;
  acceptedAtMs: number | null;
  endedAtMs: number | null;
}

/** An image: what a shot became. */
export interface Image {
  id: number;
  characterId: string;
  number: number;
  shotId: number | null;
  jobId: number | null;
  attemptId: number | null;
  kind: ShotKind;
  /** The shot's name. */
  shot: string;
  filename: string;
  /** Absolute; null for one that only the store holds. */
  path: string | null;
  state: 'named' | 'stored' | 'removed';
  sha256: string;
  /** Empty until the upload summed it. */
  md5: string;
  sizeBytes: number;
  width: number;
  height: number;
  format: string;
  provider: string;
  model: string;
  seed: number;
  seedHonoured: SeedHonoured;
  prompt: string;
  costMicros: number;
  /** Absolute path. */
  thumbnail: string | null;
  /** The store it goes to, or is in. */
  store: string | null;
  upload: 'none' | 'pending' | 'done' | 'failed';
  uploadOwner: string | null;
  uploadTries: number;
  uploadNotBeforeMs: number;
  uploadMessage: string | null;
  publicId: string | null;
  url: string | null;
  thumbnailUrl: string | null;
  mark: Mark | null;
  createdAtMs: number;
}

/** A shot in this process's hands: every write about it names owner and token. */
export interface Lease {
  shotId: number;
  jobId: number;
  characterId: string;
  /** The shot's name. */
  shot: string;
  attemptId: number;
  token: number;
}
