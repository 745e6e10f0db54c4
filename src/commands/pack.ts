import { UserError } from '../errors.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { printDryRun } from '../terminal/dry-run.ts';
import type { Io } from '../terminal/print.ts';
import { showRun } from '../terminal/show-run.ts';
import { withImgGen, type MakingFlags } from './flags.ts';

/** Options of `imggen pack`. */
export interface PackFlags extends MakingFlags {
  count?: string | undefined;
  scene?: readonly string[] | undefined;
  /** `false`: the catalogue's, whatever the config says. */
  scenes?: string | false | undefined;
  outfit?: string | undefined;
  context?: string | undefined;
  /** `false`: without the character's LoRA. commander's default is `true`. */
  lora?: boolean | undefined;
}

/** `imggen pack [character] --count N`, `--scene TEXT`: gallery pictures. */
export function pack(io: Io, character: string | undefined, flags: PackFlags): Promise<ExitCode> {
  const count = countOf(io, flags.count);
  return withImgGen(io, flags, { configOptional: character !== undefined }, async (imggen) => {
    assertSaid(io, flags, imggen.config.scenes.length > 0);
    const { key, relock, yes } = flags;
    const basics = { character, count, key, relock, fresh: flags.new, lora: flags.lora, acceptUnreadStore: yes };
    const what = { ...basics, ...scenesOf(flags), outfit: flags.outfit, contextFile: flags.context };
    if (flags.dryRun) {
      printDryRun(io, flags, [await imggen.planPack(what)]);
      return EXIT.ok;
    }
    const how = { ...flags, drainMs: imggen.config.drainMs };
    return showRun(io, how, (options) => imggen.pack({ ...options, ...what }));
  });
}

/** @throws {UserError} when nothing tells how many pictures are wanted. */
function assertSaid(io: Io, { count, scene, scenes }: PackFlags, inConfig: boolean): void {
  if (count !== undefined || scene !== undefined || scenes || (inConfig && scenes !== false)) return;
  throw new UserError('how many pictures? --count is missing', {
    hint: `for example: ${io.typed('pack --count 8')}, or ${io.typed('pack --scene "on a balcony in Lisbon"')}`,
  });
}

function scenesOf({ scene, scenes }: PackFlags): { scenes?: readonly string[]; scenesFile?: string } {
  if (scenes === false) return { scenes: scene ?? [] };
  return { ...(scene ? { scenes: scene } : {}), ...(scenes === undefined ? {} : { scenesFile: scenes }) };
}

// Not commander's own required option: its complaint would hide a mistyped `--cuont`.
function countOf(io: Io, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  const shown = JSON.stringify(text.slice(0, 40));
  throw new UserError(`--count: expected a whole number from 1 to 100000, got ${shown}`, {
    hint: `for example: ${io.typed('pack --count 8')}`,
  });
}
