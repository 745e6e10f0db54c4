import type { Canceled } from '../app/cancel.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import type { AsTyped } from '../terminal/program-name.ts';
import { printJson, printLine, type Io } from '../terminal/print.ts';
import { count, usd } from '../views/format.ts';
import { withImgGen, type CommonFlags } from './flags.ts';

/** `imggen cancel <job>`: stops a job, also one that another process runs, and asks the providers to stop. */
export function cancel(io: Io, job: string, flags: CommonFlags): Promise<ExitCode> {
  return withImgGen(io, flags, { configOptional: true }, async (imggen) => {
    const done = await imggen.cancel(job);
    const { problems, running: _running, ...told } = done;
    const { jobId, canceled, canceledAtProvider, collected, perhapsCharged, perhapsChargedUsd, underWay } = told;
    for (const problem of problems) io.terminal.stderr.write(`${problem}\n`);
    if (flags.json) printJson(io, told);
    else {
      const stopped = canceledAtProvider > 0 ? `, ${canceledAtProvider} stopped at the provider` : '';
      const isTraining = done.kind === 'train';
      const ofTraining = `, a training${canceled > 0 ? ' that was not sent' : ''}`;
      const what = isTraining ? ofTraining : `: ${count(canceled, 'waiting shot')} dropped`;
      printLine(io, `canceled job ${jobId}${what}${stopped}; what is finished stays`);
      const made = isTraining ? 'LoRA' : 'picture';
      if (collected > 0) printLine(io, `${count(collected, made)} finished at the provider: fetched`);
      if (perhapsCharged > 0) {
        const cost = perhapsChargedUsd > 0 ? `, ${usd(perhapsChargedUsd)} counted` : '';
        printLine(io, `${count(perhapsCharged, 'request')} stopped or lost on the way: perhaps charged${cost}`);
      }
      if (underWay > 0) printLine(io, underWayWords(done, io.typed));
    }
    return EXIT.ok;
  });
}

function underWayWords({ underWay, running, jobId, kind }: Canceled, typed: AsTyped): string {
  const one = kind === 'train' ? 'the training' : '1 picture';
  const sent = underWay === 1 ? `${one} was sent already and is` : `${underWay} pictures were sent already and are`;
  const who = running
    ? `the process that runs the job ends ${underWay === 1 ? 'it' : 'them'}`
    : `\`${typed(`resume ${jobId}`)}\` collects what was made`;
  return `${sent} perhaps paid: ${who}`;
}
