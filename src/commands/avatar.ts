import { UserError } from '../errors.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { printDryRun } from '../terminal/dry-run.ts';
import type { Io } from '../terminal/print.ts';
import { showRun } from '../terminal/show-run.ts';
import { withImgGen, type MakingFlags } from './flags.ts';

/** `imggen avatar [character] --count N`: candidates of the avatar. */
export function avatar(
  io: Io,
  character: string | undefined,
  flags: MakingFlags & { count?: string },
): Promise<ExitCode> {
  const count = countOf(io, flags.count);
  return withImgGen(io, flags, { configOptional: character !== undefined }, async (imggen) => {
    const { key, relock, yes } = flags;
    const what = { character, count, key, relock, fresh: flags.new, acceptUnreadStore: yes };
    if (flags.dryRun) {
      printDryRun(io, flags, [await imggen.planAvatar(what)]);
      return EXIT.ok;
    }
    const how = { ...flags, drainMs: imggen.config.drainMs };
    return showRun(io, how, (options) => imggen.avatar({ ...options, ...what }));
  });
}

function countOf(io: Io, text = '1'): number {
  if (/^[1-9]\d{0,2}$/.test(text) && Number(text) <= 100) return Number(text);
  throw new UserError(`--count: expected a whole number from 1 to 100, got ${JSON.stringify(text.slice(0, 40))}`, {
    hint: `for example: ${io.typed('avatar --count 4')}`,
  });
}
