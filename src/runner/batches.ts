import { ProviderError } from '../errors.ts';
import type { None, Wait } from '../ledger/candidates.ts';
import type { BatchLine, BatchMode, ImageRequest, Submission, SubmitContext } from '../providers/provider.ts';
import { usdText } from '../money.ts';
import type { RunnerContext } from './context.ts';
import type { OpenAttempt } from './open-attempt.ts';

/** Requests that come back within this time go along with those that wait. */
const SOON_MS = 2_000;

/** A request that waits for its batch. */
interface Waiting {
  batch: BatchMode;
  jobId: number;
  request: ImageRequest;
  call: SubmitContext;
  resolve: (submission: Submission) => void;
  reject: (error: unknown) => void;
}

/** A request that is ready to be sent. */
interface Ready extends Waiting {
  line: BatchLine;
}

/**
 * Puts the requests of a run together to batches. Each stays an attempt of its own; those of one batch are announced in
 * one commit before it is sent, and told its id when it is known (docs/ledger.md, "Batches").
 */
export class Batches {
  private readonly context: Pick<RunnerContext, 'ledger' | 'tell' | 'newKey' | 'clean' | 'trace' | 'now'>;
  /** Attempts that are on their way here. */
  private readonly coming = new Set<number>();
  private waiting: Waiting[] = [];
  private isClosing = false;
  private isDropped = false;

  constructor(context: Batches['context']) {
    this.context = context;
  }

  /** True while requests wait, or are on their way. */
  get isOpen(): boolean {
    return this.coming.size + this.waiting.length > 0;
  }

  /** An attempt is claimed that will come. */
  expect({ lease }: Pick<OpenAttempt, 'lease'>): void {
    this.coming.add(lease.attemptId);
  }

  /** An attempt has ended: it does not come any more. */
  ended({ lease }: Pick<OpenAttempt, 'lease'>): void {
    this.coming.delete(lease.attemptId);
    this.sendIfWhole();
  }

  /** Sends a request with its batch; resolves when that is accepted. */
  submit(
    batch: BatchMode,
    { lease }: Pick<OpenAttempt, 'lease'>,
    request: ImageRequest,
    call: SubmitContext,
  ): Promise<Submission> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ batch, jobId: lease.jobId, request, call, resolve, reject });
      this.coming.delete(lease.attemptId);
      if (this.isDropped) this.drop();
      this.sendIfWhole();
    });
  }

  /** No more come for now: what waits is sent as soon as all have come that are on their way. */
  close(): void {
    if (!this.isOpen) return;
    this.isClosing = true;
    this.sendIfWhole();
  }

  /** Nothing can be claimed now. Who comes back soon goes along. */
  pause(why: Wait | None): void {
    const soonMs = this.context.now() + SOON_MS;
    const isShort = why.kind === 'wait' && why.reason === 'backoff' && (why.untilMs ?? Infinity) < soonMs;
    if (!isShort) this.close();
  }

  /** Nothing is sent any more. */
  drop(): void {
    this.isDropped = true;
    const dropped = this.waiting;
    this.waiting = [];
    for (const { reject } of dropped)
      reject(new ProviderError('stopped before it was sent', { failure: 'interrupted' }));
  }

  private sendIfWhole(): void {
    if (!this.isClosing || this.coming.size > 0) return;
    this.isClosing = false;
    const all = this.waiting;
    this.waiting = [];
    const groups = new Map<string, Waiting[]>();
    for (const one of all) {
      const name = `${one.jobId} ${one.batch.name} ${one.batch.groupOf(one.request)}`;
      const group = groups.get(name) ?? [];
      group.push(one);
      groups.set(name, group);
    }
    for (const group of groups.values()) void this.sendGroup(group);
  }

  /** Never rejects: each request is told. */
  private async sendGroup(group: readonly Waiting[]): Promise<void> {
    let part: Ready[] = [];
    let bytes = 0;
    for (const one of group) {
      const limits = one.batch.limitsFor(one.request);
      const line = await lineOf(one, limits.bytes);
      if (!line) continue;
      const size = Buffer.byteLength(line.text) + 1;
      if (part.length > 0 && (bytes + size > limits.bytes || part.length >= limits.requests)) {
        await this.send(part);
        part = [];
        bytes = 0;
      }
      part.push({ ...one, line });
      bytes += size;
    }
    await this.send(part);
  }

  private async send(part: readonly Ready[]): Promise<void> {
    const [first] = part;
    if (!first) return;
    const key = this.context.newKey();
    const lines = part.map(({ line }) => line);
    const call: SubmitContext = {
      signal: AbortSignal.any(part.map((one) => one.call.signal)),
      onPhase: (phase, progress) => part.forEach((one) => one.call.onPhase?.(phase, progress)),
      // All of them or none: a batch is one request.
      onSending: (sent) => {
        this.context.ledger.atOnce(() =>
          part.forEach((one, place) => one.call.onSending({ ...sent, place, of: part.length })),
        );
        this.context.trace('batch-sending', { key, requests: part.length });
      },
    };
    try {
      const { batchId, untilMs } = await first.batch.send(lines, key, call);
      this.context.trace('batch-answered', { key, batchId });
      this.told(first, part, { batchId, untilMs });
      for (const one of part)
        one.resolve({ state: 'accepted', remoteId: `${batchId}/${one.request.attemptKey}`, sent: { untilMs } });
    } catch (error) {
      const failure = batchFailure(error);
      for (const one of part) one.reject(failure);
    }
  }

  private told(
    { batch, jobId }: Ready,
    part: readonly Ready[],
    { batchId, untilMs }: { batchId: string; untilMs: number },
  ): void {
    const worstMicros = part.reduce((sum, { request }) => sum + (batch.price(request)?.worstMicros ?? 0), 0);
    const pictures = part.length === 1 ? '1 picture' : `${part.length} pictures`;
    const until = `${new Date(untilMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
    const message =
      `${pictures} of job ${jobId} went to ${batch.name} as batch ${this.context.clean(batchId)}: ` +
      `at most ${usdText(worstMicros)}, made by ${until} at the latest`;
    const advice = { code: 'collect-batch', jobId: String(jobId) } as const;
    this.context.tell({ event: 'notice', level: 'info', message, advice });
  }
}

/** The request as a line; undefined: it can't go in a batch, and was told so. */
async function lineOf({ batch, request, call, reject }: Waiting, bytesMax: number): Promise<BatchLine | undefined> {
  try {
    call.signal.throwIfAborted();
    const line = await batch.lineFor(request, call);
    if (Buffer.byteLength(line.text) < bytesMax) return line;
    const most = Math.round(bytesMax / 1e6);
    const message = `with its reference pictures it is larger than the ${most} MB of a batch of ${batch.name}`;
    reject(new ProviderError(message, { failure: 'rejected', code: 'too_large_for_batch' }));
  } catch (error) {
    const stopped = new ProviderError('stopped before it was sent', { failure: 'interrupted' });
    reject(call.signal.aborted ? stopped : error);
  }
  return undefined;
}

/** A batch that was not taken for its number counts as an attempt of each of its requests: it is not tried for ever. */
function batchFailure(error: unknown): unknown {
  if (!(error instanceof ProviderError) || error.failure !== 'rate-limited') return error;
  const { message, retryAfterMs, code, status } = error;
  return new ProviderError(message, { failure: 'unavailable', charged: 'no', retryAfterMs, code, status });
}
