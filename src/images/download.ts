/**
 * Fetches a paid picture from an address that a service named. The address is not trusted: every hop is checked before
 * anything is sent to it, and no credential ever is.
 */
import { lookup as dnsLookup } from 'node:dns/promises';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ProviderError } from '../errors.ts';
import { isPublicAddress } from './address.ts';
import { ensureFolder, fsyncFolder } from './save.ts';

/** How to download. */
export interface DownloadOptions {
  fetch: typeof fetch;
  signal: AbortSignal;
  /** Largest picture, counted after decoding. Default 64 MiB. */
  maxBytes?: number;
  /** The whole download may take this long, in ms. Default 5 minutes. */
  totalMs?: number;
  /** Nothing may come for this long, in ms. Default 30 s. */
  idleMs?: number;
  /**
   * Address of the provider's own API. Its host and port may be private or loopback, and spoken to in plain http; no
   * other may.
   */
  allowedOrigin?: string | undefined;
  /** All addresses of a host name. Default: the system's resolver. */
  lookup?: (host: string) => Promise<readonly { address: string }[]>;
}

const MAX_BYTES = 64 * 1024 * 1024;
const TOTAL_MS = 300_000;
const IDLE_MS = 30_000;
const REDIRECTS_MAX = 5;
/** The address was good once: a signed link that ran out, a file that was deleted. */
const GONE_STATUSES = new Set([401, 403, 404, 410]);

/**
 * Streams the picture to `partPath` (its folder is made, an older file there is replaced) and waits until it is on the
 * disk. A file that is left behind by a failure is removed.
 *
 * What it can't see: a body without a length that ends early (the image itself must be checked), and a host name that
 * resolves to a public address when it is checked and to a private one when it is fetched. The latter reaches nothing
 * that talks: plain http goes to the provider's own host only, and behind https a machine inside has no certificate
 * for the name.
 *
 * @throws {ProviderError} always `charged: 'maybe'`, as the picture was made: `unavailable` (try again, reads are
 *   free), `rejected` (this address will never be fetched), `interrupted` (the signal), or with `expired: true`
 *   (ask the service for a fresh address). Anything the disk throws is passed on as it is.
 */
export async function downloadImage(
  url: string,
  partPath: string,
  options: DownloadOptions,
): Promise<{ sizeBytes: number }> {
  const clock = deadlines(options);
  try {
    const response = await follow(url, options, clock.signal);
    return {
      sizeBytes: await save(response, partPath, { maxBytes: options.maxBytes ?? MAX_BYTES, alive: clock.alive }),
    };
  } catch (error) {
    if (options.signal.aborted) throw failure('the download was stopped', 'interrupted');
    if (error instanceof DiskError) throw error.cause;
    if (error instanceof ProviderError) throw error;
    throw failure(
      `the download from ${hostOf(url)} ${clock.late() ?? `broke off (${reasonOf(error)})`}`,
      'unavailable',
    );
  } finally {
    clock.stop();
  }
}

/** Keeps what the disk says apart from what the network says. */
class DiskError extends Error {}

/** Follows redirects by hand, checking every hop before it is asked. */
async function follow(url: string, options: DownloadOptions, signal: AbortSignal): Promise<Response> {
  let target = checkedUrl(url, options.allowedOrigin, 'rejected');
  for (let hops = 0; hops <= REDIRECTS_MAX; hops++) {
    await checkAddresses(target, options);
    const response = await options.fetch(target, {
      redirect: 'manual',
      credentials: 'omit',
      headers: { accept: 'image/png, image/jpeg, image/webp', 'accept-encoding': 'identity' },
      signal,
    });
    if (response.ok) return response;
    await response.body?.cancel();
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null)
      throw refused(response.status, target.host);
    if (!URL.canParse(location, target.href))
      throw failure(`${target.host} redirects to something that is no address`, 'unavailable');
    target = checkedUrl(new URL(location, target).href, options.allowedOrigin, 'unavailable');
  }
  throw failure(`${hostOf(url)} redirects more than ${REDIRECTS_MAX} times`, 'unavailable');
}

function refused(status: number, host: string): ProviderError {
  const message = `${host} answered ${status} when asked for the picture`;
  return new ProviderError(message, {
    failure: 'unavailable',
    charged: 'maybe',
    status,
    expired: GONE_STATUSES.has(status),
  });
}

