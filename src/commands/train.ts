import type { TrainOptions } from '../app/train-plan.ts';
import { printable } from '../sanitize.ts';
import { canAsk, confirm } from '../terminal/confirm.ts';
import { EXIT_OF_RUN, type ExitCode, EXIT } from '../terminal/exit-codes.ts';
import { passInterrupts } from '../terminal/interrupts.ts';
import { printJson, printLine, printNote, printText, type Io } from '../terminal/print.ts';
import { planLines, progressLines, trainedLines } from '../terminal/trained.ts';
import { withImgGen, type MakingFlags } from './flags.ts';

/** Options of `imggen train`. */
export interface TrainFlags extends MakingFlags {
  steps?: string | undefined;
  trigger?: string | undefined;
  class?: string | undefined;
  minScore?: string | undefined;
  gallery?: boolean | undefined;
  destination?: string | undefined;
}

/** `imggen train <id>`: a LoRA from a character's pictures. */
export function train(io: Io, id: string, { provider, ...flags }: TrainFlags): Promise<ExitCode> {
  return withImgGen(io, flags, { configOptional: true }, async (imggen) => {
    const options = { ...optionsOf(id, flags), provider };
    if (flags.dryRun) {
      const plan = await imggen.planTrain(options);
      if (flags.json) printJson(io, plan);
      else for (const line of planLines(plan)) printText(io, printable(line));
      return EXIT.ok;
    }
    const asks = !flags.yes && !flags.json && canAsk(io.terminal);
    const lineOf = progressLines(flags, io.host.elapsed);
    const run = imggen.train({
      ...options,
      onEvent: (event) => {
        const line = lineOf(event);
        if (line !== undefined) printNote(io, printable(line));
      },
      ...(flags.yes ? { confirm: () => true } : {}),
      ...(asks ? { confirm: (question) => confirm(io.terminal, question) } : {}),
    });
    const off = passInterrupts(run, io.terminal, imggen.config.drainMs);
    try {
      const trained = await run.result;
      if (flags.json) printJson(io, trained);
      else for (const line of trainedLines(trained, io.host.cwd, io.typed)) printLine(io, printable(line));
      return EXIT_OF_RUN[trained.status];
    } finally {
      off();
    }
  });
}

function optionsOf(characterId: string, flags: TrainFlags): TrainOptions {
  const { steps, trigger, class: className, minScore, gallery, destination, key } = flags;
  return {
    characterId,
    steps: steps === undefined ? undefined : Number(steps),
    trigger,
    className,
    minScore: minScore === undefined ? undefined : Number(minScore),
    gallery,
    destination,
    key,
    fresh: flags.new,
  };
}
