import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { printDryRun } from '../terminal/dry-run.ts';
import type { Io } from '../terminal/print.ts';
import { showRun } from '../terminal/show-run.ts';
import { withImgGen, type MakingFlags } from './flags.ts';

/** Options of `imggen edit`. */
export interface EditFlags extends MakingFlags {
  prompt?: string | undefined;
  count?: string | undefined;
}

/** `imggen edit <image> [--prompt TEXT]`: new pictures from an existing one. */
export function edit(io: Io, image: string, { seed, count, prompt, ...flags }: EditFlags): Promise<ExitCode> {
  return withImgGen(io, flags, { configOptional: true }, async (imggen) => {
    const { key, yes } = flags;
    const basics = { image, prompt, count: numberOf(count), seed: numberOf(seed) };
    const what = { ...basics, key, fresh: flags.new, acceptUnreadStore: yes };
    if (flags.dryRun) {
      printDryRun(io, flags, [await imggen.planEdit(what)]);
      return EXIT.ok;
    }
    const how = { ...flags, drainMs: imggen.config.drainMs };
    return showRun(io, how, (options) => imggen.edit({ ...options, ...what }));
  });
}

/** What is no number is told as one that does not fit. */
function numberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text) ? Number(text) : Number.NaN;
}
