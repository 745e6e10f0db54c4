import { accessSync, constants, lstatSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Whose the file or folder is that this user can't use, where it is somebody else's: the path itself, else the first of
 * the folders above it that can be looked at. Empty where that is not the reason.
 */
export function whose(path: string): string {
  const uid = process.geteuid?.();
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    const owner = ownerOf(at);
    if (owner === undefined) continue;
    return owner === uid || uid === undefined ? '' : `; ${at} belongs to user ${owner}, and this is user ${uid}`;
  }
  return '';
}

/** True for a file that is there and that this user may not read. */
export function isUnreadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return false;
  } catch (error) {
    return (error as { code?: string }).code !== 'ENOENT';
  }
}

function ownerOf(path: string): number | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.uid;
  } catch {
    return undefined;
  }
}
