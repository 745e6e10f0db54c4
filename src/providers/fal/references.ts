/** Hands reference pictures to fal: inside the request, or through its storage (free), where they stay for a day. */
import type { JsonService } from '../json-service.ts';
import { type ReferenceSender, referenceSender, type Uploaded } from '../reference-sender.ts';
import { STORED_MAX_BYTES, store } from './storage.ts';

/** A data URI that is much larger makes each request slow; a file in the storage can be read by who has its address. */
const INLINE_MAX_BYTES = 1_000_000;
const UPLOAD_TIMEOUT_MS = 120_000;
const KEPT_SECONDS = 86_400;
/** An uploaded file is used again until this long before it expires: requests may wait in the queue. */
const MARGIN_MS = 4 * 3_600_000;
/** Makes a sender. @param storage the REST service that uploads begin at; undefined: all go inside the request. */
export function falReferences(service: JsonService, storage: JsonService | undefined): ReferenceSender {
  return referenceSender({
    limit: { service: service.name, maxBytes: STORED_MAX_BYTES },
    inlineMaxBytes: INLINE_MAX_BYTES,
    ...(storage && { upload: (file: File, signal: AbortSignal) => upload(storage, file, signal) }),
    now: service.now,
  });
}

async function upload(storage: JsonService, file: File, signal: AbortSignal): Promise<Uploaded> {
  const startedMs = storage.now();
  const how = { what: 'a reference', keptSeconds: KEPT_SECONDS, timeoutMs: UPLOAD_TIMEOUT_MS, signal };
  const url = await store(storage, file, how);
  return { url, untilMs: startedMs + KEPT_SECONDS * 1000 - MARGIN_MS };
}
