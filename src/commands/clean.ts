import { isAbsolute, relative } from 'node:path';
import type { Cleaned, Findings } from '../app/clean.ts';
import { printable } from '../sanitize.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { printJson, printLine, printTable, type Io } from '../terminal/print.ts';
import { bytes, count } from '../views/format.ts';
import { withImgGen, type FolderFlags } from './flags.ts';

/** `imggen clean`: lists what belongs to nothing, on disk, in the ledger and in the store; `--yes` deletes it. */
export function clean(io: Io, flags: FolderFlags & { yes?: boolean }): Promise<ExitCode> {
  return withImgGen(io, flags, { configOptional: true }, async (imggen) => {
    const found = await imggen.leftovers();
    const cleaned = flags.yes ? await imggen.clean(found.items) : undefined;
    if (flags.json) printJson(io, documentOf(found, cleaned));
    else print(io, flags, { found, cleaned });
    const left = cleaned !== undefined && cleaned.gone.size < found.items.length;
    return left || found.notes.length > 0 ? EXIT.someFailed : EXIT.ok;
  });
}

function documentOf({ items, notes, foreign }: Findings, cleaned: Cleaned | undefined) {
  return {
    count: items.length,
    totalBytes: items.reduce((sum, item) => sum + item.sizeBytes, 0),
    deleted: cleaned?.gone.size ?? 0,
    items: items.map((item) => ({
      kind: item.kind,
      characterId: item.characterId,
      what: item.what,
      sizeBytes: item.sizeBytes,
      deleted: cleaned?.gone.has(item) ?? false,
    })),
    notes: [...notes, ...(cleaned?.problems ?? [])],
    foreign,
  };
}

function print(
  io: Io,
  flags: FolderFlags,
  { found: { items, notes, foreign }, cleaned }: { found: Findings; cleaned: Cleaned | undefined },
): void {
  for (const note of [...foreign, ...notes, ...(cleaned?.problems ?? [])]) io.terminal.stderr.write(`${note}\n`);
  if (items.length === 0) {
    printLine(io, 'nothing to clean');
    return;
  }
  const near = (what: string) => (isAbsolute(what) ? relative(io.host.cwd, what) : what);
  const columns = [
    { title: 'what' },
    { title: 'character' },
    { title: 'size', align: 'right' as const },
    { title: 'where', flexible: true },
    ...(cleaned ? [{ title: '' }] : []),
  ];
  const rows = items.map((item) => [
    item.kind,
    item.characterId ?? '–',
    item.sizeBytes > 0 ? bytes(item.sizeBytes) : '–',
    printable(near(item.what)),
    ...(cleaned ? [cleaned.gone.has(item) ? 'deleted' : 'kept'] : []),
  ]);
  printTable(io, flags, { columns, rows });
  const totalBytes = items.reduce((sum, item) => sum + item.sizeBytes, 0);
  const ending = cleaned ? `${cleaned.gone.size} deleted` : `nothing was deleted; --yes deletes them`;
  printLine(io, `\n${count(items.length, 'leftover')}, ${bytes(totalBytes)}: ${ending}`);
}