/** @param otherwise `unavailable` for a hop: a redirect may be that of a hotel network, and gone tomorrow. */
function checkedUrl(text: string, allowedOrigin: string | undefined, otherwise: 'rejected' | 'unavailable'): URL {
  if (!URL.canParse(text)) throw failure('the address of the picture is none', otherwise);
  const url = new URL(text);
  const secure = url.protocol === 'https:' || (url.protocol === 'http:' && isOwn(url, allowedOrigin));
  if (!secure) throw failure(`the picture is at ${url.protocol}//${url.host}; only https is fetched`, otherwise);
  if (url.username !== '' || url.password !== '')
    throw failure('the address of the picture holds a user name or password', otherwise);
  if (!isOwn(url, allowedOrigin) && isLiteral(url) && !isPublicAddress(literal(url)))
    throw failure(`the picture is at ${url.host}, which is no public address`, otherwise);
  return url;
}

async function checkAddresses(url: URL, options: DownloadOptions): Promise<void> {
  if (isOwn(url, options.allowedOrigin) || isLiteral(url)) return;
  const lookup = options.lookup ?? ((host: string) => dnsLookup(host, { all: true }));
  const addresses = await lookup(url.hostname);
  const inside = addresses.find(({ address }) => !isPublicAddress(address));
  if (addresses.length > 0 && inside === undefined) return;
  throw failure(
    `the picture is at ${url.host}, which resolves to ${inside?.address ?? 'nothing'}, no public address`,
    'unavailable',
  );
}

async function save(
  response: Response,
  partPath: string,
  limits: { maxBytes: number; alive: () => void },
): Promise<number> {
  const encoded = (response.headers.get('content-encoding') ?? 'identity') !== 'identity';
  const length = encoded ? undefined : lengthOf(response.headers.get('content-length'));
  const tooLarge = failure(
    `the picture is larger than ${Math.floor(limits.maxBytes / 1024 / 1024)} MiB`,
    'unavailable',
  );
  if (length !== undefined && length > limits.maxBytes) {
    await response.body?.cancel();
    throw tooLarge;
  }
  await disk(ensureFolder(dirname(partPath)));
  const file = await disk(open(partPath, 'w', 0o644));
  let sizeBytes = 0;
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      limits.alive();
      sizeBytes += chunk.length;
      if (sizeBytes > limits.maxBytes) throw tooLarge;
      await disk(file.writeFile(chunk));
    }
    if (sizeBytes === 0) throw failure('the download was empty', 'unavailable');
    if (length !== undefined && sizeBytes !== length)
      throw failure(`the download ended after ${sizeBytes} of ${length} bytes`, 'unavailable');
    await disk(synced(file, partPath));
    return sizeBytes;
  } catch (error) {
    await file.close();
    await unlink(partPath).catch(() => {});
    throw error;
  }
}

/** The bytes, then the folder's entry. */
async function synced(file: FileHandle, partPath: string): Promise<void> {
  await file.sync();
  await file.close();
  await fsyncFolder(dirname(partPath));
}

/** Both deadlines as one signal; `alive` starts the idle one again. */
function deadlines(options: DownloadOptions): {
  signal: AbortSignal;
  alive: () => void;
  late: () => string | undefined;
  stop: () => void;
} {
  const { totalMs = TOTAL_MS, idleMs = IDLE_MS } = options;
  const stopping = new AbortController();
  let late: string | undefined;
  const end = (why: string): void => {
    late ??= why;
    stopping.abort();
  };
  const total = setTimeout(() => end(`took more than ${Math.round(totalMs / 1000)} s`), totalMs);
  const idle = setTimeout(() => end(`stood still for ${Math.round(idleMs / 1000)} s`), idleMs);
  return {
    signal: AbortSignal.any([options.signal, stopping.signal]),
    alive: () => void idle.refresh(),
    late: () => late,
    stop: () => {
      clearTimeout(total);
      clearTimeout(idle);
    },
  };
}

async function disk<T>(work: Promise<T>): Promise<T> {
  return work.catch((cause: unknown) => {
    throw new DiskError('the disk failed', { cause });
  });
}

function failure(message: string, kind: 'unavailable' | 'rejected' | 'interrupted'): ProviderError {
  return new ProviderError(message, { failure: kind, charged: 'maybe' });
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

function lengthOf(header: string | null): number | undefined {
  return header !== null && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}

/** The host only: the rest of a signed address is a secret. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'an unreadable address';
}

/** The innermost code or message: undici says `fetch failed` and hides the reason in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no reason given';
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
