/** Hands reference pictures to Replicate: small ones inside the input, larger ones through its Files API (free). */
import { z } from 'zod';
import { type ReferenceSender, referenceSender as senderBy, type Uploaded } from '../reference-sender.ts';
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

/** Stands for a reference whose content does not matter. */
export const SOME_PICTURE = 'https://replicate.com/';

/** Makes a sender of references. */
export function referenceSender(connection: ReplicateConnection): ReferenceSender {
  return senderBy({
    limit: LIMIT,
    inlineMaxBytes: INLINE_MAX_BYTES,
    upload: (file, signal) => uploadFile(connection, file, signal),
    now: connection.now,
  });
}

async function uploadFile(connection: ReplicateConnection, file: File, signal: AbortSignal): Promise<Uploaded> {
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
