/** Names an error that is not an answer: DNS, connection, TLS, time-out, abort. When in doubt the request was sent. */
import diagnostics from 'node:diagnostics_channel';
import { ProviderError } from '../errors.ts';
import { oneLine } from './error-body.ts';

/**
 * Errors of connections that never came up, told by undici itself: nothing of the request can have left. Without it a
 * reset during the TLS handshake looks like one in the middle of an answer.
 */
const neverConnected = new WeakSet<object>();
diagnostics.subscribe('undici:client:connectError', (message) => {
  const { error } = message as { error?: unknown };
  if (typeof error === 'object' && error !== null) neverConnected.add(error);
});

/** Codes that only a connection which never came up has. */
const NOT_SENT = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'EAI_NONAME',
  'ECONNREFUSED',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_INVALID_ARG',
  'ERR_INVALID_URL',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_TLS_HANDSHAKE_TIMEOUT',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
  'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** True when the error proves that no byte of the request reached the service. Looks through causes and aggregates. */
export function surelyNotSent(error: unknown): boolean {
  return chain(error).some((link) => {
    if (neverConnected.has(link) || NOT_SENT.has(codeOf(link) ?? '')) return true;
    if ('syscall' in link && link.syscall === 'connect') return true;
    // Node's fetch refuses such an address itself (fetch.spec.whatwg.org, "port blocking"); it gives no code.
    if ('message' in link && (link.message === 'bad port' || link.message === 'unknown scheme')) return true;
    const socket = 'socket' in link ? (link.socket as { bytesWritten?: unknown } | null) : null;
    return socket?.bytesWritten === 0;
  });
}

/**
 * Names an error that is not an answer: DNS, refused, reset, TLS, time-out, abort.
 * @param what.sent the paid request had been handed to the network (see `singleUse`).
 * @param what.paid it was the request that costs money; false for reads.
 * @param what.ended who ended it, where the caller knows better than the error (a signal aborted with its own reason).
 */
export function networkFailure(
  error: unknown,
  what: { service: string; sent: boolean; paid: boolean; ended?: 'stopped' | 'late' | undefined },
): ProviderError {
  const links = chain(error);
  const code = links.map(codeOf).findLast((found) => found !== undefined);
  const place = links.map(placeOf).findLast((found) => found !== undefined);
  const names = links.map((link) => ('name' in link ? String(link.name) : ''));
  const stopped = what.ended === 'stopped' || (what.ended === undefined && names.includes('AbortError'));
  const late = what.ended === 'late' || (what.ended === undefined && names.includes('TimeoutError'));
  const detail = late
    ? 'did not answer in time'
    : stopped
      ? 'was not waited for any longer'
      : `could not be reached or broke off (${[code ?? reasonOf(links), ...(place ? [place] : [])].join(', ')})`;
  const message = `${what.service} ${detail}`;
  if (what.paid && what.sent && !surelyNotSent(error))
    return new ProviderError(`${message}; whether the request was accepted is not known`, { failure: 'unknown', code });
  if (stopped) return new ProviderError('stopped before anything was sent', { failure: 'interrupted', code });
  return new ProviderError(message, { failure: 'unavailable', code });
}

/** The error, its causes and the members of aggregates, outermost first; at most 20. */
function chain(error: unknown): object[] {
  const links: object[] = [];
  const open: unknown[] = [error];
  while (open.length > 0 && links.length < 20) {
    const link = open.shift();
    if (typeof link !== 'object' || link === null || links.includes(link)) continue;
    links.push(link);
    if ('cause' in link) open.push(link.cause);
    if (link instanceof AggregateError) open.push(...link.errors);
  }
  return links;
}

function codeOf(link: object): string | undefined {
  return 'code' in link && typeof link.code === 'string' ? link.code : undefined;
}

/** What could not be reached, as Node tells it: an address with its port, or a host that has none. */
function placeOf(link: object): string | undefined {
  if ('address' in link && 'port' in link) {
    const address = String(link.address);
    return `${address.includes(':') ? `[${address}]` : address}:${String(link.port)}`;
  }
  return 'hostname' in link && typeof link.hostname === 'string' ? link.hostname : undefined;
}

function reasonOf(links: readonly object[]): string {
  const last = links.at(-1);
  return last && 'message' in last ? oneLine(String(last.message)) : 'no reason given';
}
