/**
 * Fetches a paid picture from an address that a service named. The address is not trusted: every hop is checked before
 * anything is sent to it, and no credential ever is.
 */
import { ProviderError } from '../errors.ts';
import { downloadFailure, follow, hostOf, type FollowOptions } from './follow.ts';
import { IMAGE_BYTES_MAX } from './inspect.ts';
import { PartFile } from './part-file.ts';

/** How to download. */
export interface DownloadOptions extends FollowOptions {
  signal: AbortSignal;
  /** The file that was made for it, which the caller discards after a failure. Default: one is made. */
  part?: PartFile | undefined;
  /** Largest picture, counted after decoding. Default 256 MiB. */
  maxBytes?: number | undefined;
  /** The whole download may take this long, in ms. Default 5 minutes. */
  totalMs?: number | undefined;
  /** Nothing may come for this long, in ms. Default 30 s. */
  idleMs?: number;
}

const TOTAL_MS = 300_000;
const IDLE_MS = 30_000;

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
    const { maxBytes = IMAGE_BYTES_MAX, what = 'picture' } = options;
    const limits = { maxBytes, what, received: clock.received };
    return { sizeBytes: await save(response, options.part ?? partPath, limits) };
  } catch (error) {
    if (options.signal.aborted) throw downloadFailure('the download was stopped', 'interrupted');
    if (error instanceof DiskError) throw error.cause;
    if (error instanceof ProviderError) throw error;
    throw downloadFailure(
      `the download from ${hostOf(url)} ${clock.late() ?? `broke off (${reasonOf(error)})`}`,
      'unavailable',
    );
  } finally {
    clock.stop();
  }
}

/** Keeps what the disk says apart from what the network says. */
class DiskError extends Error {}

async function save(
  response: Response,
  file: PartFile | string,
  limits: { maxBytes: number; what: string; received: () => void },
): Promise<number> {
  const encoded = (response.headers.get('content-encoding') ?? 'identity') !== 'identity';
  const length = encoded ? undefined : lengthOf(response.headers.get('content-length'));
  const tooLarge = downloadFailure(
    `the ${limits.what} is larger than ${Math.floor(limits.maxBytes / 1024 / 1024)} MiB`,
    'unavailable',
  );
  if (length !== undefined && length > limits.maxBytes) {
    await response.body?.cancel();
    throw tooLarge;
  }
  const part = typeof file === 'string' ? await disk(PartFile.create(file)) : file;
  part.restart();
  let sizeBytes = 0;
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      limits.received();
      sizeBytes += chunk.length;
      if (sizeBytes > limits.maxBytes) throw tooLarge;
      await disk(part.write(chunk));
    }
    if (sizeBytes === 0) throw downloadFailure('the download was empty', 'unavailable');
    if (length !== undefined && sizeBytes !== length)
      throw downloadFailure(`the download ended after ${sizeBytes} of ${length} bytes`, 'unavailable');
    await disk(part.keep());
    return sizeBytes;
  } catch (error) {
    if (typeof file === 'string') await part.discard();
    throw error;
  }
}

/** Both deadlines as one signal; `received` starts the idle one again. */
function deadlines(options: DownloadOptions): {
  signal: AbortSignal;
  received: () => void;
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
    received: () => void idle.refresh(),
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

function lengthOf(header: string | null): number | undefined {
  return header !== null && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}

/** The innermost code or message: undici says `fetch failed` and hides the reason in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no reason given';
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
