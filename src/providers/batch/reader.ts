/**
 * How the answers of batches are read: each batch once for all of its requests, whoever asks first. Reading a batch
 * starts no work and waits for none.
 */
import { ProviderError } from '../../errors.ts';
import type { ProviderSettings } from '../definition.ts';
import type { Accepted, CallContext, Collected, Generated, SentRecord } from '../provider.ts';

/** A batch as it was read. */
export type BatchReading<Answer> =
  /** Not ended; `why` is a sentence without a full stop. */
  { state: 'running'; why: string } | EndedBatch<Answer>;

/** A batch that has ended, with what became of its requests. */
interface EndedBatch<Answer> {
  state: 'ended';
  /**
   * The answer to the request with that key, as it was sent; undefined: it must be there, and is not (yet).
   * @throws {ProviderError} why it was not made.
   */
  answerFor(key: string, sent: SentRecord): Promise<Answer | undefined>;
  /** Every answer was asked for. */
  isRead(): boolean;
  /** Gives back what the answers take; asked for again they are read anew. */
  close(): Promise<void>;
}

/** A service that is asked for its batches by an id. */
interface BatchSource<Answer> {
  /** What messages call the service. */
  readonly service: string;
  /** How long it keeps answers, in milliseconds from the batch's acceptance. */
  readonly retentionMs: number;
  /** @throws {ProviderError} why it could not be read; with the status 404 or 410: it is not there. */
  read(batchId: string, call: CallContext): Promise<BatchReading<Answer>>;
}

/** A batch that was read a shorter time ago is not read again. */
const READ_AGAIN_MS = 2_000;
/** The same of one that has ended, and lacks an answer: all that it made is read again with it. */
const LACKING_AGAIN_MS = 60_000;
/** Ended batches whose answers are kept at hand. */
const KEPT_MAX = 3;

interface Read<Answer> {
  reading: Promise<BatchReading<Answer>>;
  sinceMs: number;
  /** An answer that must be there was not. */
  isLacking: boolean;
  /** Who works with it now. */
  users: number;
  /** Nobody begins with it any more. */
  isOver: boolean;
}

/** Reads batches for all who ask about their requests. */
export class BatchReader<Answer> {
  private readonly source: BatchSource<Answer>;
  private readonly elapsed: ProviderSettings['elapsed'];
  private readonly read = new Map<string, Read<Answer>>();

  constructor(source: BatchSource<Answer>, { elapsed }: Pick<ProviderSettings, 'elapsed'>) {
    this.source = source;
    this.elapsed = elapsed;
  }

  /**
   * What became of one request, by its remote id.
   * @param now the service's clock.
   * @param pictureIn the picture in an answer; throws {ProviderError} when it holds none.
   * @throws {ProviderError} how it ended without a picture; `expired` when the service no longer has it.
   */
  async collect(
    { remoteId, acceptedAtMs, sent }: Accepted,
    now: () => number,
    call: CallContext,
    pictureIn: (answer: Answer) => Generated,
  ): Promise<Collected> {
    const { service, retentionMs } = this.source;
    const isOver = () => now() - acceptedAtMs > retentionMs;
    const { batchId, key } = batchIdOf(remoteId);
    let read: Read<Answer>;
    try {
      read = await this.begin(batchId, call);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const isGone = error.status === 404 || error.status === 410;
      if (isGone && isOver()) throw gone(service, error.message);
      return running(error.message);
    }
    try {
      const reading = await read.reading;
      if (reading.state === 'running') return running(reading.why, true);
      const answer = await reading.answerFor(key, sent);
      if (reading.isRead()) this.forget(batchId);
      if (answer !== undefined) return { state: 'generated', ...pictureIn(answer) };
    } finally {
      this.end(read);
    }
    const why = `batch ${batchId} has ended, and the answer of this request is not there`;
    if (isOver()) throw gone(service, why);
    read.isLacking = true;
    return running(why);
  }

  /** The batch is read anew when it is asked for the next time. */
  forget(batchId: string): void {
    const read = this.read.get(batchId);
    this.read.delete(batchId);
    if (!read) return;
    read.isOver = true;
    this.closeUnused(read);
  }

  /** A reading that is good; to be ended. @throws {ProviderError} */
  private async begin(batchId: string, call: CallContext): Promise<Read<Answer>> {
    const known = this.read.get(batchId);
    const read = known ?? this.start(batchId, call);
    read.users += 1;
    try {
      const reading = await read.reading;
      const ageMs = this.elapsed() - read.sinceMs;
      const isGood =
        reading.state === 'running' ? ageMs <= READ_AGAIN_MS : !read.isLacking || ageMs <= LACKING_AGAIN_MS;
      if (isGood) return read;
    } catch (error) {
      if (this.read.get(batchId) === read) this.forget(batchId);
      // Whoever was reading for all was stopped, this one was not.
      const others = known && error instanceof ProviderError && error.failure === 'interrupted';
      if (!others || call.signal.aborted) throw error;
    }
    this.end(read);
    if (this.read.get(batchId) === read) this.forget(batchId);
    return this.begin(batchId, call);
  }

  private start(batchId: string, call: CallContext): Read<Answer> {
    const reading = this.source.read(batchId, call);
    const read = { reading, sinceMs: this.elapsed(), isLacking: false, users: 0, isOver: false };
    reading.catch(() => {});
    this.read.set(batchId, read);
    const [oldest] = this.read.keys();
    if (this.read.size > KEPT_MAX && oldest !== undefined) this.forget(oldest);
    return read;
  }

  private end(read: Read<Answer>): void {
    read.users -= 1;
    this.closeUnused(read);
  }

  private closeUnused({ reading, users, isOver }: Read<Answer>): void {
    if (users > 0 || !isOver) return;
    void reading.then((ended) => (ended.state === 'ended' ? ended.close() : undefined)).catch(() => {});
  }
}

/** The parts of a remote id, `BATCH/ATTEMPT_KEY`; the id of a batch may itself have a slash. */
export function batchIdOf(remoteId: string): { batchId: string; key: string } {
  const slash = remoteId.lastIndexOf('/');
  return { batchId: remoteId.slice(0, slash), key: remoteId.slice(slash + 1) };
}

function running(why: string, asPlanned = false): Collected {
  return { state: 'running', why: `${why}; run again to collect it`, ...(asPlanned && { asPlanned }) };
}

function gone(service: string, why: string): ProviderError {
  return new ProviderError(`${service} no longer has what this batch made: ${why}`, {
    failure: 'unusable',
    charged: 'yes',
    expired: true,
    code: 'expired',
  });
}
