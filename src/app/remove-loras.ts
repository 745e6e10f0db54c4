/** The LoRAs of a character that is deleted: rows first, then their files, and what was to be sent for another. */
import { lstatSync, readdirSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LORA_FOLDER } from '../images/folder.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { isFolder } from './removal.ts';

/** The zip of a training, as `imggen train` names it. */
const ZIP = /^training-[0-9a-f]{12}\.zip$/;

/**
 * Removes the LoRAs of a character from ledger and disk. Only plain files in a folder `lora` below the character's own
 * are taken; links are never followed. @param folders those of the character's pictures.
 */
export function removeLoras(
  { loras }: Pick<Ledger, 'loras'>,
  character: { key: number; id: string },
  folders: readonly string[],
): void {
  for (const { path } of loras.remove(character.key)) {
    const folder = dirname(path);
    if (basename(folder) === LORA_FOLDER && basename(dirname(folder)) === character.id) unlinkPlain(path);
  }
  for (const folder of folders.map((one) => join(one, LORA_FOLDER)).filter(isFolder))
    for (const name of readdirSync(folder)) if (ZIP.test(name)) unlinkPlain(join(folder, name));
}

function unlinkPlain(path: string): void {
  if (isFolder(dirname(path)) && lstatSync(path, { throwIfNoEntry: false })?.isFile()) unlinkSync(path);
}
