import { UserError } from '../errors.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { printDryRun } from '../terminal/dry-run.ts';
import type { Io } from '../terminal/print.ts';
import { showRun } from '../terminal/show-run.ts';
import { withImgGen, type MakingFlags } from './flags.ts';

/** `imggen pack [character] --count N`: N gallery pictures. */
export function pack(
  io: Io,
  character: string | undefined,
  flags: MakingFlags & { count?: string },
): Promise<ExitCode> {
  const count = countOf(flags.count);
  return withImgGen(io, flags, { configOptional: character !== undefined }, async (imggen) => {
    const { key, relock, yes } = flags;
    const what = { character, count, key, relock, fresh: flags.new, acceptUnreadStore: yes };
    if (flags.dryRun) {
      printDryRun(io, flags, [await imggen.planPack(what)]);
      return EXIT.ok;
    }
    const how = { ...flags, drainMs: imggen.config.drainMs };
    return showRun(io, how, (options) => imggen.pack({ ...options, ...what }));
  });
}

// Not commander's own required option: its complaint would hide a mistyped `--cuont`.
function countOf(text: string | undefined): number {
  const hint = 'for example: imggen pack --count 8';
  if (text === undefined) throw new UserError('how many pictures? --count is missing', { hint });
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  const shown = JSON.stringify(text.slice(0, 40));
  throw new UserError(`--count: expected a whole number from 1 to 100000, got ${shown}`, { hint });
}
