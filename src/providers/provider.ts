/**
 * The provider contract: how imggen asks a service for one picture and learns what became of it.
 *
 * Obligations of every implementation, checked by the conformance suite (`test/providers/conformance.ts`):
 * - `submit` sends **at most one** request that may cost money. No retry of any kind below the runner.
 * - `submit` calls `onSending` right before it hands that request to the network, never later: a request that was not
 *   announced is sent again after a crash.
 * - `collect`, `find`, `check` and `cancel` never start paid work and may be called again after a crash.
 * - Every failure is a `ProviderError` that names its kind; anything else thrown is a bug.
 * - What was sent and not answered is `unknown`, unless it surely never reached the service.
 * - An aborted signal ends every call promptly; when the paid request had left, the failure is `unknown`,
 *   otherwise `interrupted`. A `collect` that is stopped returns `running`.
 * - Messages are the service's own words; the runner redacts and sanitizes them. Credentials go to no host but the base
 *   URL's.
 */
import type { SentRecord } from '../shot.ts';
import type { Capabilities, Price } from './capabilities.ts';
import type { Generated, ImageRequest } from './image-request.ts';
import type { LedgerSays } from './ledger-says.ts';
import type { Trainer } from './trainer.ts';

export type { Reference, SentRecord } from '../shot.ts';
export type { Generated, ImageRequest, ProviderImage } from './image-request.ts';

/** What `submit` achieved; `sent`: added to what `onSending` was told, as the answer tells more (its clock). */
export type Submission =
  | { state: 'accepted'; remoteId: string; sent?: SentRecord }
  | ({ state: 'generated' } & Generated);

/** Work that a service has accepted. */
export interface Accepted {
  remoteId: string;
  /** When it was accepted, or sent where that is not known (epoch ms, our clock then). */
  acceptedAtMs: number;
  /** What `submit` told `onSending`; empty when it told nothing. */
  sent: SentRecord;
}

/**
 * What `collect` achieved. `running`: it may still end well (not finished, not readable now, the wait was stopped), so
 * the remote id is kept and asked for by a later run; `why` is a sentence without a full stop. `asPlanned`: nothing is
 * wrong, it takes the time that was told.
 */
export type Collected = ({ state: 'generated' } & Generated) | { state: 'running'; why: string; asPlanned?: boolean };

/**
 * What `find` found; `fitting`: of how many, where more than one may be ours. `unsure`: the service could not be asked,
 * or it is too early to tell.
 */
export type Finding =
  | { state: 'found'; remoteId: string; fitting?: number }
  | { state: 'absent' }
  | { state: 'unsure'; message: string };

/** What comes with every call. */
export interface CallContext {
  signal: AbortSignal;
  /** Tells the views where the request is; `progress` 0…1. */
  onPhase?: (phase: 'sending' | 'waiting', progress?: number) => void;
}

/** What comes with `submit`. */
export interface SubmitContext extends CallContext {
  /**
   * Commits that the paid request may have been sent: to be called once, right before it is handed to the network.
   * When it throws, nothing may be sent.
   * @param sent given back to `find`: what recognizes the request at the service, as it was sent.
   */
  onSending: (sent?: SentRecord) => void;
}

