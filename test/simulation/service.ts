/**
 * A simulated paid service: it makes pictures, counts every charge in a journal, and can be asked in the four ways of
 * docs/ledger.md, "Recovery" (idem, list, sync, blind). It runs outside the processes that ask it: their end does not
 * stop it.
 */
import { ProviderError } from '../../src/errors.ts';
import { stageBytes } from '../../src/images/part-file.ts';
import type {
  CallContext,
  Collected,
  Finding,
  ImageRequest,
  LostAttempt,
  Provider,
  Submission,
  SubmitContext,
} from '../../src/providers/provider.ts';
import type { Download } from '../../src/runner/context.ts';
import { makePicture } from '../emulators/picture.ts';
import type { Journal, Charge } from './journal.ts';
import type { SubmitFault, ReadFault } from './faults.ts';

/** What a service allows when an answer was lost. */
export type RecoveryClass =
  | 'idem' // takes our own key: asked by it, then sent again with it
  | 'list' // lists what it was sent
  | 'sync' // nothing to ask
  | 'blind'; // nothing to ask until a remote id is known

/** What one picture costs: held at most, and billed. Micro-dollars. */
export const WORST_MICROS = 50_000;

export const COST_MICROS = 40_000;

/** `late` requests arrive within this time. */
const LATE_MS = 3_000;

export interface PaperOptions {
  recovery: RecoveryClass;
  journal: Journal;
  /** The clock of the service … */
  now: () => number;
  /** … and that of the process that asks; default: the same. */
  ours?: (() => number) | undefined;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  latencyMs?: number | undefined;
  findAfterMs?: number | undefined;
  /** Asked once a request, in order. */
  fault?: ((request: ImageRequest) => SubmitFault) | undefined;
  readFault?: (() => ReadFault) | undefined;
  findFault?: (() => boolean) | undefined;
  /** A bug planted to see whether it is found: every look-up says that nothing came. */
  denies?: boolean | undefined;
  /** The same: a look-up takes the clock of now for that of then. */
  trustsClock?: boolean | undefined;
  /** Called between a charge and its answer. */
  charged?: (() => void) | undefined;
  name?: string | undefined;
}

/** A provider in front of the simulated service. */
export function paperProvider(options: PaperOptions): Provider {
  const { recovery } = options;
  const provider: Provider = {
    name: options.name ?? 'paper',
    idempotent: recovery === 'idem',
    findAfterMs: options.findAfterMs ?? 10_000,
    defaultModel: 'paper-1',
    capabilities: () => ({
      seed: 'best-effort',
      referencesMax: 1,
      keepsFace: 'references',
      sizes: { kind: 'free', minPx: 1, maxPx: 4096, multipleOf: 1, ratioMax: 4 },
      qualities: [],
      negativePrompt: true,
      cancel: false,
      reattach: recovery !== 'sync',
    }),
    price: () => ({ worstMicros: WORST_MICROS, expectedMicros: COST_MICROS, source: 'test', asOf: '2026-01-01' }),
    warnings: () => [],
    submit: (request, call) => submit(options, request, call),
    check: () => Promise.resolve({ ok: true, message: 'fine' }),
  };
  if (recovery !== 'sync') provider.collect = ({ remoteId }) => collect(options, remoteId);
  if (recovery === 'idem' || recovery === 'list') provider.find = (lost) => find(options, lost);
  return provider;
}

