import { adoptAll, assertStore } from '../app/adopt.ts';
import { configuredCharacter, ensureCharacter, knownCharacter } from '../app/characters.ts';
import { withHouse, type CommonFlags, type House } from '../app/house.ts';
import { printJson, printLine } from '../terminal/print.ts';
import { readyStorage, storageProblem } from '../app/services.ts';
import type { Host } from '../host.ts';
import { EXIT, StorageError, type ExitCode } from '../errors.ts';
import { count } from '../views/format.ts';

/** `imggen adopt <id>`: fills the ledger with the pictures of a character that the store already holds. */
export function adopt(host: Host, id: string, flags: CommonFlags): Promise<ExitCode> {
  return withHouse<ExitCode>(host, flags, { configOptional: true }, async (house) => {
    const name = assertStore(house);
    const storage = await readyStorage(house, name, () => {});
    if (!storage) return EXIT.ok;
    register(house, id);
    try {
      const counts = await adoptAll(house, storage, id);
      if (flags.json) printJson(house, { characterId: id, store: name, ...counts });
      else {
        printLine(
          house,
          `${count(counts.adopted, 'picture')} of ${id} taken over from ${name}${counts.confirmed > 0 ? `, ${counts.confirmed} of this ledger found there` : ''}, ${counts.known} known already`,
        );
        if (counts.other > 0)
          printLine(
            house,
            `${count(counts.other, 'number')} taken by another picture in this ledger, or removed from it: left as they are`,
          );
      }
      return EXIT.ok;
    } catch (error) {
      if (error instanceof StorageError)
        throw storageProblem(house, error, 'what was taken over so far stays; run it again');
      throw error;
    }
  });
}

function register(house: House, id: string): void {
  if (!house.hasLedger() || !house.ledger().characters.find(id)) {
    const configured = house.config.character ? configuredCharacter(house) : undefined;
    if (configured?.id === id) {
      ensureCharacter(house, configured, false);
      return;
    }
  }
  knownCharacter(house, house.ledger(), id);
}
