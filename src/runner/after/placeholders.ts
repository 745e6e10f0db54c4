import { lstat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { hashFile } from '../../images/hash.ts';
import { fsyncFolder, removeIfThere } from '../../images/part-file.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Placeholder } from '../../ledger/placeholder-rows.ts';
import type { Image } from '../../ledger/records.ts';
import type { AfterSave, AfterSaveParts } from './after.ts';

type Parts = Pick<AfterSaveParts, 'ledger' | 'jobIds' | 'trace'>;

/** Takes placeholders away once the picture of their shot is safe on disk and in the ledger. */
export function placeholders(parts: Parts): AfterSave {
  return new ReplacedPlaceholders(parts);
}

class ReplacedPlaceholders implements AfterSave {
  readonly name = 'placeholder';
  private readonly parts: Parts;
  private queue: Promise<void> = Promise.resolve();
  private failure: { error: unknown } | undefined;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  /** What a process left that ended between the picture and this. */
  start(): void {
    const { ledger, jobIds } = this.parts;
    for (const placeholder of jobIds.flatMap((id) => ledger.placeholders.replaced(id))) this.remove(placeholder);
  }

  saved({ shotId }: Image): void {
    const placeholder = shotId === null ? undefined : this.parts.ledger.placeholders.of(shotId);
    if (placeholder) this.remove(placeholder);
  }

  async finish(): Promise<void> {
    await this.queue;
    if (this.failure) throw this.failure.error;
  }

  private async removeNow(placeholder: Placeholder): Promise<void> {
    const { ledger, trace } = this.parts;
    await removePlaceholder(ledger, placeholder);
    trace('placeholder-removed', { filename: placeholder.filename });
  }

  private remove(placeholder: Placeholder): void {
    // The next one is removed all the same; `finish` tells the first that was not.
    this.queue = this.queue
      .then(() => this.removeNow(placeholder))
      .catch((error: unknown) => void (this.failure ??= { error }));
  }
}

/**
 * Takes the file of a placeholder away, then its row. A link, a file in another folder, or one that is not the drawing,
 * is never touched.
 */
export async function removePlaceholder({ placeholders: rows }: Pick<Ledger, 'placeholders'>, of: Placeholder) {
  const { path, characterId, shotId, sha256 } = of;
  const stats = await lstat(path).catch(() => undefined);
  const isOurs = stats?.isFile() && basename(dirname(path)) === characterId;
  if (isOurs && (await hashFile(path)).sha256 === sha256) {
    await removeIfThere(path);
    await fsyncFolder(dirname(path));
  }
  rows.forget(shotId);
}
