import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import yazl from 'yazl';
import { ensureFolder } from '../images/folder.ts';
import { ARCHIVE_COMMENT, ForeignFiles, foreignIn, SUM_CHARS, sumOf } from './ours.ts';
import type { TrainingFile } from './training-file.ts';

const READABLE = 0o100644;

/**
 * Writes a training set as one zip file, in place of an earlier export: whole, or not at all. One file is in memory
 * at a time. What was changed in the earlier one meanwhile stays.
 * @param key unique for ever: names what is not whole yet.
 * @throws {ForeignFiles} when what is there is no export as it was; the file system's own error, or what reading a file
 * threw. The earlier export is as it was then.
 */
export async function writeArchive(target: string, files: readonly TrainingFile[], key: string): Promise<void> {
  await ensureFolder(dirname(target));
  const part = `${target}.${key}.part`;
  try {
    // Fails if it exists, and never follows a link.
    await writeZip(files, createWriteStream(part, { flags: 'wx', flush: true }));
    await writeSum(part);
    const problems = await foreignIn(target, true);
    if (problems.length > 0) throw new ForeignFiles(problems);
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Puts the sum of the file where its place is in the comment. */
async function writeSum(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const start = (await file.stat()).size - SUM_CHARS;
    await file.write(await sumOf(path, start), start, 'latin1');
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Pictures do not pack: they are stored as they are. @throws what reading a file threw. */
async function writeZip(files: readonly TrainingFile[], target: Writable): Promise<void> {
  const zip = new yazl.ZipFile();
  // A file that can't be read leaves the zip without its end, and who waits for that waits for ever.
  const stop = new AbortController();
  for (const { name, atMs, isText, read } of files) {
    const how = { mtime: new Date(atMs), mode: READABLE, compress: isText };
    zip.addReadStreamLazy(name, how, (given) => {
      read().then(
        (bytes) => given(undefined, Readable.from([Buffer.from(bytes)])),
        (error: unknown) => given(error, Readable.from([])),
      );
    });
  }
  zip.on('error', (error: Error) => stop.abort(error));
  zip.end({ comment: ARCHIVE_COMMENT + '0'.repeat(SUM_CHARS), forceZip64Format: false });
  try {
    await pipeline(zip.outputStream, target, { signal: stop.signal });
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  }
}
