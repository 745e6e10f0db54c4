import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { printJson, printLine, type Io } from '../terminal/print.ts';
import { count } from '../views/format.ts';
import { withImgGen, type CommonFlags } from './flags.ts';

/** `imggen cancel <job>`: stops a job, also one that another process runs, and asks the providers to stop. */
export function cancel(io: Io, job: string, flags: CommonFlags): Promise<ExitCode> {
  return withImgGen(io, flags, { configOptional: true }, async (imggen) => {
    const { jobId, cancelled, cancelledAtProvider, problems } = await imggen.cancel(job);
    for (const problem of problems) io.terminal.stderr.write(`${problem}\n`);
    if (flags.json) printJson(io, { job: jobId, cancelled, cancelledAtProvider });
    else {
      const stopped = cancelledAtProvider > 0 ? `, ${cancelledAtProvider} stopped at the provider` : '';
      const dropped = `${count(cancelled, 'waiting shot')} dropped`;
      printLine(io, `cancelled job ${jobId}: ${dropped}${stopped}; what is finished stays`);
    }
    return EXIT.ok;
  });
}
