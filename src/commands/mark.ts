import type { Marks } from '../app/marks.ts';
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

const MARKS: Readonly<Record<'approve' | 'reject' | 'favorite' | 'clear', Marks>> = {
  approve: { review: 'approved' },
  reject: { review: 'rejected' },
  favorite: { favorite: true },
  clear: { review: null, favorite: false },
};

/** `imggen mark <image…> --approve|--reject|--favorite|--clear`; a review and `--favorite` may come together. */
export function mark(io: Io, names: readonly string[], flags: MarkFlags): Promise<ExitCode> {
  const given = { ...flags, favorite: flags.favorite || flags.favourite };
  const chosen = (['approve', 'reject', 'favorite', 'clear'] as const).filter((name) => given[name]);
  const reviews = chosen.filter((name) => name !== 'favorite');
  if (chosen.length === 0 || reviews.length > 1 || (given.clear && chosen.length > 1)) {
    throw new UserError('say one of --approve, --reject, --clear, or --favorite, also with --approve or --reject');
  }
  const marks = chosen.reduce<Marks>((all, name) => ({ ...all, ...MARKS[name] }), {});
  const words = [marks.review ?? [], marks.favorite ? 'favorite' : []].flat();
  const warn = (message: string) => void io.terminal.stderr.write(`${message}\n`);
  return withImgGen(io, flags, { configOptional: true }, async (imggen) => {
    const filenames = await imggen.mark(names, marks, { warn });
    if (flags.json) printJson(io, { images: filenames.map((filename) => ({ filename, mark: words[0] ?? null })) });
    else for (const filename of filenames) printLine(io, `${filename}: ${words.join(', ') || 'no mark'}`);
    return EXIT.ok;
  });
}
