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
    const how = { ...flags, drainMs: imggen.config.drainMs, nothing: () => nothingUnfinished(imggen, job, io.typed) };
    return showRun(io, how, (options) => imggen.resume({ ...options, job }));
  });
}

/**
 * `imggen retry [job]`: tries failed and refused shots again; with `--unknown` those that were perhaps charged, too.
 */
export function retry(io: Io, job: string | undefined, flags: MakingFlags & { unknown?: boolean }): Promise<ExitCode> {
  const unknown = flags.unknown === true;
  return withImgGen(io, flags, { configOptional: true }, (imggen) => {
    const nothing = async () => nothingFailed(await leftIn(imggen, job), { unknown, job, typed: io.typed });
    const how = { ...flags, drainMs: imggen.config.drainMs, nothing };
    return showRun(io, how, (options) => imggen.retry({ ...options, job, unknown }));
  });
}

/**
 * Of a job that was named: what it lacks all the same. In another folder than the pictures' own nothing is unfinished
 * either: the ledger that was looked for is named.
 */
export async function nothingUnfinished(imggen: ImgGen, job: string | undefined, typed: AsTyped): Promise<string> {
  if (job !== undefined) {
    const { jobId, failed, refused } = await imggen.status(job);
    const [missing, again] = [failed + refused, typed(`retry ${jobId}`)];
    const failures = missing === 0 ? '' : `; ${count(missing, 'picture')} failed: \`${again}\` tries again`;
    return `nothing is unfinished in job ${jobId}${failures}`;
  }
  const isThere = await imggen.jobs(1).then(
    () => true,
    () => false,
  );
  return isThere ? 'nothing is unfinished' : `nothing is unfinished: there is no ledger at ${imggen.config.ledger}`;
}

/** What nobody tries again without being told to. */
interface Left {
  /** Shots that are held because nobody knows whether they were charged. */
  held: number;
  /** Trainings that failed, or are held: a retry names each. */
  trainings: readonly { jobId: string; held: boolean }[];
}

async function leftIn(imggen: ImgGen, job: string | undefined): Promise<Left> {
  if (job !== undefined) return { held: (await imggen.status(job)).held, trainings: [] };
  const jobs = await imggen.jobs();
  const trainings = jobs.filter(({ kind, state }) => kind === 'train' && state !== 'canceled');
  return {
    held: jobs.reduce((sum, one) => sum + (one.kind === 'train' ? 0 : one.held), 0),
    trainings: trainings.flatMap(({ jobId, held, failed, refused }) =>
      held + failed + refused > 0 ? [{ jobId, held: held > 0 }] : [],
    ),
  };
}

function nothingFailed(
  { held, trainings }: Left,
  { unknown, job, typed }: { unknown: boolean; job: string | undefined; typed: AsTyped },
): string {
  const lines = trainings.map((one) => {
    const again = typed(`retry ${one.held ? '--unknown ' : ''}${one.jobId}`);
    return `job ${one.jobId}, a training, ${one.held ? 'is held' : 'has failed'}: \`${again}\` asks, and pays again`;
  });
  if (held > 0 && !unknown) {
    const shots = `${count(held, 'shot')} with unknown outcome ${held === 1 ? 'is' : 'are'} held`;
    const named = job === undefined ? '' : ` ${job}`;
    lines.unshift(`${shots}: \`${typed(`retry --unknown${named}`)}\` pays again on purpose`);
  }
  return [trainings.length === 0 ? 'nothing has failed' : 'no picture has failed', ...lines].join('; ');
}
