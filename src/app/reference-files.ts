/** Reference pictures that are no files yet: fetched from their address, or written from a config's text. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../config/config.ts';
import { ProviderError, UserError } from '../errors.ts';
import { dataBytes, isAddress, isData, shownReference } from '../given-reference.ts';
import type { Host } from '../host.ts';
import { ensureOwnFolder } from '../images/folder.ts';
import { linkFinal } from '../images/save.ts';
import type { GivenReference } from '../shot.ts';

/** What the strictest service takes. */
const BYTES_MAX = 50_000_000;
const FETCH_TIMEOUT_MS = 60_000;

/** The folder of fetched references, beside the ledger. */
export function referencesFolder({ ledger }: Pick<Config, 'ledger'>): string {
  return join(dirname(ledger), 'references');
}

/** The given references of one run as files, each made once. */
export class ReferenceFiles {
  readonly #folder: string;
  readonly #fetch: Host['fetch'];
  readonly #stopped: AbortSignal;
  readonly #made = new Map<string, Promise<string>>();
  /** Files that were not there before, and how they were made: another run that needs one touches it. */
  readonly #own = new Map<string, bigint>();
  /** Folders that were not there before, inner ones first. */
  #folders: readonly string[] | undefined;

  /** @param stopped aborted: nothing is fetched any more. */
  constructor(config: Pick<Config, 'ledger'>, { fetch }: Pick<Host, 'fetch'>, stopped: AbortSignal) {
    this.#folder = referencesFolder(config);
    this.#fetch = fetch;
    this.#stopped = stopped;
  }

  /**
   * The reference as a file: the one that it names, else one beside the ledger that is named by its content. The
   * address is checked as those of finished pictures are, at every hop; no credential goes to it.
   * @throws {UserError} when it can't be fetched, or is no whole PNG, JPEG or WebP; `declined` when it was stopped.
   */
  async file(given: GivenReference): Promise<GivenReference> {
    const { picture, role } = given;
    if (!isData(picture) && !isAddress(picture)) return given;
    const file = this.#made.get(picture) ?? this.#make(given);
    this.#made.set(picture, file);
    return { role, picture: await file };
  }

  /** Removes what was made and nobody needs: that is all of it where nothing was agreed to. */
  async removeUnless(isNeeded: (path: string) => boolean): Promise<void> {
    await Promise.allSettled(this.#made.values());
    for (const [path, madeNs] of this.#own) {
      const now = await stat(path, { bigint: true }).catch(() => undefined);
      if (now?.mtimeNs === madeNs && !isNeeded(path)) await rm(path, { force: true });
    }
    // One that is in use by now stays.
    for (const folder of this.#folders ?? []) await rmdir(folder).catch(() => {});
  }

  async #make(given: GivenReference): Promise<string> {
    const { picture } = given;
    this.#folders ??= [this.#folder, dirname(this.#folder)].filter((folder) => !existsSync(folder));
    await ensureOwnFolder(this.#folder);
    const part = join(this.#folder, `${randomUUID()}.part`);
    try {
      if (isData(picture)) await writeFile(part, dataBytes(picture) ?? '', { flag: 'wx' });
      else await this.#download(picture, part);
      return await this.#named(part);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (this.#stopped.aborted) throw new UserError('stopped: nothing was sent', { kind: 'declined', cause: error });
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

  async #download(url: string, part: string): Promise<void> {
    const { downloadImage } = await import('../images/download.ts');
    const signal = AbortSignal.any([this.#stopped, AbortSignal.timeout(FETCH_TIMEOUT_MS)]);
    await downloadImage(url, part, { fetch: this.#fetch, signal, maxBytes: BYTES_MAX });
  }

  /** Gives a whole picture the name of its content. */
  async #named(part: string): Promise<string> {
    const { hashFile } = await import('../images/hash.ts');
    const { inspectFile } = await import('../images/inspect.ts');
    const { extension } = await inspectFile(part);
    const path = join(this.#folder, `${(await hashFile(part)).sha256}.${extension}`);
    const named = await linkFinal(part, path);
    if ('linked' in named) this.#own.set(path, (await stat(path, { bigint: true })).mtimeNs);
    // A file that was damaged is made anew.
    else if (!named.same) await rename(part, path);
    else {
      // Another run's, perhaps: whoever made it sees by its time that it is needed.
      const now = new Date();
      await utimes(path, now, now);
    }
    return path;
  }
}
