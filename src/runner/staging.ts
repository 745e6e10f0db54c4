/** Where answers lie between their arrival and their final name. */
import { lstatSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job } from '../ledger/records.ts';

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

/** The name of the file that keeps the remote id of an answer that is to be staged at `partPath`. */
export function idPath(partPath: string): string {
  return `${partPath}.id`;
}

/** Where else parts may lie than where the job says. */
export interface OtherPlaces {
  outputs: () => readonly string[];
  ledger: Pick<Ledger, 'folder'>;
}

/** All places where an attempt's answer may be staged, the usual one first. */
export function partPathsOf(job: Job, attemptKey: string, { outputs, ledger }: OtherPlaces): string[] {
  const usual = partPathOf(job, attemptKey);
  const elsewhere = outputs().map((output) => join(output, job.characterId, '.parts', basename(usual)));
  return [...new Set([usual, ...elsewhere, ...sparesOf(usual, ledger.folder)])];
}

/** Where else an answer may be put: beside the ledger, then in the system's temporary folder. */
export function sparesOf(path: string, ledgerFolder: string | undefined): string[] {
  const folders = [...(ledgerFolder === undefined ? [] : [join(ledgerFolder, 'parts')]), ...privateFolder()];
  return folders.map((folder) => join(folder, basename(path)));
}

/** This user's folder in the temporary one; none where somebody else has made it. */
function privateFolder(): string[] {
  const uid = process.getuid?.();
  const folder = join(tmpdir(), `.imggen-parts-${uid ?? 'user'}`);
  const there = lstatSync(folder, { throwIfNoEntry: false });
  const isOurs = there === undefined || (there.isDirectory() && (uid === undefined || there.uid === uid));
  return isOurs ? [folder] : [];
}
