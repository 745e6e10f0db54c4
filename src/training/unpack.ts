/** Weights in a tar file, as Replicate hands them over: the safetensors file of it takes its place. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { PartFile } from '../images/part-file.ts';

const BLOCK_BYTES = 512;
const CHUNK_BYTES = 1024 * 1024;
/** Entries are few: weights, a config, captions. */
const ENTRIES_MAX = 10_000;

/** Where a file lies in a tar file. */
interface Entry {
  at: number;
  size: number;
}

/**
 * Where a file is a tar file with weights in it, puts the weights in its place, whole and synced. Names in it are not
 * used. Any other file stays as it is. @throws the file system's own error.
 */
export async function unpackWeights(path: string): Promise<void> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const entry = await weightsIn(file);
    if (entry) await replace(path, file, entry);
  } finally {
    await file.close();
  }
}

async function weightsIn(file: FileHandle): Promise<Entry | undefined> {
  const { size: end } = await file.stat();
  let at = 0;
  for (let count = 0; count < ENTRIES_MAX && at + BLOCK_BYTES <= end; count += 1) {
    const header = await bytesAt(file, at, BLOCK_BYTES);
    // ustar and the GNU form of it say so here.
    if (header.toString('latin1', 257, 262) !== 'ustar') return undefined;
    const name = header.toString('utf8', 0, 100).replace(/\0.*$/s, '');
    const size = Number.parseInt(header.toString('latin1', 124, 136), 8);
    const isFile = header[156] === 0 || header[156] === '0'.charCodeAt(0);
    if (!Number.isSafeInteger(size) || size < 0) return undefined;
    at += BLOCK_BYTES;
    // One that ends early is told apart from a whole one by the length in the weights themselves.
    if (isFile && name.endsWith('.safetensors')) return { at, size: Math.min(size, end - at) };
    at += Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
  }
  return undefined;
}

async function replace(path: string, file: FileHandle, { at, size }: Entry): Promise<void> {
  const part = await PartFile.create(path);
  try {
    for (let done = 0; done < size;) {
      const bytes = await bytesAt(file, at + done, Math.min(CHUNK_BYTES, size - done));
      if (bytes.length === 0) break;
      await part.write(bytes);
      done += bytes.length;
    }
    await part.keep();
  } catch (error) {
    await part.discard();
    throw error;
  }
}

async function bytesAt(file: FileHandle, at: number, count: number): Promise<Buffer> {
  const bytes = Buffer.alloc(count);
  const { bytesRead } = await file.read(bytes, 0, count, at);
  return bytes.subarray(0, bytesRead);
}
