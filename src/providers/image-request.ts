/** What a provider is asked for, and what it brings. Types only. */
import type { CharacterAttributes } from '../character.ts';
import type { Reference, ReferenceRole, SentRecord, ShotLook } from '../shot.ts';

/** One picture to be made. Everything a provider may send; it picks what its service takes. */
export interface ImageRequest {
  /**
   * This attempt's own key, unique for ever: an idempotency key, a client-chosen id or metadata where the service takes
   * one.
   */
  attemptKey: string;
  /** The shot's name, for metadata. */
  shot: string;
  model: string;
  prompt: string;
  negativePrompt?: string | undefined;
  /** 0 … 2^32 − 1. Ignored by services without a seed (see `Capabilities.seed`). */
  seed: number;
  width: number;
  height: number;
  /** `low`, `medium`, `high`, `auto` …, as the model takes it; undefined: the provider's default. */
  quality?: string | undefined;
  /** With a transparent background; only for models that can. */
  transparent?: boolean | undefined;
  /** Weights of a LoRA, for models that take some: an address, or a model at the service (`owner/name/version`). */
  lora?: string | undefined;
  references: readonly Reference[];
  /** Roles of references that go into an input of their own; default none. */
  ownInputs?: readonly ReferenceRole[] | undefined;
  /** Who and how, in structure: what the local provider draws from. */
  character: CharacterAttributes;
  look: ShotLook;
}

/** A picture as the provider hands it over. */
export type ProviderImage =
  | { kind: 'bytes'; bytes: Uint8Array }
  /** Fetched at once by the runner, without credentials, every hop checked. */
  | { kind: 'url'; url: string };

/** Work that ended well. */
export interface Generated {
  image: ProviderImage;
  /** The seed the service says it used, if it says. */
  seedUsed?: number;
  /** What it really cost, in micro-dollars, if the service says; else the quoted price is taken. */
  costMicros?: number;
  /** The service's usage record, kept as JSON in the ledger. */
  usage?: unknown;
  /** Things the user should know, once. */
  warnings?: readonly string[];
  /**
   * Added to what `onSending` was told. `answeredMs`: when it answered, by its own clock; needed where the answer is an
   * address and there is no `collect`: what a later run is refused may be gone, or late.
   */
  sent?: SentRecord | undefined;
}
