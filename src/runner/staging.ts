/** Where answers lie between their arrival and their final name. */
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { stageBytes } from '../images/save.ts';
import type { Job } from '../ledger/records.ts';

/** Where answers are put when the disk they belong on is full. */
const ELSEWHERE = join(tmpdir(), 'imggen-parts');

/** Folder of a character's pictures. */
export function folderOf(job: Job): string {
  return join(job.settings.output, job.characterId);
}

/**
 * Where an attempt's answer is staged: on the output's file system, so that naming it is a link; found by the attempt's
 * key.
 */
export function partPathOf(job: Job, attemptKey: string): string {
  return join(folderOf(job), '.parts', `${attemptKey}.part`);
}

/** All places where an attempt's answer may be staged, the usual one first. */
export function partPathsOf(job: Job, attemptKey: string): string[] {
  const usual = partPathOf(job, attemptKey);
  return [usual, join(ELSEWHERE, basename(usual))];
}

/** True for a file staged away from the output. */
export function isElsewhere(staged: string): boolean {
  return staged.startsWith(ELSEWHERE);
}

/**
 * Puts the bytes of a paid answer on a disk: where they belong, else (full disk) anywhere they fit, so that they are
 * not lost. Returns the path they are at.
 */
export async function stageAnswer(partPath: string, bytes: Uint8Array): Promise<string> {
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
