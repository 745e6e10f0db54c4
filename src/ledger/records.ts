/**
 * What the ledger returns: characters, jobs, shots, attempts and images, with parsed JSON. Rows and SQL stay inside
 * the ledger. Money is integer micro-dollars, moments are epoch milliseconds of the writer's clock.
 */
import type { CharacterAttributes } from '../character.ts';
import type { Failure, Outcome } from '../errors.ts';
import type { SeedHonored } from '../events.ts';
import type { Reference, ReferenceRole, SentRecord, ShotKind, ShotLook, ShotSettings } from '../shot.ts';
import type { JobSettings } from './settings.ts';

export type { Lora } from './lora-records.ts';
export type { Image, Review, Score, ScoreDetails, StoredDetails, Upload } from './image-records.ts';
export type { Caps, JobChanges, JobSettings } from './settings.ts';

/** States of a shot (docs/ledger.md, "Write order"). */
export type ShotState = 'queued' | 'leased' | 'done' | 'failed' | 'refused' | 'held' | 'canceled';

/** States of an attempt (docs/ledger.md, "Write order"). */
export type AttemptState = 'intent' | 'accepted' | 'generated' | 'settled' | 'rejected' | 'unknown';

/**
 * What a command asked for: `avatar` makes candidates, a `reroll` other takes of pictures that are there, `train` a
 * LoRA from them, which is no picture (`training` is a kind of picture).
 */
export type JobKind = 'create' | 'avatar' | 'pack' | 'reroll' | 'edit' | 'train';

/** A character as registered. */
export interface RegisteredCharacter {
  /** The ledger's own: two owners may have a character of the same id. */
  key: number;
  /** The slug: names files and folders. */
  id: string;
  name: string;
  seed: number;
  attributes: CharacterAttributes;
  /** What a later config must agree with; empty after the character was deleted. */
  locked: Readonly<Record<string, unknown>>;
  /** Whose it is; null: nobody's. */
  owner: string | null;
  /** Gallery shots that were planned so far. */
  galleryPlanned: number;
  createdAtMs: number;
}

/** A job: what one command asked for. */
export interface Job {
  id: number;
  /** The name it was given with `--key`. */
  key: string | null;
  characterKey: number;
  characterId: string;
  kind: JobKind;
  fingerprint: string;
  /** Hash of what the user asked to see; empty: the catalogue. */
  planHash: string;
  settings: JobSettings;
  /** 0 high, 1 normal, 2 low. */
  priority: number;
  state: 'open' | 'ended' | 'canceled';
  imageCount: number;
  createdAtMs: number;
  endedAtMs: number | null;
}

/** A shot: one picture to make; of a job of kind `train`, the LoRA. */
export interface Shot {
  id: number;
  jobId: number;
  /** Unique in its job. */
  name: string;
  kind: ShotKind;
  look: ShotLook;
  prompt: string;
  seed: number;
  /** In place of the job's. */
  settings: ShotSettings;
  state: ShotState;
  /** Waits until that shot has ended. */
  afterShot: number | null;
  /** The picture that is superseded when this one is done. */
  replacesImageId: number | null;
  /** Of an edit: the picture that it changes. */
  sourceImageId: number | null;
  /** The shot of the same job that it is another take of, because the face was not the same; null: none. */
  takeOf: number | null;
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
  quality?: string | undefined;
  transparent?: boolean | undefined;
  /** Weights of the character's LoRA: an address, or a model at the service. */
  lora?: string | undefined;
  /** It goes in a batch. */
  batch?: true | undefined;
  references: readonly Reference[];
  /** Roles of references that go into an input of their own: the prompt says nothing of them. */
  ownInputs?: readonly ReferenceRole[] | undefined;
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
  request: AttemptRequest;
  state: AttemptState;
  remoteId: string | null;
  url: string | null;
  /** Absolute path of a file that holds the whole answer. */
  staged: string | null;
  outcome: Outcome | Failure | null;
  message: string | null;
  seedHonored: SeedHonored | null;
  usage: unknown;
  /** Provider and fingerprint of the key it was sent with: another account knows nothing of it. */
  account: string;
  /** What recognizes the request at the service; empty when the provider told nothing. */
  sent: SentRecord;
  intentAtMs: number;
  /** Committed right before the request was handed to the network; null: it was surely not sent. */
  sentAtMs: number | null;
  acceptedAtMs: number | null;
  endedAtMs: number | null;
}

/** This process's lease of a shot: every write about it names owner and token. */
export interface Lease {
  shotId: number;
  jobId: number;
  characterId: string;
  /** The shot's name. */
  shot: string;
  attemptId: number;
  token: number;
}
