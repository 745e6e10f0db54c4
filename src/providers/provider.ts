/**
 * The provider contract: how imggen asks a service for one picture and learns what became of it.
 *
 * Obligations of every implementation, checked by the conformance suite (`test/providers/conformance.ts`):
 * - `submit` sends **at most one** request that may cost money. No retry of any kind below the runner.
 * - `collect`, `find`, `check` and `cancel` never start paid work and may be called again after a crash.
 * - Every failure is a `ProviderError` that names its kind; anything else thrown is a bug.
 * - What was sent and not answered is `unknown`, unless it surely never reached the service.
 * - An aborted signal ends every call promptly; when the paid request had left, the failure is `unknown`,
 *   otherwise `interrupted`.
 * - Messages are the service's own words; the runner redacts and sanitises them. Credentials go to no host but the base URL's.
 */
import type { ZodType } from 'zod';
import type { CharacterAttributes } from '../character.ts';
import type { Reference, ShotLook } from '../shot.ts';
import type { Capabilities, ModelRecord, Price } from './capabilities.ts';

export type { Reference } from '../shot.ts';

/** How an open attempt can be cleared up after a crash or a lost answer (ledger.md). */
export type RecoveryClass =
  | 'idem' // the service takes our own key: probe by it, then send again with it
  | 'list' // the service lists what it was sent: look the attempt up; absent means it was never accepted
  | 'sync' // nothing to ask: what was sent and not answered stays unknown
  | 'blind'; // nothing to ask until a remote id is known; safe after

/** One picture to be made. Everything a provider may send; it picks what its service takes. */
export interface ImageRequest {
  /** This attempt's own key, unique for ever: an idempotency key, a client-chosen id or metadata where the service takes one. */
  attemptKey: string;
  /** The shot's name, for metadata. */
  shot: string;
  model: string;
  prompt: string;
  negativePrompt?: string;
  /** 0 … 2^32 − 1. Ignored by services without a seed (see `Capabilities.seed`). */
  seed: number;
  width: number;
  height: number;
  /** `low`, `medium`, `high`, `auto` …, as the model takes it; undefined: the provider's default. */
  quality?: string;
  references: readonly Reference[];
  /** Who and how, in structure: what the local provider draws from. */
  character: CharacterAttributes;
  look: ShotLook;
}

/** A picture as the provider hands it over. */
export type ProviderImage =
  | { kind: 'bytes'; bytes: Uint8Array }
  /** Fetched at once by the runner, without credentials, every hop checked. `expiresAtMs`: when the service deletes it. */
  | { kind: 'url'; url: string; expiresAtMs?: number };

/** Work that ended well. */
export interface Generated {
  image: ProviderImage;
  /** The seed the service says it used, if it says. */
  seedUsed?: number;
  /** What it really cost, in micro-dollars, if the service says; else the quoted price is taken. */
  costMicros?: number;
  /** The service's usage record, kept as JSON in the ledger. */
  usage?: unknown;
  /** The model that really answered, if the service says. */
  model?: string;
  /** Things the user should know, once. */
  warnings?: readonly string[];
}

/** What `submit` achieved. */
export type Submission = { state: 'accepted'; remoteId: string } | ({ state: 'generated' } & Generated);

/** What `find` found. `unsure`: the service could not be asked, or it is too early to tell. */
export type Finding = { state: 'found'; remoteId: string } | { state: 'absent' } | { state: 'unsure'; message: string };

/** What comes with every call. */
export interface CallContext {
  signal: AbortSignal;
  /** Tells the views where the request is; `progress` 0…1. */
  onPhase?: (phase: 'sending' | 'waiting', progress?: number) => void;
}

/** What `find` needs to know besides the request. */
export interface LostAttempt {
  request: ImageRequest;
  /** When the attempt was committed, before it was sent (epoch ms, our clock). Older predictions are not ours. */
  sentAtMs: number;
  /** True for remote ids that the ledger already knows: those belong to other attempts. */
  isKnown: (remoteId: string) => boolean;
}

/** Health as told by `check`: never throws for an unhealthy service, says it. */
export interface Health {
  ok: boolean;
  /** One sentence. */
  message: string;
}

/** A service, ready to be asked. */
export interface Provider {
  readonly name: string;
  readonly recovery: RecoveryClass;
  /** Where it is asked: the only private or loopback host that its result URLs may name. */
  readonly baseUrl?: string;
  /** True when answers carry the picture as text (base64 in JSON): megabytes of garbage each, which decides how the heap is kept. */
  readonly answersInline?: boolean;
  /**
   * How long after an attempt was sent a look-up can be trusted to see it, in milliseconds (default 10,000): a request
   * whose sender died may still be on its way in.
   */
  readonly findAfterMs?: number;
  /** The model used when the config names none. */
  readonly defaultModel: string;
  /**
   * What the model can do, as data, checked before paying.
   * @throws {UserError} for a retired model (naming its successor) or one that can't be used here.
   */
  capabilities(model: string): Capabilities;
  /** The worst-case price of this request; undefined when nobody knows it. Pure. */
  price(
    request: Pick<ImageRequest, 'model' | 'width' | 'height' | 'quality' | 'references' | 'prompt'>,
  ): Price | undefined;
  /** Things this request asks for that the model can't do (negative prompt, seed, attributes …): a sentence each, told once. */
  warnings(request: ImageRequest): readonly string[];
  submit(request: ImageRequest, call: CallContext): Promise<Submission>;
  /** Waits for accepted work. Absent on services without remote ids. */
  collect?(remoteId: string, request: ImageRequest, call: CallContext): Promise<Generated>;
  /** Asks the service to stop; true when it says the work will not be billed. */
  cancel?(remoteId: string, call: CallContext): Promise<boolean>;
  /** Looks for an attempt whose answer was lost. Only for recovery `idem` and `list`. */
  find?(lost: LostAttempt, call: CallContext): Promise<Finding>;
  /** Is the service there and the key good? Costs nothing. */
  check(call: CallContext): Promise<Health>;
}

/** What a provider is built from. Clock, randomness and fetch are arguments. */
export interface ProviderSettings {
  /** The provider's own section of the config, parsed by its `optionsSchema`. */
  options: Record<string, unknown>;
  /** Environment variables, read once at the edge. */
  env: Readonly<Record<string, string | undefined>>;
  fetch: typeof fetch;
  now: () => number;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Per-shot time-out in milliseconds. */
  timeoutMs: number;
}

/** What a provider's file exports as default (see `providers/index.ts`: one file, one line). */
export interface ProviderModule {
  readonly name: string;
  /** Environment variables of its key, first found wins; empty when it needs none. */
  readonly keyVariables: readonly string[];
  /** zod schema of `providers.<name>` in the config. */
  readonly optionsSchema: ZodType<Record<string, unknown>>;
  /** The models it knows, for `imggen providers` and price look-ups. */
  readonly models: readonly ModelRecord[];
  /** @throws {UserError} with exit code 5 when its key is missing, 2 when its base URL is malformed. */
  create(settings: ProviderSettings): Promise<Provider>;
}