async function submit(options: PaperOptions, request: ImageRequest, call: SubmitContext): Promise<Submission> {
  const fault = options.fault?.(request) ?? 'ok';
  await options.sleep(options.latencyMs ?? 0);
  call.onSending({ skewMs: skewOf(options) });
  switch (fault) {
    case 'limited':
      throw new ProviderError('slow down', { failure: 'rate-limited', retryAfterMs: 2_000, status: 429 });
    case 'down':
      throw new ProviderError('internal error', { failure: 'unavailable', status: 500 });
    case 'refused':
      throw new ProviderError('not this one', { failure: 'refused', status: 400 });
    case 'reset-before':
      throw new ProviderError('socket hang up', { failure: 'unknown' });
    case 'hang':
      return hang(call);
    case 'late':
      void arriveLate(options, request);
      throw new ProviderError('socket hang up', { failure: 'unknown' });
    default:
  }
  const charge = bill(options, request, fault === 'unusable');
  options.charged?.();
  if (fault === 'reset-after') throw new ProviderError('socket hang up', { failure: 'unknown' });
  if (fault === 'hang-after') return hang(call);
  await options.sleep(options.latencyMs ?? 0);
  if (options.recovery !== 'sync') return { state: 'accepted', remoteId: charge.remoteId };
  return { state: 'generated', costMicros: COST_MICROS, image: { kind: 'bytes', bytes: pictureOf(charge) } };
}

async function arriveLate(options: PaperOptions, request: ImageRequest): Promise<void> {
  await options.sleep(LATE_MS);
  bill(options, request, false);
}

function hang(call: CallContext): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(new ProviderError('no answer', { failure: 'unknown' }));
    if (call.signal.aborted) fail();
    else call.signal.addEventListener('abort', fail, { once: true });
  });
}

/** Bills a request; with our own key (`idem`) only the first time. */
function bill(options: PaperOptions, request: ImageRequest, unusable: boolean): Charge {
  const before =
    options.recovery === 'idem' ? options.journal.all().find((one) => one.key === request.attemptKey) : undefined;
  if (before) return before;
  const charge = {
    remoteId: `r-${request.attemptKey}`,
    key: request.attemptKey,
    shot: request.shot,
    atMs: options.now(),
    unusable,
  };
  options.journal.add(charge);
  return charge;
}

function pictureOf(charge: Charge): Uint8Array {
  return charge.unusable ? Buffer.from('sorry, no picture today') : makePicture(16, 16, charge.remoteId);
}

async function collect(options: PaperOptions, remoteId: string): Promise<Collected> {
  await options.sleep(options.latencyMs ?? 0);
  const charge = options.journal.all().find((one) => one.remoteId === remoteId);
  if (!charge) throw new ProviderError('no such job', { failure: 'rejected' });
  if (charge.unusable) throw new ProviderError('the picture is blank', { failure: 'unusable', charged: 'yes' });
  return { state: 'generated', costMicros: COST_MICROS, image: { kind: 'url', url: `paper:${remoteId}` } };
}

/** How far the service's clock is ahead of ours now. */
function skewOf({ now, ours = now }: PaperOptions): number {
  return now() - ours();
}

async function find(options: PaperOptions, lost: LostAttempt): Promise<Finding> {
  await options.sleep(options.latencyMs ?? 0);
  if (options.findFault?.()) return { state: 'unsure', message: 'the list can not be read' };
  if (options.denies) return { state: 'absent' };
  const mine = options.journal
    .all()
    .find((one) =>
      options.recovery === 'idem'
        ? one.key === lost.request.attemptKey
        : one.shot === lost.request.shot &&
          one.atMs >= lost.sentAtMs + (options.trustsClock ? skewOf(options) : Number(lost.sent['skewMs'])) &&
          !lost.isKnown(one.remoteId),
    );
  return mine ? { state: 'found', remoteId: mine.remoteId } : { state: 'absent' };
}

/** Fetches what the service made. */
export function paperDownload(options: Pick<PaperOptions, 'sleep' | 'latencyMs' | 'readFault'>): Download {
  return async (url, part) => {
    await options.sleep(options.latencyMs ?? 0);
    const fault = options.readFault?.() ?? 'ok';
    if (fault === 'down') throw new ProviderError('502', { failure: 'unavailable' });
    const bytes = makePicture(16, 16, url.slice('paper:'.length));
    await stageBytes(part, fault === 'cut' ? bytes.subarray(0, bytes.length / 2) : bytes);
    return { sizeBytes: bytes.length };
  };
}
