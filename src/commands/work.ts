import type { WorkOptions } from '../app/work.ts';
import type { ExitCode } from '../terminal/exit-codes.ts';
import type { Io } from '../terminal/print.ts';
import { showRun } from '../terminal/show-run.ts';
import { withImgGen, type MakingFlags } from './flags.ts';
import { nothingUnfinished } from './resume.ts';

/** `imggen work [--once]`: goes on with open jobs until it is stopped. Nobody is asked: nobody may be there. */
export function work(io: Io, { once, ...flags }: MakingFlags & WorkOptions): Promise<ExitCode> {
  return withImgGen(io, flags, { configOptional: true }, (imggen) => {
    const how = {
      ...flags,
      drainMs: imggen.config.drainMs,
      nothing: () => nothingUnfinished(imggen, undefined, io.typed),
    };
    const confirm = flags.yes ? { confirm: () => true } : {};
    return showRun(io, how, ({ onEvent }) => imggen.work({ onEvent, once, ...confirm }));
  });
}
