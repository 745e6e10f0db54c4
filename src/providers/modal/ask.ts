/**
 * One request to a web endpoint on Modal by plain fetch, and what its answer is: a picture, JSON, not yet, or the
 * address of the result, to which Modal redirects after 150 s (modal.com/docs/guide/webhook-timeouts).
 */
import { ProviderError } from '../../errors.ts';
import { inspectImage } from '../../images/inspect.ts';
import { timeLimit } from '../../time-limit.ts';
import { withoutSecrets } from '../access.ts';
import { ANSWER_MAX_BYTES, readBytes } from '../answer.ts';
import { confined, singleUse, waitingUpTo } from '../http.ts';
import { networkFailure } from '../network-failure.ts';
import type { ServiceClock } from '../service-clock.ts';
import { statusFailure } from '../status-failure.ts';

/** How the service is called in messages. */
export const SERVICE = 'Modal';
/** Longer addresses are not taken for an id. */
const ADDRESS_MAX_CHARS = 800;

/** Where and as whom. */
export interface Connection {
  /** Without a slash at the end. */
  baseUrl: string;
  headers: Readonly<Record<string, string>>;
  /** Taken out of the service's own words. */
  secrets: readonly string[];
  fetch: typeof fetch;
  now: () => number;
  clock: ServiceClock;
}

/** One request. */
export interface Question {
  /** It costs money. */
  paid: boolean;
  method: 'GET' | 'POST';
  /** Whole, at the origin of the base URL. */
  url: string;
  /** Sent as JSON. */
  body?: object;
  signal: AbortSignal;
  timeoutMs: number;
  onSending?: () => void;
}

/** What came. `moved`: the address of the result, whole. */
export type Answered =
  | { kind: 'picture'; bytes: Buffer }
  | { kind: 'json'; json: unknown }
  | { kind: 'pending' }
  | { kind: 'moved'; to: string };

/**
 * Sends one request and reads the answer.
 * @throws {ProviderError} For a paid request everything that leaves it open whether it was accepted is `unknown`.
 */
export async function askModal(connection: Connection, question: Question): Promise<Answered> {
  const { baseUrl, headers, clock, fetch } = connection;
  const { paid, method, url, body, signal, timeoutMs } = question;
  if (signal.aborted) throw new ProviderError('stopped before anything was sent', { failure: 'interrupted' });
  const late = timeLimit(timeoutMs);
  const send = singleUse(confined(fetch, baseUrl, waitingUpTo(timeoutMs)), question.onSending);
  try {
    const response = await send(url, {
      method,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.any([signal, late]),
    });
    clock.hear(response.headers);
    if (response.status === 303) return { kind: 'moved', to: resultAddress(response, url) };
    if (response.status === 202) return { kind: 'pending' };
    if (!response.ok) throw await refusal(connection, paid, response);
    return contentOf(await readBytes(response, ANSWER_MAX_BYTES), response.headers.get('content-type') ?? '');
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    const ended = signal.aborted ? 'stopped' : late.aborted ? 'late' : undefined;
    throw networkFailure(error, { service: SERVICE, sent: send.sent(), paid, ended });
  }
}

/** The key is sent there again: only to the same origin. @throws {ProviderError} `unknown`: the work is accepted. */
function resultAddress(response: Response, asked: string): string {
  const location = response.headers.get('location') ?? '';
  const to = URL.canParse(location, asked) ? new URL(location, asked) : undefined;
  if (to?.origin === new URL(asked).origin && to.href.length <= ADDRESS_MAX_CHARS) return to.href;
  throw new ProviderError(`${SERVICE} hands the work over to an address that is not its own: it is not asked`, {
    failure: 'unknown',
    status: response.status,
  });
}

async function refusal(connection: Connection, paid: boolean, response: Response): Promise<ProviderError> {
  const { status, headers } = response;
  const bodyText = withoutSecrets(await response.text(), connection.secrets);
  const asked = paid ? 'queue-submit' : 'read';
  return statusFailure({ service: SERVICE, status, headers, bodyText, asked, nowMs: connection.now() });
}

function contentOf(bytes: Buffer, type: string): Answered {
  if (!/json/i.test(type)) {
    inspectImage(bytes);
    return { kind: 'picture', bytes };
  }
  try {
    return { kind: 'json', json: JSON.parse(bytes.toString('utf8')) as unknown };
  } catch {
    throw new ProviderError(`${SERVICE} answered with something that is not whole JSON`, {
      failure: 'unusable',
      charged: 'maybe',
    });
  }
}
