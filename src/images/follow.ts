/**
 * From the address that a service named to the response that holds the picture: every hop is checked before it is
 * asked.
 */
import { lookup as dnsLookup } from 'node:dns/promises';
import { ProviderError } from '../errors.ts';
import { isPublicAddress } from './address.ts';

/** How addresses are asked. */
export interface FollowOptions {
  fetch: typeof fetch;
  /**
   * Address of the provider's own API. Its host and port may be private or loopback, and spoken to in plain http; no
   * other may.
   */
  allowedOrigin?: string | undefined;
  /** What messages call it, and which types are asked for. Default: a picture. */
  what?: 'picture' | 'file' | undefined;
  /** All addresses of a host name. Default: the system's resolver. */
  lookup?: (host: string) => Promise<readonly { address: string }[]>;
}

const REDIRECTS_MAX = 5;
const PICTURES = 'image/png, image/jpeg, image/webp';
/** The address was good once: a signed link that ran out, a file that was deleted. */
const GONE_STATUSES = new Set([401, 403, 404, 410]);

/** Follows redirects itself, checking every hop before it is asked. */
export async function follow(url: string, options: FollowOptions, signal: AbortSignal): Promise<Response> {
  const { allowedOrigin, what = 'picture' } = options;
  let target = checkedUrl(url, { allowedOrigin, what, otherwise: 'rejected' });
  for (let hops = 0; hops <= REDIRECTS_MAX; hops++) {
    await checkAddresses(target, options);
    const response = await options.fetch(target, {
      redirect: 'manual',
      credentials: 'omit',
      headers: { accept: options.what === 'file' ? '*/*' : PICTURES, 'accept-encoding': 'identity' },
      signal,
    });
    if (response.ok) return response;
    await response.body?.cancel();
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null)
      throw refused(response, target.host, what);
    if (!URL.canParse(location, target.href))
      throw downloadFailure(`${target.host} redirects to something that is no address`, 'unavailable');
    target = checkedUrl(new URL(location, target).href, { allowedOrigin, what, otherwise: 'unavailable' });
  }
  throw downloadFailure(`${hostOf(url)} redirects more than ${REDIRECTS_MAX} times`, 'unavailable');
}

function refused({ status, headers }: Response, host: string, what: string): ProviderError {
  const saidAtMs = Date.parse(headers.get('date') ?? '');
  const message = `${host} answered ${status} when asked for the ${what}`;
  return new ProviderError(message, {
    failure: 'unavailable',
    charged: 'maybe',
    status,
    expired: GONE_STATUSES.has(status),
    saidAtMs: Number.isNaN(saidAtMs) ? undefined : saidAtMs,
  });
}

interface Checking extends Pick<FollowOptions, 'allowedOrigin'> {
  what: string;
  /** `unavailable` for a hop: a redirect may be that of the network's own login page. */
  otherwise: 'rejected' | 'unavailable';
}

function checkedUrl(text: string, { allowedOrigin, what, otherwise }: Checking): URL {
  if (!URL.canParse(text)) throw downloadFailure(`the address of the ${what} is none`, otherwise);
  const url = new URL(text);
  const secure = url.protocol === 'https:' || (url.protocol === 'http:' && isOwn(url, allowedOrigin));
  if (!secure)
    throw downloadFailure(`the ${what} is at ${url.protocol}//${url.host}; only https is fetched`, otherwise);
  if (url.username !== '' || url.password !== '')
    throw downloadFailure(`the address of the ${what} holds a user name or password`, otherwise);
  if (!isOwn(url, allowedOrigin) && isLiteral(url) && !isPublicAddress(literal(url)))
    throw downloadFailure(`the ${what} is at ${url.host}, which is no public address`, otherwise);
  return url;
}

async function checkAddresses(url: URL, options: FollowOptions): Promise<void> {
  if (isOwn(url, options.allowedOrigin) || isLiteral(url)) return;
  const lookup = options.lookup ?? ((host: string) => dnsLookup(host, { all: true }));
  const addresses = await lookup(url.hostname);
  const inside = addresses.find(({ address }) => !isPublicAddress(address));
  if (addresses.length > 0 && inside === undefined) return;
  const where = `${options.what ?? 'picture'} is at ${url.host}`;
  throw downloadFailure(
    `the ${where}, which resolves to ${inside?.address ?? 'nothing'}, no public address`,
    'unavailable',
  );
}

/** A download that failed; the picture was made, so `maybe` charged. */
export function downloadFailure(message: string, kind: 'unavailable' | 'rejected' | 'interrupted'): ProviderError {
  return new ProviderError(message, { failure: kind, charged: 'maybe' });
}

/** The host only: the rest of a signed address is a secret. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'an unreadable address';
}

function isOwn(url: URL, allowedOrigin: string | undefined): boolean {
  return allowedOrigin !== undefined && URL.canParse(allowedOrigin) && new URL(allowedOrigin).origin === url.origin;
}

function isLiteral(url: URL): boolean {
  return url.hostname.startsWith('[') || /^[\d.]+$/.test(url.hostname);
}

function literal(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}
