import { confirm } from '../terminal/confirm.ts';
import { existingLedger, withHouse, type CommonFlags, type House } from '../app/house.ts';
import { namedImages, type Named } from '../app/images.ts';
import { printJson, printLine } from '../terminal/print.ts';
import { foldersOf } from '../app/leftovers.ts';
import { removeFolder, removePicture, Stores, type Removed } from '../app/removal.ts';
import { readyStorage } from '../app/services.ts';
import type { Host } from '../host.ts';
import { EXIT, UserError, type ExitCode } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { bytes, count } from '../views/format.ts';

/** `imggen delete <image|character…>`: removes pictures from disk, store and gallery, and says what it removed. */
export function remove(host: Host, names: readonly string[], flags: CommonFlags): Promise<ExitCode> {
  return withHouse<ExitCode>(host, flags, { configOptional: true }, async (house) => {
    const ledger = existingLedger(house);
    const named = namedImages(house, ledger, names, { characters: true });
    const images = [...new Map(named.flatMap((one) => one.images).map((image) => [image.id, image])).values()];
    assertIdle(ledger, named);
    // A store that refuses us is said before anything is deleted.
    for (const store of new Set(images.flatMap((image) => image.store ?? [])))
      await readyStorage(house, store, (message) => host.stderr.write(`${message}\n`));
    const what = count(images.length, 'picture');
    if (!flags.yes && !(await confirm(house, `Delete ${what} for ever, from disk and store?`))) {
      throw new UserError(`${what} would be deleted for ever, from disk and store; nothing was deleted`, {
        hint: 'delete them: --yes',
      });
    }
    // A question can stand for hours.
    assertIdle(ledger, named);
    const stores = new Stores(house);
    const gone: Removed[] = [];
    for (const image of images) gone.push(await removePicture(house, stores, image));
    for (const characterId of named.flatMap((one) => one.characterId ?? [])) {
      ledger.characters.forget(characterId);
      for (const folder of foldersOf(house, characterId)) removeFolder(folder);
    }
    return tell(house, named, gone);
  });
}

function tell(house: House, named: readonly Named[], gone: readonly Removed[]): ExitCode {
  const characters = named.flatMap((one) => one.characterId ?? []);
  const exitCode = gone.some((one) => one.problem !== undefined) ? EXIT.someFailed : EXIT.ok;
  if (house.flags.json) {
    printJson(house, { characters, images: gone });
    return exitCode;
  }
  for (const one of gone) {
    const parts = [
      one.file ? `file (${bytes(one.sizeBytes)})` : '',
      one.thumbnail ? 'thumbnail' : '',
      one.asset ? 'in the store' : '',
      one.row ? 'gallery entry' : '',
    ].filter((part) => part !== '');
    printLine(
      house,
      `${one.filename}: ${parts.length > 0 ? `removed ${parts.join(', ')}` : 'nothing removed'}${one.problem === undefined ? '' : `; ${one.problem}`}`,
    );
  }
  for (const id of characters)
    printLine(house, `${id}: deleted; what it cost stays in the books, its numbers are not given out again`);
  if (exitCode !== EXIT.ok) printLine(house, 'not everything could be removed: `imggen clean` finds what is left');
  return exitCode;
}

/** @throws {UserError} while a live process works on a character, or paid work of one is not collected yet. */
function assertIdle(ledger: Ledger, named: readonly Named[]): void {
  const ids = new Set(
    named.flatMap((one) => [
      ...one.images.map((image) => image.characterId),
      ...(one.characterId === undefined ? [] : [one.characterId]),
    ]),
  );
  const busy = [...ids].filter((id) => ledger.maintenance.isAtWork(id));
  if (busy.length > 0)
    throw new UserError(`a live process is working on ${busy.join(', ')}: nothing was deleted`, {
      hint: 'wait for it, or stop it: `imggen jobs`, `imggen cancel <job>`',
    });
  const owed = named.flatMap((one) => one.characterId ?? []).filter((id) => ledger.maintenance.uncollected(id) > 0);
  if (owed.length > 0)
    throw new UserError(`${owed.join(', ')}: paid pictures are not collected yet, nothing was deleted`, {
      hint: '`imggen resume` collects them',
    });
}
