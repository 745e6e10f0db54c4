import type { Deleted } from '../app/delete.ts';
import type { Removed } from '../app/removal.ts';
import { confirmOrEnd } from '../terminal/confirm.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { printJson, printLine, type Io } from '../terminal/print.ts';
import { bytes } from '../views/format.ts';
import { withImgGen, type FolderFlags } from './flags.ts';

/** Flags of `imggen delete`. */
interface DeleteFlags extends FolderFlags {
  yes?: boolean;
  uncollected?: boolean;
}

/** `imggen delete <image|character…>`: removes pictures from disk, store and gallery, and says what it removed. */
export function remove(io: Io, names: readonly string[], flags: DeleteFlags): Promise<ExitCode> {
  return withImgGen(io, flags, { configOptional: true }, async (imggen) => {
    const deleted = await imggen.delete(names, {
      uncollected: flags.uncollected === true,
      confirm: (question) => flags.yes === true || (!flags.json && confirmOrEnd(io.terminal, question)),
      warn: (message) => io.terminal.stderr.write(`${message}\n`),
    });
    const complete = deleted.images.every((one) => one.problem === undefined);
    if (flags.json) printJson(io, deleted);
    else print(io, deleted, complete);
    return complete ? EXIT.ok : EXIT.someFailed;
  });
}

function print(io: Io, { characters, images, loras }: Deleted, complete: boolean): void {
  for (const one of images) printLine(io, `${one.filename}: ${removedWords(one)}`);
  for (const name of loras) printLine(io, `${name}: removed from disk; what its service has of it stays there`);
  for (const id of characters) {
    printLine(io, `${id}: deleted; what it cost stays in the ledger, its numbers are not given out again`);
  }
  if (!complete) printLine(io, `not everything could be removed: \`${io.typed('clean')}\` finds what is left`);
}

function removedWords(one: Removed): string {
  const parts = [
    one.file ? `file (${bytes(one.sizeBytes)})` : '',
    one.thumbnail ? 'thumbnail' : '',
    one.asset ? 'in the store' : '',
    one.row ? 'gallery entry' : '',
  ].filter((part) => part !== '');
  const removed = parts.length > 0 ? `removed ${parts.join(', ')}` : 'nothing removed';
  return one.problem === undefined ? removed : `${removed}; ${one.problem}`;
}
