import type { ExitCode } from '../terminal/exit-codes.ts';
import type { Io } from '../terminal/print.ts';
import { showRun } from '../terminal/show-run.ts';
import { withImgGen, type MakingFlags } from './flags.ts';

const UPLOADS_ALONE = { jobs: [], folder: '', failures: [], failuresMore: 0 };

/** `imggen upload <id>`: sends what was made without a store, or could not be uploaded before. */
export function upload(io: Io, id: string, flags: MakingFlags): Promise<ExitCode> {
  return withImgGen(io, flags, { configOptional: true }, (imggen) => {
    const store = imggen.config.storage.provider;
    return showRun(
      io,
      {
        ...flags,
        drainMs: imggen.config.drainMs,
        uploadsOnly: true,
        nothing: () => `all pictures of ${id} are uploaded already, or not on this disk`,
        summary: (summary, { jobs }) => {
          const left = jobs.reduce((sum, job) => sum + job.uploadsLeft, 0);
          const headline = left === 0 ? `all uploaded to ${store}` : `${left} not uploaded yet`;
          // What the jobs have cost and failed at is of the runs that made them.
          return { ...summary, ...UPLOADS_ALONE, next: left === 0 ? [] : summary.next, headline };
        },
      },
      (options) => imggen.upload(id, options),
    );
  });
}
