/**
 * Hands reference pictures to Replicate: small ones inside the input, larger ones through its Files API (free).
 */
import { z } from 'zod';
import { ProviderError } from '../../errors.ts';
import type { Reference } from '../provider.ts';
import { referenceDataUri, referenceFile } from '../references.ts';
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
export type ReferenceSender = (reference: Reference, signal: AbortSignal) => Promise<string>;

/**
 * Makes a sender.
 * The sender throws {ProviderError} `rejected` for a file that can't be read or is too large, otherwise what the upload
 * failed with; nothing was paid then.
 */
export function referenceSender(connection: ReplicateConnection): ReferenceSender {
  const uploads = new Map<string, Promise<Uploaded>>();
  // Looked up and noted without a pause between: whoever asks meanwhile waits for the same upload.
  function start(reference: Reference, signal: AbortSignal): Promise<Uploaded> {
    const upload = uploadFile(connection, reference, signal);
    uploads.set(reference.sha256, upload);
    upload.catch(() => {
      if (uploads.get(reference.sha256) === upload) uploads.delete(reference.sha256);
    });
    return upload;
  }
  return async function send(reference, signal): Promise<string> {
    if (reference.sizeBytes <= INLINE_MAX_BYTES) return referenceDataUri(reference, LIMIT);
    const running = uploads.get(reference.sha256);
    if (running === undefined) return (await start(reference, signal)).url;
    let found: Uploaded;
    try {
      found = await running;
    } catch (error) {
      // The caller that was uploading for all was stopped; this one was not.
      if (error instanceof ProviderError && error.failure === 'interrupted' && !signal.aborted)
        return send(reference, signal);
      throw error;
    }
    if (found.untilMs > connection.now()) return found.url;
    if (uploads.get(reference.sha256) === running) uploads.delete(reference.sha256);
    return send(reference, signal);
  };
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
  signal: AbortSignal,
): Promise<Uploaded> {
  const file = await referenceFile(reference, LIMIT, `${reference.sha256}.${reference.mime.slice('image/'.length)}`);
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
