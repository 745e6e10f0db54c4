import type { ImgGen } from '../imggen.ts';
import type { ExitCode } from '../terminal/exit-codes.ts';
import type { AsTyped } from '../terminal/program-name.ts';
import type { Io } from '../terminal/print.ts';
import { showRun } from '../terminal/show-run.ts';
import { count } from '../views/format.ts';
import { withImgGen, type MakingFlags } from './flags.ts';

/** `imggen resume [job]`: goes on with what is unfinished, all jobs or one. */
export function resume(io: Io, job: string | undefined, flags: MakingFlags): Promise<ExitCode> {
  return withImgGen(io, flags, { configOptional: true }, (imggen) => {
    const how = { ...flags, drainMs: imggen.config.drainMs, nothing: () => nothingUnfinished(imggen) };
    return showRun(io, how, (options) => imggen.resume({ ...options, job }));
  });
}

/**
 * `imggen retry [job]`: tries failed and refused shots again; with `--unknown` those that were perhaps charged, too.
 */
export function retry(io: Io, job: string | undefined, flags: MakingFlags & { unknown?: boolean }): Promise<ExitCode> {
  const unknown = flags.unknown === true;
  return withImgGen(io, flags, { configOptional: true }, (imggen) => {
    const nothing = async () => nothingFailed(unknown ? 0 : await heldIn(imggen, job), job, io.typed);
    const how = { ...flags, drainMs: imggen.config.drainMs, nothing };
    return showRun(io, how, (options) => imggen.retry({ ...options, job, unknown }));
  });
}

/** In another folder than the pictures' own nothing is unfinished either: the ledger that was looked for is named. */
async function nothingUnfinished(imggen: ImgGen): Promise<string> {
  const isThere = await imggen.jobs(1).then(
    () => true,
    () => false,
  );
  return isThere ? 'nothing is unfinished' : `nothing is unfinished: there is no ledger at ${imggen.config.ledger}`;
}

/** Shots that are held because nobody knows whether they were charged. */
async function heldIn(imggen: ImgGen, job: string | undefined): Promise<number> {
  if (job !== undefined) return (await imggen.status(job)).held;
  return (await imggen.jobs()).reduce((sum, one) => sum + one.held, 0);
}

function nothingFailed(held: number, job: string | undefined, typed: AsTyped): string {
  if (held === 0) return 'nothing has failed';
  const shots = `${count(held, 'shot')} with unknown outcome ${held === 1 ? 'is' : 'are'} held`;
  const named = job === undefined ? '' : ` ${job}`;
  return `nothing has failed; ${shots}: \`${typed(`retry --unknown${named}`)}\` pays again on purpose`;
}
