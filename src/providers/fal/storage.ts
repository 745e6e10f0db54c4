/** fal's storage: a file is put where the service says, free of charge, and is kept there for some time. */
import { z } from 'zod';
import { ProviderError } from '../../errors.ts';
import { askJson, type JsonService } from '../json-service.ts';
import { networkFailure } from '../network-failure.ts';

/** Above it, files are uploaded in parts (fal-js `storage.ts`), which is not done here. */
export const STORED_MAX_BYTES = 90 * 1000 * 1000;
/** Where the storage lets files be put. */
const STORES = /(^|\.)(fal\.media|fal\.ai|fal\.run)$|^storage\.googleapis\.com$/;

const initiatedSchema = z.object({
  upload_url: z.url({ protocol: /^https?$/ }),
  file_url: z.url({ protocol: /^https?$/ }),
});

/** How a file is stored. */
export interface StoreHow {
  /** What messages call it: `a reference`. */
  what: string;
  keptSeconds: number;
  /** Of each of the two requests. */
  timeoutMs: number;
  signal: AbortSignal;
}

/**
 * Stores a file; returns its address. @param storage the REST service that uploads begin at. @throws {ProviderError}
 */
export async function store(storage: JsonService, file: File, how: StoreHow): Promise<string> {
  const { keptSeconds, timeoutMs, signal } = how;
  const question = {
    asked: 'read',
    method: 'POST',
    path: '/storage/upload/initiate?storage_type=fal-cdn-v3',
    body: { content_type: file.type, file_name: file.name },
    headers: { 'X-Fal-Object-Lifecycle': JSON.stringify({ expiration_duration_seconds: keptSeconds }) },
    signal,
    timeoutMs,
  } as const;
  const { upload_url: target, file_url: url } = await askJson(storage, question, initiatedSchema);
  await put(storage, { target, file, ...how });
  return url;
}

/** Puts the file where the storage says, without the key. */
async function put(
  { name, baseUrl, fetch }: JsonService,
  { target, file, what, timeoutMs, signal }: StoreHow & { target: string; file: File },
): Promise<void> {
  const { origin, protocol, hostname } = new URL(target);
  if (origin !== new URL(baseUrl).origin && !(protocol === 'https:' && STORES.test(hostname)))
    throw new ProviderError(`${name} wants ${what} at ${hostname}, which is no host of its storage`, {
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
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    await response.body?.cancel();
    status = response.status;
  } catch (error) {
    throw networkFailure(error, { service: name, paid: false, sent: true });
  }
  if (status < 200 || status > 299)
    throw new ProviderError(`${name} did not take ${what} (${status})`, { failure: 'unavailable', status });
}
