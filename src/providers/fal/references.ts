/** Hands reference pictures to fal: inside the request, or through its storage (free), where they stay for a day. */
import { z } from 'zod';
import { ProviderError } from '../../errors.ts';
import { askJson, type JsonService } from '../json-service.ts';
import { networkFailure } from '../network-failure.ts';
import { type ReferenceSender, referenceSender, type Uploaded } from '../reference-sender.ts';

/** A data URI that is much larger makes each request slow; a file in the storage can be read by who has its address. */
const INLINE_MAX_BYTES = 1_000_000;
/** Above it, files are uploaded in parts (fal-js `storage.ts`). */
const MAX_BYTES = 90 * 1000 * 1000;
const UPLOAD_TIMEOUT_MS = 120_000;
const KEPT_SECONDS = 86_400;
/** An uploaded file is used again until this long before it expires: requests may wait in the queue. */
const MARGIN_MS = 4 * 3_600_000;
/** Where the storage lets files be put. */
const STORES = /(^|\.)(fal\.media|fal\.ai|fal\.run)$|^storage\.googleapis\.com$/;

const initiatedSchema = z.object({
  upload_url: z.url({ protocol: /^https?$/ }),
  file_url: z.url({ protocol: /^https?$/ }),
});

/** Makes a sender. @param storage the REST service that uploads begin at; undefined: all go inside the request. */
export function falReferences(service: JsonService, storage: JsonService | undefined): ReferenceSender {
  return referenceSender({
    limit: { service: service.name, maxBytes: MAX_BYTES },
    inlineMaxBytes: INLINE_MAX_BYTES,
    ...(storage && { upload: (file: File, signal: AbortSignal) => upload(storage, file, signal) }),
    now: service.now,
  });
}

async function upload(storage: JsonService, file: File, signal: AbortSignal): Promise<Uploaded> {
  const startedMs = storage.now();
  const question = {
    asked: 'read',
    method: 'POST',
    path: '/storage/upload/initiate?storage_type=fal-cdn-v3',
    body: { content_type: file.type, file_name: file.name },
    headers: { 'X-Fal-Object-Lifecycle': JSON.stringify({ expiration_duration_seconds: KEPT_SECONDS }) },
    signal,
    timeoutMs: UPLOAD_TIMEOUT_MS,
  } as const;
  const { upload_url: target, file_url: url } = await askJson(storage, question, initiatedSchema);
  await put(storage, { target, file, signal });
  return { url, untilMs: startedMs + KEPT_SECONDS * 1000 - MARGIN_MS };
}

/** Puts the file where the storage says, without the key. */
async function put(
  { name, baseUrl, fetch }: JsonService,
  { target, file, signal }: { target: string; file: File; signal: AbortSignal },
): Promise<void> {
  const { origin, protocol, hostname } = new URL(target);
  if (origin !== new URL(baseUrl).origin && !(protocol === 'https:' && STORES.test(hostname)))
    throw new ProviderError(`${name} wants a reference at ${hostname}, which is no host of its storage`, {
      failure: 'unavailable',
      code: 'upload_host',
    });
  let status: number;
  try {
    const response = await fetch(target, {
      method: 'PUT',
      headers: { 'content-type': file.type },
      body: file,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(UPLOAD_TIMEOUT_MS)]),
    });
    await response.body?.cancel();
    status = response.status;
  } catch (error) {
    throw networkFailure(error, { service: name, paid: false, sent: true });
  }
  if (status < 200 || status > 299)
    throw new ProviderError(`${name} did not take a reference (${status})`, { failure: 'unavailable', status });
}