/** What `find` needs to know besides the request. */
export interface LostAttempt {
  request: ImageRequest;
  /** What `submit` told `onSending`; empty when it told nothing. */
  sent: SentRecord;
  /** When the request was handed to the network (epoch ms, our clock). Older predictions are not ours. */
  sentAtMs: number;
  /** The ledger may have lost it: what was sent would be the request, any time since `sentAtMs`. */
  unrecorded?: boolean;
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
  /**
   * True when submitting again with the same `attemptKey` makes no second picture and costs nothing more. With it, and
   * with `find` and `collect`, recovery after a crash or a lost answer goes as far as the service allows.
   */
  readonly idempotent: boolean;
  /** How long the service keeps finished work for `collect`, in milliseconds from its end; undefined: not known. */
  readonly retentionMs?: number;
  /** Where it is asked: the only private or loopback host that its result URLs may name. */
  readonly baseUrl?: string;
  /**
   * True when answers carry the picture as text (base64 in JSON): megabytes of garbage each, which decides how the heap
   * is kept.
   */
  readonly answersInline?: boolean;
  /** How long a look-up waits before it asks, in ms (default 10,000): a request sent just now may still arrive. */
  readonly findAfterMs?: number;
  /** True where the config has options for single models (`models`): a price there is no other's. */
  readonly hasModelOptions?: boolean;
  /** What the config adds to the input of a model; undefined: the provider has no such option. */
  readonly configInput?: (model: string) => Readonly<Record<string, unknown>>;
  /** The model used when the config names none. */
  readonly defaultModel: string;
  /**
   * What the model can do, as data, checked before paying.
   * @throws {UserError} for a retired model (naming its successor) or one that can't be used here.
   */
  capabilities(model: string): Capabilities;
  /**
   * Reads what a model can do, where the service has to be asked for it; free. Afterwards `capabilities` tells it. What
   * can't be read in passing of a model that is known well enough is passed over.
   * @throws {UserError} for a model that can't make pictures here, or of which nothing can be learned now.
   */
  learn?(model: string, call: CallContext): Promise<void>;
  /** The worst-case price of this request; undefined when nobody knows it. Pure. */
  price(
    request: Pick<ImageRequest, 'model' | 'width' | 'height' | 'quality' | 'references' | 'prompt'>,
  ): Price | undefined;
  /**
   * Things this request asks for that the model can't do (negative prompt, seed, attributes …): a sentence each, told
   * once.
   */
  warnings(request: ImageRequest): readonly string[];
  submit(request: ImageRequest, call: SubmitContext): Promise<Submission>;
  /**
   * Waits for accepted work, at most the time-out long. Absent on services without remote ids. Work that is not there
   * (404) is `running` until `retentionMs` has passed; then, or when the service says that it deleted it, it has
   * expired.
   * @throws {ProviderError} only when the work has ended without a picture that can be had.
   */
  collect?(accepted: Accepted, request: ImageRequest, call: CallContext): Promise<Collected>;
  /** Asks the service to stop; true when it says the work will not be billed. */
  cancel?(remoteId: string, call: CallContext): Promise<boolean>;
  /** Looks for an attempt whose answer was lost, where the service lists what it was sent or takes our key. */
  find?(lost: LostAttempt, call: CallContext): Promise<Finding>;
  /**
   * How much work with one of these prompts the account has been sent since then that the ledger does not know.
   * @throws {ProviderError}
   */
  countUnknown?(ledger: LedgerSays, call: CallContext): Promise<number>;
  /** Is the service there and the key good? Costs nothing. */
  check(call: CallContext): Promise<Health>;
  /** The same service asked in batches, where it takes them. */
  readonly batch?: BatchMode;
  /** What trains LoRAs at the same service, with the same key. */
  readonly trainer?: Trainer<Provider>;
  /** Why it can't train as it is configured, and what to set; undefined: it can, or never trains. */
  readonly trainerMissing?: { why: string; hint: string };
}

/** One request of a batch, ready to be sent. */
export interface BatchLine {
  request: ImageRequest;
  /** JSON, as it stands in the batch. */
  text: string;
}

/** A batch that the service has accepted. */
export interface SentBatch {
  /** Its id there. */
  batchId: string;
  /** When it ends at the latest, in epoch ms. */
  untilMs: number;
}

/**
 * A service that takes many requests as one batch and answers within a day, for less: `price` is that of a batch.
 * Each request stays an attempt, with the remote id `BATCH/ATTEMPT_KEY`: `collect`, `find` and `cancel` take and tell
 * those. `collect` reads the batch once and waits for nothing.
 */
export interface BatchMode extends Omit<Provider, 'batch' | 'submit'> {
  collect: NonNullable<Provider['collect']>;
  find: NonNullable<Provider['find']>;
  /** Requests that may go in one batch have the same group. Pure. */
  groupOf(request: ImageRequest): string;
  /** How many requests like this one go in one batch, and of how many bytes together, at most. Pure. */
  limitsFor(request: ImageRequest): { requests: number; bytes: number };
  /** Makes a request ready; free. @throws {ProviderError} `rejected` when a batch can't carry it. */
  lineFor(request: ImageRequest, call: CallContext): Promise<BatchLine>;
  /**
   * Sends a batch of one group, with at most one request that may cost money. `onSending` is told `{ batch: key }`,
   * which `find` recognizes the batch by; the ledger adds the request's `place` (from 0) among how many (`of`).
   * @param key this batch's own, unique for ever.
   * @throws {ProviderError}
   */
  send(lines: readonly BatchLine[], key: string, call: SubmitContext): Promise<SentBatch>;
}
