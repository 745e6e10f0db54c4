import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { printJson, printLine, type Io } from '../terminal/print.ts';
import { printable } from '../sanitize.ts';
import { count } from '../views/format.ts';
import { withImgGen, type FolderFlags } from './flags.ts';

/** `imggen adopt <id>`: fills the ledger with the pictures of a character that the store already holds. */
export function adopt(io: Io, id: string, flags: FolderFlags & { download?: boolean }): Promise<ExitCode> {
  return withImgGen(io, flags, { configOptional: true }, async (imggen) => {
    const result = await imggen.adopt(id, { download: flags.download });
    if (flags.json) {
      printJson(io, result);
      return EXIT.ok;
    }
    const { adopted, confirmed, known, other, store, downloaded, problems } = result;
    const found = confirmed > 0 ? `, ${confirmed} of this ledger found there` : '';
    printLine(io, `${count(adopted, 'picture')} of ${id} taken over from ${store}${found}, ${known} known already`);
    if (downloaded > 0) printLine(io, `${count(downloaded, 'file')} brought from ${store}`);
    for (const problem of problems) io.terminal.stderr.write(`warning: ${printable(problem)}\n`);
    if (other > 0) {
      const numbers = count(other, 'number');
      printLine(io, `${numbers} taken by another picture in this ledger, or removed from it: left as they are`);
    }
    return EXIT.ok;
  });
}
