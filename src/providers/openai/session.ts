/**
 * One call to OpenAI through its official package, that sends one paid request at most;
 * and the names of what can go wrong.
 */
import type OpenAI from 'openai';
import { ProviderError } from '../../errors.ts';
import { timeLimit } from '../../time-limit.ts';
import { withoutSecrets } from '../access.ts';
import { confined, waitingUpTo, singleUse } from '../http.ts';
import { networkFailure, surelyNotSent } from '../network-failure.ts';
import type { ProviderSettings } from '../definition.ts';
import type { CallContext, SubmitContext } from '../provider.ts';
import { retryAfterMs } from '../retry-after.ts';
import type { ServiceClock } from '../service-clock.ts';
import { statusFailure, type Asked } from '../status-failure.ts';
import { clientOf, fetchingWith, type OwnFetch } from './client.ts';
import { toldKind } from './error-codes.ts';
import { record } from '../error-body.ts';

/** What messages call the service. */
export const SERVICE = 'OpenAI';

/** One reading may take this long. */
const READ_TIMEOUT_MS = 60_000;

/** Where and as whom to ask. */
export interface Access {
  key: string;
  baseUrl: string;
  settings: Pick<ProviderSettings, 'fetch' | 'now' | 'elapsed' | 'sleep' | 'timeoutMs' | 'env'>;
  /** Set by every answer; how far it is ahead of ours is recorded with what is sent. */
  clock: ServiceClock;
}

/** How long a short answer of the service may take. */
export function readTimeoutOf({ settings }: Access): number {
  return Math.min(READ_TIMEOUT_MS, settings.timeoutMs);
}

/** One call. */
export interface Session {
  client: OpenAI;
  /** For the one request of the client: ends with the caller's signal or when the time is over. */
  options: { signal: AbortSignal; fetchOptions: OwnFetch };
  /** Names what the call threw. Never throws. */
  failure: (error: unknown) => ProviderError;
}

/**
 * Opens a session for one call. Make one per call: the fetch in its options lets a single POST through.
 * @param timeoutMs default: the settings' time-out.
 */
export async function openSession(
  access: Access,
  call: CallContext & Partial<Pick<SubmitContext, 'onSending'>>,
  asked: Asked,
  timeoutMs = access.settings.timeoutMs,
): Promise<Session> {
  const { key, baseUrl, settings, clock } = access;
  const client = await clientOf(access);
  const late = timeLimit(timeoutMs);
  const once = singleUse(confined(settings.fetch, baseUrl, waitingUpTo(timeoutMs)), () =>
    call.onSending?.(clock.ahead()),
  );
  const announced: typeof fetch = async (input, init) => {
    const answering = once(input, init);
    if (asked !== 'read') call.onPhase?.('waiting');
    const answer = await answering;
    clock.hear(answer.headers);
    return answer;
  };
  const failure = (error: unknown): ProviderError =>
    nameFailure(error, {
      asked,
      sent: once.sent(),
      ended: endedBy(call.signal, late),
      secrets: [key],
      nowMs: settings.now(),
    });
  const signal = AbortSignal.any([call.signal, late]);
  return { client, options: { signal, fetchOptions: fetchingWith(announced) }, failure };
}

/** The caller's signal may be a time-out as well. */
function endedBy(caller: AbortSignal, late: AbortSignal): Circumstances['ended'] {
  const timedOut = caller.aborted
    ? caller.reason instanceof Error && caller.reason.name === 'TimeoutError'
    : late.aborted;
  return timedOut ? 'late' : caller.aborted ? 'stopped' : undefined;
}

/** What is known of the call when it fails. */
interface Circumstances {
  asked: Asked;
  sent: boolean;
  /** Who ended it, if we did: the caller, or our own time-out. */
  ended: 'stopped' | 'late' | undefined;
  secrets: readonly string[];
  nowMs: number;
}

/** The fields of the package's `APIError` that are used; its response headers are read, never kept. */
interface Answered {
  status?: number | undefined;
  headers?: Headers | undefined;
  error?: unknown;
  message: string;
}

function nameFailure(error: unknown, known: Circumstances): ProviderError {
  if (error instanceof ProviderError) return error;
  const { asked, sent, ended, secrets, nowMs } = known;
  const answer = error instanceof Error ? (error as Answered) : undefined;
  if (answer?.status !== undefined && answer.headers) {
    const body =
      typeof answer.error === 'object' && answer.error !== null
        ? JSON.stringify({ error: answer.error })
        : answer.message.replace(/^\d{3} /, '');
    const bodyText = body === 'status code (no body)' ? '' : withoutSecrets(body, secrets);
    const failure = statusFailure({
      service: SERVICE,
      status: answer.status,
      headers: answer.headers,
      bodyText,
      asked,
      nowMs,
    });
    return toldKind(record(answer.error)) === 'refused' ? refusal(failure.message, failure) : failure;
  }
  const told = record(answer?.error);
  if (typeof told['message'] === 'string')
    return toldFailure({ ...told, message: withoutSecrets(told['message'], secrets) });
  return networkFailure(error, {
    service: SERVICE,
    sent,
    paid: asked !== 'read',
    ended: surelyNotSent(error) ? undefined : ended,
  });
}

/**
 * Names an error that came inside an answer: an event of a stream, a failed response, a 200 that is none.
 * @param otherwise when its code says nothing, or that the service broke: the picture may be paid.
 */
export function toldFailure(error: unknown, otherwise: 'unavailable' | 'unusable' = 'unavailable'): ProviderError {
  const told = record(error);
  const code = [told['code'], told['type']].find((text) => typeof text === 'string') as string | undefined;
  const words = typeof told['message'] === 'string' ? told['message'].slice(0, 500) : 'it gave no reason';
  const message = `${SERVICE}: ${words}`;
  const kind = toldKind(told);
  const failure = kind === undefined || kind === 'unavailable' ? otherwise : kind;
  if (failure === 'refused') return refusal(message, { code });
  const wait = failure === 'rate-limited' ? { retryAfterMs: retryAfterMs(new Headers(), 0, message) } : {};
  const charged = failure === 'unusable' ? 'maybe' : 'no';
  return new ProviderError(message, { failure, code, charged, ...wait });
}

function refusal(message: string, from: { status?: number | undefined; code?: string | undefined }): ProviderError {
  return new ProviderError(message, {
    failure: 'refused',
    ...(from.status === undefined ? {} : { status: from.status }),
    ...(from.code === undefined ? {} : { code: from.code }),
  });
}
