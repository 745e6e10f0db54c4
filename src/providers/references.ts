/**
 * Reference pictures as requests carry them: bytes, a data URI or a file of a form. Nothing is paid when one can't be
 * read.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { ProviderError } from '../errors.ts';
import type { Reference } from './provider.ts';

/** What a service takes. */
export interface ReferenceLimit {
  /** What messages call the service. */
  service: string;
  /** Of one picture. */
  maxBytes: number;
}

/**
 * The bytes of a reference.
 * @throws {ProviderError} `rejected` when it is larger than the service takes, or can't be read.
 */
export async function referenceBytes(
  reference: Reference,
  { service, maxBytes }: ReferenceLimit,
): Promise<Buffer<ArrayBuffer>> {
  const name = basename(reference.path);
  if (reference.sizeBytes > maxBytes)
    throw new ProviderError(
      `the reference ${name} is larger than the ${megabytes(maxBytes)} MB that ${service} takes`,
      {
        failure: 'rejected',
        code: 'reference_too_large',
      },
    );
  try {
    return await readFile(reference.path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new ProviderError(`the reference ${name} can't be read (${code})`, { failure: 'rejected', code });
  }
}

/** A reference as `data:image/png;base64,…`. @throws {ProviderError} as `referenceBytes`. */
export async function referenceDataUri(reference: Reference, limit: ReferenceLimit): Promise<string> {
  return `data:${reference.mime};base64,${(await referenceBytes(reference, limit)).toString('base64')}`;
}

/** A reference as a file of a form, under its own name or another. @throws {ProviderError} as `referenceBytes`. */
export async function referenceFile(
  reference: Reference,
  limit: ReferenceLimit,
  name = basename(reference.path),
): Promise<File> {
  return new File([await referenceBytes(reference, limit)], name, { type: reference.mime });
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / 100_000) / 10;
}
