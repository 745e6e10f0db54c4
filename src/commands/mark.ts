import { UserError } from '../errors.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { printJson, printLine, type Io } from '../terminal/print.ts';
import { withImgGen, type CommonFlags } from './flags.ts';

/** Options of `imggen mark`. */
export interface MarkFlags extends CommonFlags {
  approve?: boolean | undefined;
  reject?: boolean | undefined;
  favorite?: boolean | undefined;
  /** The old spelling. */
  favourite?: boolean | undefined;
  clear?: boolean | undefined;
}

const MARKS = {
  approve: { review: 'approved' },
  reject: { review: 'rejected' },
  favorite: { favorite: true },
  clear: { review: null, favorite: false },
} as const;
const WORDS = { approve: 'approved', reject: 'rejected', favorite: 'favorite', clear: null } as const;

/** `imggen mark <image…> --approve|--reject|--favorite|--clear`. */
export function mark(io: Io, names: readonly string[], flags: MarkFlags): Promise<ExitCode> {
  const given = { ...flags, favorite: flags.favorite || flags.favourite };
  const chosen = (['approve', 'reject', 'favorite', 'clear'] as const).filter((name) => given[name]);
  const [only] = chosen;
  if (only === undefined || chosen.length > 1) {
    throw new UserError('say one of --approve, --reject, --favorite, --clear');
  }
  const value = WORDS[only];
  return withImgGen(io, flags, { configOptional: true }, async (imggen) => {
    const filenames = await imggen.mark(names, MARKS[only]);
    if (flags.json) printJson(io, { images: filenames.map((filename) => ({ filename, mark: value })) });
    else for (const filename of filenames) printLine(io, `${filename}: ${value ?? 'no mark'}`);
    return EXIT.ok;
  });
}
