import { relative } from 'node:path';
import { initConfig } from '../config/init.ts';
import { PROVIDERS } from '../providers/index.ts';
import { STORES } from '../storage/index.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { printJson, printLine, type Io } from '../terminal/print.ts';

/** `imggen init`: writes a config to start from. */
export async function init(io: Io, flags: { force?: boolean; json?: boolean }): Promise<ExitCode> {
  const { cwd } = io.host;
  const { file, schemaFile } = await initConfig(cwd, {
    registries: { providers: PROVIDERS, stores: STORES },
    force: flags.force,
  });
  if (flags.json) {
    printJson(io, { file, schemaFile });
    return EXIT.ok;
  }
  printLine(io, `wrote ${relative(cwd, file)} (and ${relative(cwd, schemaFile)}, so that your editor completes it)`);
  printLine(io, '\nnext: describe your character in it, then');
  printLine(io, `  ${io.typed('create-character --dry-run')}   what would be made, and what it would cost`);
  printLine(io, `  ${io.typed('create-character')}             the avatar and 10 training pictures`);
  return EXIT.ok;
}
