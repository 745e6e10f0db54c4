/** The sums of a picture: SHA-256 for the ledger; and, for uploads, MD5, because that is what stores call an etag. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** Both in lower-case hex. */
export interface ImageHashes {
  sha256: string;
  md5: string;
}

/** SHA-256 of bytes in memory, in lower-case hex; of several parts: of all of them, one behind the other. */
export function sha256Of(...parts: readonly Uint8Array[]): string {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part);
  return sum.digest('hex');
}

/** Sums of a file, read piece by piece. @throws the file system's own error when it can't be read. */
export async function hashFile(path: string): Promise<ImageHashes> {
  const sha256 = createHash('sha256');
  const md5 = createHash('md5');
  for await (const piece of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    sha256.update(piece as Buffer);
    md5.update(piece as Buffer);
  }
  return { sha256: sha256.digest('hex'), md5: md5.digest('hex') };
}
