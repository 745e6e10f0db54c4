import { assertStore } from '../app/adopt.ts';
import { knownCharacter } from '../app/characters.ts';
import { existingLedger, withHouse, type CommonFlags } from '../app/house.ts';
import { printJson, printLine } from '../terminal/print.ts';
import { readyStorage } from '../app/services.ts';
import { uploadOnly } from '../app/upload.ts';
import type { Host } from '../host.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { count } from '../views/format.ts';

/** `imggen upload <id>`: sends what was made without a store, or could not be uploaded before. */
export function upload(host: Host, id: string, flags: CommonFlags): Promise<ExitCode> {
  return withHouse<ExitCode>(host, flags, { configOptional: true }, async (house) => {
    const ledger = existingLedger(house);
    const character = knownCharacter(house, ledger, id);
    const store = assertStore(house);
    // A bad key is said before anything is put in the queue.
    await readyStorage(house, store, () => {});
    const { count: waiting, jobs } = ledger.uploads.enqueue(character.id, store);
    if (waiting === 0) {
      const words = `all pictures of ${character.id} are uploaded already, or not on this disk`;
      if (flags.json) printJson(house, { message: words });
      else printLine(house, words);
      return EXIT.ok;
    }
    return uploadOnly(house, {
      jobs,
      store,
      notice: `uploading ${count(waiting, 'picture')} of ${character.id} to ${store}`,
    });
  });
}
