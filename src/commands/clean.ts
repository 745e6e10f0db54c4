import { relative } from 'node:path';
import { findLeftovers, removeLeftovers } from '../app/clean.ts';
import { existingLedger, withHouse, type CommonFlags } from '../app/house.ts';
import { printJson, printLine, printTable } from '../terminal/print.ts';
import type { Host } from '../host.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { bytes, count } from '../views/format.ts';

/** `imggen clean`: lists what belongs to nothing, on disk, in the ledger and in the store; `--yes` deletes it. */
export function clean(host: Host, flags: CommonFlags): Promise<ExitCode> {
  return withHouse<ExitCode>(host, flags, { configOptional: true }, async (house) => {
    existingLedger(house);
    const { items, notes } = await findLeftovers(house);
    const gone = flags.yes ? await removeLeftovers(house, items) : new Set();
    const totalBytes = items.reduce((sum, item) => sum + item.sizeBytes, 0);
    const left = flags.yes === true && gone.size < items.length;
    if (flags.json) {
      const listed = items.map((item) => ({
        kind: item.kind,
        characterId: item.characterId,
        what: item.what,
        sizeBytes: item.sizeBytes,
        deleted: gone.has(item),
      }));
      printJson(house, { count: items.length, totalBytes, deleted: gone.size, items: listed, notes });
      return left || notes.length > 0 ? EXIT.someFailed : EXIT.ok;
    }
    for (const note of notes) host.stderr.write(`${note}\n`);
    if (items.length === 0) {
      printLine(house, 'nothing to clean');
      return notes.length > 0 ? EXIT.someFailed : EXIT.ok;
    }
    const near = (what: string) => (what.startsWith('/') || /^[A-Z]:\\/i.test(what) ? relative(host.cwd, what) : what);
    printTable(
      house,
      [
        { title: 'what' },
        { title: 'character' },
        { title: 'size', align: 'right' },
        { title: 'where', flexible: true },
        ...(flags.yes ? [{ title: '' }] : []),
      ],
      items.map((item) => [
        item.kind,
        item.characterId,
        item.sizeBytes > 0 ? bytes(item.sizeBytes) : '–',
        house.clean(near(item.what)),
        ...(flags.yes ? [gone.has(item) ? 'deleted' : 'kept'] : []),
      ]),
    );
    const unowned = items.some((item) => item.kind === 'asset without a row')
      ? '; `imggen adopt <character>` takes pictures in the store over instead'
      : '';
    printLine(
      house,
      `\n${count(items.length, 'leftover')}, ${bytes(totalBytes)}: ${flags.yes ? `${gone.size} deleted` : `nothing was deleted; --yes deletes them${unowned}`}`,
    );
    return left || notes.length > 0 ? EXIT.someFailed : EXIT.ok;
  });
}
