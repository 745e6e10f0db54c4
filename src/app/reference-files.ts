/** Reference pictures that are no files yet: fetched from their address, or written from a config's text. */
import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../config/config.ts';
import { ProviderError, UserError } from '../errors.ts';
import { dataBytes, isAddress, isData, shownReference } from '../given-reference.ts';
import type { Host } from '../host.ts';
import { ensureOwnFolder } from '../images/folder.ts';
import type { GivenReference } from '../shot.ts';

/** What the strictest service takes. */
const BYTES_MAX = 50_000_000;
const FETCH_TIMEOUT_MS = 60_000;

/** Given references as files, each made once. */
export class ReferenceFiles {
  readonly #folder: string;
  readonly #fetch: Host['fetch'];
  readonly #made = new Map<string, Promise<string>>();

  constructor({ ledger }: Pick<Config, 'ledger'>, { fetch }: Pick<Host, 'fetch'>) {
    this.#folder = join(dirname(ledger), 'references');
    this.#fetch = fetch;
  }

  /**
   * The reference as a file: the one that it names, else one beside the ledger that is named by its content. The
   * address is checked as those of finished pictures are, at every hop; no credential goes to it.
   * @throws {UserError} when it can't be fetched, or is no whole PNG, JPEG or WebP; nothing is left behind.
   */
  async file(given: GivenReference): Promise<GivenReference> {
    const { picture, role } = given;
    if (!isData(picture) && !isAddress(picture)) return given;
    const file = this.#made.get(picture) ?? this.#make(given);
    this.#made.set(picture, file);
    file.catch(() => this.#made.delete(picture));
    return { role, picture: await file };
  }

  async #make(given: GivenReference): Promise<string> {
    const { picture } = given;
    await ensureOwnFolder(this.#folder);
    const part = join(this.#folder, `${randomUUID()}.part`);
    try {
      if (isData(picture)) await writeFile(part, dataBytes(picture) ?? '', { flag: 'wx' });
      else await download(picture, part, this.#fetch);
      return await named(part, this.#folder);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const isDown = error.failure === 'unavailable' && error.expired !== true;
      throw new UserError(`${shownReference(given)} can't be used as a reference: ${error.message}`, {
        kind: isDown ? 'unavailable' : 'usage',
        hint: 'nothing was sent. Correct it, or put the picture on this machine and name its path',
        cause: error,
      });
    } finally {
      await rm(part, { force: true });
    }
  }
}

async function download(url: string, part: string, fetch: Host['fetch']): Promise<void> {
  const { downloadImage } = await import('../images/download.ts');
  await downloadImage(url, part, { fetch, signal: AbortSignal.timeout(FETCH_TIMEOUT_MS), maxBytes: BYTES_MAX });
}

/** Gives a whole picture the name of its content. */
async function named(part: string, folder: string): Promise<string> {
  const { hashFile } = await import('../images/hash.ts');
  const { inspectFile } = await import('../images/inspect.ts');
  const { extension } = await inspectFile(part);
  const path = join(folder, `${(await hashFile(part)).sha256}.${extension}`);
  await rename(part, path);
  return path;
}
