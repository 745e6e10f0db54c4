import { existingLedger, withHouse, type CommonFlags } from '../app/house.ts';
import { namedImages } from '../app/images.ts';
import { printJson, printLine } from '../terminal/print.ts';
import type { Host } from '../host.ts';
import { EXIT, UserError, type ExitCode } from '../errors.ts';

/** Options of `imggen mark`. */
export interface MarkFlags extends CommonFlags {
  approve?: boolean;
  reject?: boolean;
  favorite?: boolean;
  clear?: boolean;
}

/** `imggen mark <image…> --approve|--reject|--favorite|--clear`. */
export function mark(host: Host, names: readonly string[], flags: MarkFlags): Promise<ExitCode> {
  const chosen = (['approve', 'reject', 'favorite', 'clear'] as const).filter((name) => flags[name]);
  const [only] = chosen;
  if (only === undefined || chosen.length > 1)
    throw new UserError('say one of --approve, --reject, --favorite, --clear');
  const value = ({ approve: 'approved', reject: 'rejected', favorite: 'favorite', clear: null } as const)[only];
  return withHouse<ExitCode>(host, flags, { configOptional: true }, async (house) => {
    const ledger = existingLedger(house);
    const images = namedImages(house, ledger, names).flatMap((one) => one.images);
    for (const image of images) ledger.images.mark(image.id, value);
    if (flags.json) printJson(house, { images: images.map(({ filename }) => ({ filename, mark: value })) });
    else for (const { filename } of images) printLine(house, `${filename}: ${value ?? 'no mark'}`);
    return EXIT.ok;
  });
}
