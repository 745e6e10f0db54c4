import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { ProviderError, UserError } from '../errors.ts';
import type { GivenReference, Reference } from '../shot.ts';

/** Looks whether pictures are what they were when their job was planned. @throws {UserError} for one that is not. */
export function assertUnchanged(given: readonly GivenReference[], known: ReadonlyMap<string, Reference>): void {
  for (const { picture, sha256 } of given) {
    if (sha256 === undefined || known.get(picture)?.sha256 === sha256) continue;
    throw new UserError(`the picture has changed since it was made: ${picture}`, {
      hint: 'nothing was sent. Put back the file that was there, or name another picture',
    });
  }
}

/** Hashes the config's reference pictures. @throws {UserError} when one is gone or no image. */
export async function prepareReferences(paths: Iterable<string>): Promise<Map<string, Reference>> {
  const { hashFile } = await import('../images/hash.ts');
  const { inspectFile } = await import('../images/inspect.ts');
  const references = new Map<string, Reference>();
  for (const path of paths) {
    if (!existsSync(path))
      throw new UserError(`the reference picture is gone: ${path}`, {
        hint: 'nothing was sent. Put it back, or cancel the job; if character.references names it, take it out there',
      });
    const facts = await inspectFile(path).catch((error: Error) => {
      throw new UserError(`the reference picture can't be used: ${path}: ${error.message}`);
    });
    references.set(path, {
      path,
      mime: facts.mime as Reference['mime'],
      sha256: (await hashFile(path)).sha256,
      sizeBytes: facts.sizeBytes,
      width: facts.width,
      height: facts.height,
    });
  }
  return references;
}

/** Why a request does not leave: one of its pictures is another by now, to which nobody said yes. */
export async function changedReference(references: readonly Reference[]): Promise<ProviderError | undefined> {
  const { hashFile } = await import('../images/hash.ts');
  for (const { path, sha256 } of references) {
    // One that is gone is told by the provider, which reads it.
    const sums = await hashFile(path).catch(() => undefined);
    if (!sums || sums.sha256 === sha256) continue;
    const message = `the reference ${basename(path)} has changed since the run began: it was not sent`;
    return new ProviderError(message, { failure: 'rejected', code: 'reference_changed' });
  }
  return undefined;
}
