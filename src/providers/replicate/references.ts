/**
 * Hands reference pictures to Replicate: small ones inside the input, larger ones through its Files API (free).
 */
import { z } from 'zod';
import { ProviderError } from '../../errors.ts';
import type { Reference } from '../provider.ts';
import { referenceBytes, referenceDataUri, referenceFile } from '../references.ts';
import { ask, type ReplicateConnection, SERVICE } from './connection.ts';

/** Largest picture that goes as a data URI (the HTTP reference recommends 256 kB). */
const INLINE_MAX_BYTES = 256_000;
/** The Files API takes files up to 100 MiB. */
const LIMIT = { service: SERVICE, maxBytes: 100 * 1024 * 1024 };
const UPLOAD_TIMEOUT_MS = 120_000;
/** An uploaded file is used again until this long before it expires. */
const MARGIN_MS = 3_600_000;

const fileSchema = z.object({
  expires_at: z.string().nullish(),
  urls: z.object({ get: z.url({ protocol: /^https?$/ }) }),
});

/**
 * Gives a URL or data URI for a reference; each file is uploaded once per process, also when asked for at the same
 * time.
 */
export type ReferenceSender = (reference: Reference, how: SendHow) => Promise<string>;

/** How a reference is handed over. */
export interface SendHow {
  signal: AbortSignal;
  /** It is made smaller than this before it is sent: the service bills begun megapixels. */
  pixelsMax?: number | undefined;
}

/**
 * Makes a sender.
 * The sender throws {ProviderError} `rejected` for a file that can't be read or is too large, otherwise what the upload
 * failed with; nothing was paid then.
 */
export function referenceSender(connection: ReplicateConnection): ReferenceSender {
  const uploads = new Map<string, Promise<Uploaded>>();
  const shrunk = new Map<string, Promise<File>>();
  // Looked up and noted without a pause between: whoever asks meanwhile waits for the same upload.
  function start(key: string, reference: Reference, { signal, file }: { signal: AbortSignal; file?: File }) {
    const upload = uploadFile(connection, reference, { signal, file });
    uploads.set(key, upload);
    upload.catch(() => {
      if (uploads.get(key) === upload) uploads.delete(key);
    });
    return upload;
  }
  return async function send(reference, how): Promise<string> {
    const { signal, pixelsMax } = how;
    const key = `${reference.sha256} ${pixelsMax ?? ''}`;
    const small = pixelsMax === undefined ? undefined : (shrunk.get(key) ?? smallFile(reference, pixelsMax));
    if (small) shrunk.set(key, small);
    small?.catch(() => shrunk.delete(key));
    const file = await small;
    if ((file?.size ?? reference.sizeBytes) <= INLINE_MAX_BYTES) {
      if (!file) return referenceDataUri(reference, LIMIT);
      return `data:${file.type};base64,${Buffer.from(await file.arrayBuffer()).toString('base64')}`;
    }
    const running = uploads.get(key);
    if (running === undefined) return (await start(key, reference, { signal, ...(file && { file }) })).url;
    let found: Uploaded;
    try {
      found = await running;
    } catch (error) {
      // The caller that was uploading for all was stopped; this one was not.
      if (error instanceof ProviderError && error.failure === 'interrupted' && !signal.aborted)
        return send(reference, how);
      throw error;
    }
    if (found.untilMs > connection.now()) return found.url;
    if (uploads.get(key) === running) uploads.delete(key);
    return send(reference, how);
  };
}

/** The reference with at most so many pixels. @throws {ProviderError} `rejected` when it can't be read. */
async function smallFile(reference: Reference, pixelsMax: number): Promise<File> {
  const { withPixelsAtMost } = await import('../../images/shrink.ts');
  const bytes = await referenceBytes(reference, LIMIT);
  try {
    return new File([await withPixelsAtMost(bytes, pixelsMax)], nameOf(reference), { type: reference.mime });
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unreadable';
    throw new ProviderError(`a reference can't be read: ${why}`, { failure: 'rejected', code: 'unreadable' });
  }
}

function nameOf({ sha256, mime }: Reference): string {
  return `${sha256}.${mime.slice('image/'.length)}`;
}

/** Where an uploaded file is, and until when it may be used (epoch ms). */
interface Uploaded {
  url: string;
  untilMs: number;
}

/** Stands for a reference whose content does not matter. */
export const SOME_PICTURE = 'https://replicate.com/';

async function uploadFile(
  connection: ReplicateConnection,
  reference: Reference,
  { signal, file: made }: { signal: AbortSignal; file?: File | undefined },
): Promise<Uploaded> {
  const file = made ?? (await referenceFile(reference, LIMIT, nameOf(reference)));
  const { urls, expires_at: expires } = await ask(
    connection,
    { asked: 'read', signal, timeoutMs: UPLOAD_TIMEOUT_MS },
    fileSchema,
    (client) => client.files.create(file, {}, { signal }),
  );
  const expiresMs = Date.parse(expires ?? '');
  return {
    url: urls.get,
    untilMs: (Number.isNaN(expiresMs) ? connection.now() + 2 * MARGIN_MS : expiresMs) - MARGIN_MS,
  };
}
