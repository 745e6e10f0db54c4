/** The LoRAs of a character that is deleted: rows first, then their files, and what was to be sent for another. */
import { lstatSync, readdirSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LORA_FOLDER } from '../images/folder.ts';
import { hashFile } from '../images/hash.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Lora } from '../ledger/lora-records.ts';
import { isFolder } from './removal.ts';

/** The zip of a training, as `imggen train` names it. */
const ZIP = /^training-[0-9a-f]{12}\.zip$/;

/**
 * Removes the LoRAs of a character from ledger and disk. Only plain files in a folder `lora` below the character's own
 * are taken; links are never followed. @param folders those of the character's pictures.
 * @returns the file names of the weights that were there.
 */
export async function removeLoras(
  { loras, jobs }: Pick<Ledger, 'loras' | 'jobs'>,
  character: { key: number; id: string },
  folders: readonly string[],
): Promise<string[]> {
  const gone: string[] = [];
  for (const lora of loras.remove(character.key)) {
    const folder = dirname(lora.path);
    if (basename(folder) !== LORA_FOLDER || basename(dirname(folder)) !== character.id) continue;
    if ((await isOurs(lora)) && unlinkPlain(lora.path)) gone.push(lora.filename);
  }
  // Of owners who use the same id, the folder is one.
  const others = jobs.list(100_000).filter(({ characterKey }) => characterKey !== character.key);
  const needed = new Set(others.flatMap(({ settings }) => settings.training?.zip ?? []));
  for (const folder of folders.map((one) => join(one, LORA_FOLDER)).filter(isFolder))
    for (const name of readdirSync(folder))
      if (ZIP.test(name) && !needed.has(join(folder, name))) unlinkPlain(join(folder, name));
  return gone;
}

/** The name of one that was taken out before may be another file's by now. */
async function isOurs({ state, path, sha256 }: Lora): Promise<boolean> {
  if (state === 'stored') return true;
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true && (await hashFile(path)).sha256 === sha256;
}

/** True when it was a plain file in a real folder: it is gone now. */
function unlinkPlain(path: string): boolean {
  if (!isFolder(dirname(path)) || !lstatSync(path, { throwIfNoEntry: false })?.isFile()) return false;
  unlinkSync(path);
  return true;
}
