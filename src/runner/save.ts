import { readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ProviderError } from '../errors.ts';
import { hashFile } from '../images/hash.ts';
import { inspectAndHashFile, inspectFile, type ImageFacts } from '../images/inspect.ts';
import { linkFinal, removeIfThere, stageBytes } from '../images/save.ts';
import type { Image, Job, Lease } from '../ledger/records.ts';
import type { RunnerContext } from './context.ts';

/** Where answers are put when the disk they belong on is full. */
const ELSEWHERE = join(tmpdir(), 'imggen-parts');

/** Folder of a character's pictures. */
export function folderOf(job: Job): string {
  return join(job.settings.output, job.characterId);
}

/** Where an attempt's answer is staged: on the output's file system, so that naming it is a link; found by the attempt's key. */
export function partPathOf(job: Job, attemptKey: string): string {
  return join(folderOf(job), '.parts', `${attemptKey}.part`);
}

/** All places where an attempt's answer may be staged, the usual one first. */
export function partPathsOf(job: Job, attemptKey: string): string[] {
  const usual = partPathOf(job, attemptKey);
  return [usual, join(ELSEWHERE, basename(usual))];
}

/**
 * Puts the bytes of a paid answer on a disk: where they belong, else (full disk) anywhere they fit, so that they are not lost.
 * Returns the path they are at.
 */
export async function stageSomewhere(partPath: string, bytes: Uint8Array): Promise<string> {
  try {
    await stageBytes(partPath, bytes);
    return partPath;
  } catch (error) {
    const elsewhere = join(ELSEWHERE, basename(partPath));
    try {
      await stageBytes(elsewhere, bytes);
      return elsewhere;
    } catch {
      throw error;
    }
  }
}

/** The picture of a shot under its final name, linked before a crash that came before the ledger was told; else undefined. */
export async function linkedBefore(row: Image | undefined): Promise<Picture | undefined> {
  const picture = row?.path ? await pictureAt(row.path) : undefined;
  return picture?.sha256 === row?.sha256 ? picture : undefined;
}

/** A whole picture on disk, read once. */
export interface Picture {
  facts: ImageFacts;
  /** In hex. */
  sha256: string;
}

/** The picture in a file with its sum; undefined when it holds none, or half a one. */
export async function pictureAt(path: string): Promise<Picture | undefined> {
  try {
    return await inspectAndHashFile(path);
  } catch {
    return undefined;
  }
}

/** A staged file that holds one whole picture; undefined when there is none such (nothing, half a file, no image). */
export async function wholeAt(path: string): Promise<ImageFacts | undefined> {
  try {
    return await inspectFile(path);
  } catch {
    return undefined;
  }
}

/** Says what is wrong with a staged file that is no whole image. */
export async function whyUnusable(path: string): Promise<ProviderError> {
  try {
    await inspectFile(path);
  } catch (error) {
    if (error instanceof ProviderError) return error;
  }
  return new ProviderError('the answer that was paid for is gone from the disk', {
    failure: 'unusable',
    charged: 'yes',
  });
}

/**
 * From a whole staged file to a finished shot: T5 named, link, T6 done. Each step may be repeated after a crash.
 * @throws {LostLease} and file system errors; nothing is lost by either.
 */
export async function finish(
  context: RunnerContext,
  work: {
    lease: Lease;
    job: Job;
    staged: string;
    /** Of the staged file, or of the one linked before a crash. */ picture: Picture;
  },
): Promise<Image> {
  const { ledger, trace } = context;
  const {
    lease,
    job,
    staged,
    picture: { facts, sha256 },
  } = work;
  const folder = folderOf(job);
  const image = {
    sha256,
    sizeBytes: facts.sizeBytes,
    width: facts.width,
    height: facts.height,
    format: facts.format,
    extension: facts.extension,
  };
  const place = {
    nameOf: (number: number) => context.imageName(job.characterId, number, facts.extension),
    pathOf: (filename: string) => join(folder, filename),
  };
  let row = ledger.images.named(lease, image, place);
  trace('named', { shot: lease.shot, filename: row.filename });
  for (;;) {
    if (await linked(staged, row)) break;
    // A file that is not ours has the name: leave it, take the next number.
    row = ledger.images.named(lease, image, { ...place, taken: true });
    trace('renamed', { shot: lease.shot, filename: row.filename });
  }
  trace('linked', { shot: lease.shot, filename: row.filename });
  const done = ledger.images.done(lease, row.id, pathToFileURL(row.path ?? '').href);
  trace('done', { shot: lease.shot, filename: row.filename });
  return done;
}

async function linked(staged: string, row: Image): Promise<boolean> {
  const final = row.path ?? '';
  // The link was made and the staged file already taken away before a crash.
  if (!(await exists(staged)) && (await exists(final)) && (await hashFile(final)).sha256 === row.sha256) return true;
  const beside = await onSameDisk(staged, final);
  const result = await linkFinal(beside, final);
  const ours = 'linked' in result || result.same;
  if (ours && beside !== staged) await removeIfThere(staged);
  return ours;
}

/** A file staged elsewhere (full disk) is first copied beside its final place. */
async function onSameDisk(staged: string, final: string): Promise<string> {
  if (!staged.startsWith(ELSEWHERE)) return staged;
  const beside = join(dirname(final), '.parts', basename(staged));
  await stageBytes(beside, await readFile(staged));
  return beside;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
