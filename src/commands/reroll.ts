import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { printDryRun } from '../terminal/dry-run.ts';
import type { Io } from '../terminal/print.ts';
import { showRun } from '../terminal/show-run.ts';
import { withImgGen, type MakingFlags } from './flags.ts';

/** `imggen reroll <image…>`: another take of finished pictures. */
export function reroll(io: Io, images: readonly string[], flags: MakingFlags): Promise<ExitCode> {
  return withImgGen(io, flags, { configOptional: true }, async (imggen) => {
    const { key, yes } = flags;
    const what = { images, key, fresh: flags.new, acceptUnreadStore: yes };
    if (flags.dryRun) {
      printDryRun(io, flags, await imggen.planReroll(what));
      return EXIT.ok;
    }
    const how = { ...flags, drainMs: imggen.config.drainMs };
    return showRun(io, how, (options) => imggen.reroll({ ...options, ...what }));
  });
}
