/** A remote id in a file beside its answer's place, where the ledger could not be told of it. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { removeIfThere, reservedPath, stageBytes } from '../images/part-file.ts';
import type { Attempt, Job } from '../ledger/records.ts';
import { idPath, partPathsOf, type OtherPlaces } from './staging.ts';

const SIZE_MAX_BYTES = 1_000;

const schema = z.object({ provider: z.string(), remoteId: z.string() });

/** The attempt whose id is kept. */
interface Of {
  job: Job;
  attempt: Pick<Attempt, 'key' | 'provider'>;
}

/** A remote id, and the file that it was found in. */
export interface KeptId {
  remoteId: string;
  path: string;
}

/** Where the remote id of an attempt may be kept. */
export function idPathsOf({ job, attempt }: Of, places: OtherPlaces): string[] {
  return partPathsOf(job, attempt.key, places).map(idPath);
}

/**
 * Puts a remote id on a disk, synced, in the first place that takes it. Undefined, and nothing is thrown, where none
 * does: the ledger may still take it.
 */
export async function keepId(places: OtherPlaces, of: Of, remoteId: string): Promise<KeptId | undefined> {
  const text = JSON.stringify({ provider: of.attempt.provider, remoteId });
  for (const path of idPathsOf(of, places)) {
    try {
      await stageBytes(path, Buffer.from(text));
      return { remoteId, path };
    } catch {
      // The next place.
    }
  }
  return undefined;
}

/**
 * The remote id that an earlier process kept for an attempt, also one that was written whole by a process that was
 * killed before it had named the file; undefined when there is none that can be read.
 */
export function keptId(places: OtherPlaces, of: Of): KeptId | undefined {
  const paths = idPathsOf(of, places);
  for (const path of [...paths, ...paths.map(reservedPath)]) {
    const remoteId = idIn(path, of);
    if (remoteId !== undefined) return { remoteId, path };
  }
  return undefined;
}

/** The ledger knows the id: the file goes. Never throws. */
export async function forgetId({ path }: KeptId): Promise<void> {
  await removeIfThere(path).catch(() => {});
}

/**
 * Takes away what an earlier process left of keeping an id: a file that it had not finished, and where the ledger has
 * the id by now, the file itself. Before all else: this process may be killed, too, and none looks at what is done.
 * Never throws.
 */
export async function tidyIds(
  places: OtherPlaces,
  { job, attempt, doubt }: Of & { attempt: Pick<Attempt, 'state'>; doubt?: object | undefined },
): Promise<void> {
  const isTakenOver = attempt.state !== 'intent' || doubt !== undefined;
  const isKnown = attempt.state !== 'intent';
  for (const path of isTakenOver ? idPathsOf({ job, attempt }, places) : []) {
    const unnamed = reservedPath(path);
    if (isKnown || idIn(unnamed, { attempt }) === undefined) await removeIfThere(unnamed).catch(() => {});
    if (isKnown) await removeIfThere(path).catch(() => {});
  }
}

/** The remote id in a file; undefined: there is none of this provider. */
function idIn(path: string, { attempt: { provider } }: Pick<Of, 'attempt'>): string | undefined {
  const { data } = schema.safeParse(parsed(readShort(path)));
  return data?.provider === provider ? data.remoteId : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A small plain file, no link; '' when it is not there. */
function readShort(path: string): string {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stats = fstatSync(file);
      return stats.isFile() && stats.size <= SIZE_MAX_BYTES ? readFileSync(file, 'utf8') : '';
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}
