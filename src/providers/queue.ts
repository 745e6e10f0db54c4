/**
 * Waiting for accepted work, for every service that gives work an id and is asked for it: one loop, so that all of them
 * keep what was paid in the same way.
 *
 * A queue provider submits by itself (one paid request), then hands what it knows of its service to `collectFromQueue`:
 * how the work is read, and what a reading means.
 */
import { ProviderError } from '../errors.ts';
import type { ProviderSettings } from './definition.ts';
import type { Accepted, CallContext, Collected, Generated } from './provider.ts';

/** What one reading of accepted work tells. */
export type Reading =
  | ({ state: 'generated' } & Generated)
  /** Queued or under way; `progress` 0…1 where the service tells. */
  | { state: 'running'; progress?: number }
  /**
   * The work has ended well, but its picture is not in the answer: it may still come. `endedMsAgo`: where the service
   * tells when.
   */
  | { state: 'missing'; why: string; endedMsAgo?: number };

/** A service that is asked for its work by an id. */
export interface Queue<Work> {
  /** What messages call the service. */
  readonly service: string;
  /** How long it keeps finished work, in milliseconds from its end. */
  readonly retentionMs: number;
  /** Time between the first two readings, in milliseconds; it grows by half each time, up to `pollMaxMs`. */
  readonly pollMs: number;
  readonly pollMaxMs: number;
  /**
   * Reads the work once; free of charge.
   * @throws {ProviderError} why it could not be read; with the status 404 or 410: it is not there.
   */
  read(remoteId: string, call: CallContext): Promise<Work>;
  /**
   * What a reading means. Pure.
   * @throws {ProviderError} how the work ended without a picture; `expired` when the service says that it deleted it.
   */
  resultOf(work: Work): Reading;
}

/** The distance between two readings grows by this factor. */
const POLL_GROWTH = 1.5;
/** Work that nobody could read, or that has ended without its picture, for so long is told, and left to a later run. */
const SILENT_MAX_MS = 300_000;

/**
 * Reads the work until it has ended or the time is over. A reading that fails in passing (429, 5xx, a broken
 * connection) is repeated, no sooner than the service asks. Work that is not there is asked for again, too, at least
 * once, and as long as the service keeps what it made: it may be late, or on another of its servers.
 * @returns `running` for work that may still end well: time over, stopped, or not readable now. It is paid, so the
 *   remote id must be kept and collected by a later run.
 * @throws {ProviderError} how the work ended without a picture; `expired: true` when it is gone for good.
 */
export async function collectFromQueue<Work>(
  queue: Queue<Work>,
  accepted: Accepted,
  waiting: Pick<ProviderSettings, 'now' | 'elapsed' | 'sleep' | 'timeoutMs'>,
  call: CallContext,
): Promise<Collected> {
  const { elapsed, sleep, timeoutMs } = waiting;
  const endMs = elapsed() + timeoutMs;
  const whyOver = retention(queue, accepted, waiting);
  let delayMs = queue.pollMs;
  let heardMs = elapsed();
  while (!call.signal.aborted) {
    const look = await lookAt(queue, accepted.remoteId, call);
    if (call.signal.aborted && look.state !== 'generated') break;
    if (look.state === 'generated') return look;
    const over = whyOver(look);
    if (over !== undefined) throw expired(queue, over);
    if (look.state === 'unreadable' && !look.passing) return running(look.why);
    if (look.state === 'running') call.onPhase?.('waiting', look.progress);
    if (look.state === 'running') heardMs = elapsed();
    else if (elapsed() - heardMs >= SILENT_MAX_MS) return running(look.why);
    const leftMs = endMs - elapsed();
    if (leftMs <= 0) return running(`no result after ${seconds(timeoutMs)}`, look);
    const askedMs = look.state === 'unreadable' ? (look.retryAfterMs ?? 0) : 0;
    if (askedMs > leftMs) return running(`the service asks to wait ${seconds(askedMs)}`, look);
    await pause(sleep, Math.min(Math.max(delayMs, askedMs), leftMs), call.signal);
    delayMs = Math.min(delayMs * POLL_GROWTH, queue.pollMaxMs);
  }
  return running('the wait was stopped');
}

/** A reading, or why there is none. */
type Look = Reading | { state: 'unreadable'; why: string; passing: boolean; retryAfterMs: number | undefined };

/**
 * Tells, reading by reading, why the service no longer keeps the work; undefined: it may still. The time counts from
 * the end of the work, which is no earlier than its acceptance and than a reading that found it running. One reading
 * alone proves nothing.
 */
function retention(
  { retentionMs }: Queue<unknown>,
  { acceptedAtMs }: Accepted,
  { now, elapsed }: Pick<ProviderSettings, 'now' | 'elapsed'>,
): (look: Look) => string | undefined {
  let ranAtMs = -Infinity;
  let misses = 0;
  return (look) => {
    if (look.state === 'running') ranAtMs = elapsed();
    if (look.state !== 'missing') return undefined;
    misses++;
    const endedMsAgo = Math.min(now() - acceptedAtMs, elapsed() - ranAtMs, look.endedMsAgo ?? Infinity);
    return misses > 1 && endedMsAgo > retentionMs ? look.why : undefined;
  };
}

async function lookAt<Work>(queue: Queue<Work>, remoteId: string, call: CallContext): Promise<Look> {
  let work: Work;
  try {
    work = await queue.read(remoteId, call);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (error.status === 404 || error.status === 410) return { state: 'missing', why: error.message };
    const { message: why, retryAfterMs } = error;
    return { state: 'unreadable', why, retryAfterMs, passing: !isFinal(error) };
  }
  return queue.resultOf(work);
}

/** Asking again gives the same answer until somebody acts: another key, another account, another version of imggen. */
function isFinal({ failure }: ProviderError): boolean {
  return failure === 'unauthorized' || failure === 'no-credit' || failure === 'rejected';
}

function running(why: string, look?: Look): Collected {
  const detail = look !== undefined && 'why' in look ? ` (${look.why})` : '';
  return { state: 'running', why: `${why}${detail}; run again to collect it` };
}

function expired({ service, retentionMs }: Queue<unknown>, why: string): ProviderError {
  return new ProviderError(
    `${service} keeps finished work for ${hours(retentionMs)}, and no longer has this one: ${why}`,
    { failure: 'unusable', charged: 'yes', expired: true, code: 'expired' },
  );
}

/** Sleeps, unless it is stopped: then it returns at once. */
async function pause(sleep: ProviderSettings['sleep'], ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

function hours(ms: number): string {
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} minutes`;
  const count = Math.round(ms / 3_600_000);
  return count === 1 ? 'an hour' : count < 48 ? `${count} hours` : `${Math.round(count / 24)} days`;
}
