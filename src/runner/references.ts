import { existsSync } from 'node:fs';
import { UserError } from '../errors.ts';
import type { Reference } from '../providers/provider.ts';

/** Hashes the config's reference pictures. @throws {UserError} when one is gone or no image. */
export async function prepareReferences(paths: Iterable<string>): Promise<Map<string, Reference>> {
  const { hashFile } = await import('../images/hash.ts');
  const { inspectFile } = await import('../images/inspect.ts');
  const references = new Map<string, Reference>();
  for (const path of paths) {
    if (!existsSync(path))
      throw new UserError(`the reference picture is gone: ${path}`, {
        hint: 'put it back, or change character.references',
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
