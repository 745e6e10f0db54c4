import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { printJson, printText, type Io } from '../terminal/print.ts';
import { withImgGen, type CommonFlags } from './flags.ts';

/** `imggen use <image>`: makes a picture the face of all later ones. */
export function use(io: Io, name: string, flags: CommonFlags): Promise<ExitCode> {
  return withImgGen(io, flags, { configOptional: true }, async (imggen) => {
    const used = await imggen.use(name);
    if (flags.json) printJson(io, used);
    else {
      const before = used.before === null || used.before === used.filename ? '' : ` (before: ${used.before})`;
      printText(io, `${used.filename} is the face of ${used.characterId} from now on${before}`);
      if (used.isDrawing)
        printText(io, 'warning: it is a drawing. Models that take the face get it, and may answer with drawings');
    }
    return EXIT.ok;
  });
}
