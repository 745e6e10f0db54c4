import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDiskFailure, StorageError } from '../errors.ts';
import { hashFile } from '../images/hash.ts';
import { inspectFile } from '../images/inspect.ts';
import { linkFinal } from '../images/save.ts';
import type { FoundImage } from '../ledger/adoption.ts';
import type { Storage } from '../storage/storage.ts';
import type { Project } from './project.ts';

const ADDRESS_TIMEOUT_MS = 20_000;
const FETCH_TIMEOUT_MS = 300_000;

/** What the use-case needs of a project. */
type FetchingProject = Pick<Project, 'config' | 'host' | 'clean'>;

/**
 * Brings the file of a picture that only the store has, checks that it is that picture, and gives it its own name;
 * nothing that lies there is replaced. What went wrong is told as a sentence.
 */
export async function fetchStored(
  project: FetchingProject,
  storage: Storage,
  found: FoundImage,
): Promise<FoundImage | { problem: string }> {
  const folder = join(project.config.output, found.characterId);
  const part = join(folder, '.parts', `adopt-${project.host.newKey()}.part`);
  try {
    await download(project, storage, { found, part });
    await inspectFile(part);
    const { sha256, md5 } = await hashFile(part);
    const known = found.sha256 !== '' || found.md5 !== '';
    if (known && sha256 !== found.sha256 && md5 !== found.md5)
      throw new StorageError('it is another picture', 'conflict');
    const path = join(folder, found.filename);
    const linked = await linkFinal(part, path);
    if ('exists' in linked && !linked.same) throw new StorageError('another file has its name', 'conflict');
    return { ...found, path, sha256, md5 };
  } catch (error) {
    await rm(part, { force: true });
    if (isDiskFailure(error) || !(error instanceof Error) || error instanceof TypeError) throw error;
    return { problem: `${found.filename}: its file was not brought: ${project.clean(error.message)}` };
  }
}

async function download(
  { host }: FetchingProject,
  storage: Storage,
  { found, part }: { found: FoundImage; part: string },
): Promise<void> {
  const { downloadImage } = await import('../images/download.ts');
  const { url, thumbnailUrl } = found.details;
  const stored = { key: found.key, ...(url === undefined ? {} : { url, ...(thumbnailUrl ? { thumbnailUrl } : {}) }) };
  const address = await storage.urlOf(stored, 'picture', AbortSignal.timeout(ADDRESS_TIMEOUT_MS));
  if (!address) throw new StorageError('the store has no address for it', 'unavailable');
  const signal = AbortSignal.timeout(FETCH_TIMEOUT_MS);
  await downloadImage(address.url, part, { signal, fetch: host.fetch, allowedOrigin: storage.baseUrl });
}
