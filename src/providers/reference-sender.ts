/**
 * Hands reference pictures to a service as it takes them: small ones inside the request, larger ones uploaded first,
 * each once per process, and none with more pixels than are worth their price.
 */
import { ProviderError } from '../errors.ts';
import type { Reference } from './provider.ts';
import { referenceBytes, referenceDataUri, referenceFile, type ReferenceLimit } from './references.ts';

/** How a service takes pictures. */
export interface ReferenceWays {
  limit: ReferenceLimit;
  /** The largest picture that goes inside the request, as a data URI, in bytes. */
  inlineMaxBytes: number;
  /**
   * Uploads a larger one, free of charge; absent: all go inside.
   * @throws {ProviderError}
   */
  upload?: (file: File, signal: AbortSignal) => Promise<Uploaded>;
  now: () => number;
}

/** Where an uploaded file is, and until when it may be used (epoch ms). */
export interface Uploaded {
  url: string;
  untilMs: number;
}

/** How a reference is handed over. */
export interface SendHow {
  signal: AbortSignal;
  /** It is made smaller than this before it is sent: the service bills begun megapixels. */
  pixelsMax?: number | undefined;
}

/**
 * Gives a URL or data URI for a reference; each file is uploaded once per process, also when asked for at the same
 * time.
 */
export type ReferenceSender = (reference: Reference, how: SendHow) => Promise<string>;

/**
 * Makes a sender.
 * The sender throws {ProviderError} `rejected` for a file that can't be read or is too large, otherwise what the upload
 * failed with; nothing was paid then.
 */
export function referenceSender(ways: ReferenceWays): ReferenceSender {
  const uploads = new Map<string, Promise<Uploaded>>();
  const shrunk = new Map<string, Promise<File>>();
  // Looked up and noted without a pause between: whoever asks meanwhile waits for the same upload.
  function start(key: string, upload: Promise<Uploaded>): Promise<Uploaded> {
    uploads.set(key, upload);
    upload.catch(() => {
      if (uploads.get(key) === upload) uploads.delete(key);
    });
    return upload;
  }
  return async function send(reference, how): Promise<string> {
    const { signal, pixelsMax } = how;
    const { limit, upload } = ways;
    const key = `${reference.sha256} ${pixelsMax ?? ''}`;
    const small = pixelsMax === undefined ? undefined : (shrunk.get(key) ?? smallFile(reference, limit, pixelsMax));
    if (small) shrunk.set(key, small);
    small?.catch(() => shrunk.delete(key));
    const file = await small;
    if (upload === undefined || (file?.size ?? reference.sizeBytes) <= ways.inlineMaxBytes) {
      if (!file) return referenceDataUri(reference, limit);
      return `data:${file.type};base64,${Buffer.from(await file.arrayBuffer()).toString('base64')}`;
    }
    const running = uploads.get(key);
    if (running === undefined) {
      const sent = async () => upload(file ?? (await referenceFile(reference, limit, nameOf(reference))), signal);
      return (await start(key, sent())).url;
    }
    let found: Uploaded;
    try {
      found = await running;
    } catch (error) {
      // The caller that was uploading for all was stopped; this one was not.
      if (error instanceof ProviderError && error.failure === 'interrupted' && !signal.aborted)
        return send(reference, how);
      throw error;
    }
    if (found.untilMs > ways.now()) return found.url;
    if (uploads.get(key) === running) uploads.delete(key);
    return send(reference, how);
  };
}

/** The reference with at most so many pixels. @throws {ProviderError} `rejected` when it can't be read. */
async function smallFile(reference: Reference, limit: ReferenceLimit, pixelsMax: number): Promise<File> {
  const { withPixelsAtMost } = await import('../images/shrink.ts');
  const bytes = await referenceBytes(reference, limit);
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
