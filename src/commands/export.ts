import { relative } from 'node:path';
import type { Exported, ExportOptions } from '../app/export.ts';
import { printable } from '../sanitize.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { printJson, printText, type Io } from '../terminal/print.ts';
import { count } from '../views/format.ts';
import { withImgGen, type FolderFlags } from './flags.ts';

/** Options of `imggen export`. */
export interface ExportFlags extends FolderFlags {
  format?: string | undefined;
  trigger?: string | undefined;
  class?: string | undefined;
  repeats?: string | undefined;
  imageFormat?: string | undefined;
  minScore?: string | undefined;
  gallery?: boolean | undefined;
  to?: string | undefined;
  dryRun?: boolean | undefined;
}

/** `imggen export <id>`: the training pictures as a trainer takes them. */
export function exportSet(io: Io, id: string, flags: ExportFlags): Promise<ExitCode> {
  return withImgGen(io, flags, { configOptional: true }, async (imggen) => {
    const exported = await imggen.export(id, optionsOf(flags));
    if (flags.json) printJson(io, exported);
    else for (const line of linesOf(exported, io.host.cwd)) printText(io, printable(line));
    return EXIT.ok;
  });
}

function optionsOf(flags: ExportFlags): ExportOptions {
  const { trigger, class: className, repeats, minScore, gallery, to, dryRun } = flags;
  return {
    // As it was typed: the library checks it, and lists everything that is wrong at once.
    format: flags.format as ExportOptions['format'],
    imageFormat: flags.imageFormat as ExportOptions['imageFormat'],
    trigger,
    className,
    repeats: repeats === undefined ? undefined : Number(repeats),
    minScore: minScore === undefined ? undefined : Number(minScore),
    gallery,
    to,
    dryRun,
  };
}

const FOR: Readonly<Record<Exported['format'], (path: string, exported: Exported) => string>> = {
  kohya: (path) => `--train_data_dir ${path} --caption_extension .txt (sd-scripts)`,
  'ai-toolkit': (path, { trigger }) => `folder_path: ${path}, trigger_word: ${trigger} (ai-toolkit)`,
  fluxgym: (_, { trigger }) => `drop its files on the page, with the trigger word ${trigger} (fluxgym)`,
  replicate: (_, { trigger }) => `input_images, with trigger_word: ${trigger} (Replicate)`,
  fal: (_, { trigger }) => `images_data_url, with trigger_word: ${trigger} (fal)`,
};

function linesOf(exported: Exported, cwd: string): string[] {
  const { images, characterName, characterId, format, trigger, className, coverage, leftOut, written, lookAlike } =
    exported;
  const near = relative(cwd, exported.path);
  const where = near.startsWith('..') ? exported.path : near;
  const many = count(images.length, 'picture');
  const counted: [what: string, text: string][] = [
    ['angles', counts(coverage.angles, coverage.missing.angles)],
    ['framing', counts(coverage.framing, coverage.missing.framing)],
    ['expressions', counts(coverage.expressions, coverage.missing.expressions)],
    ['light', counts(coverage.light)],
    ['places', counts(coverage.places)],
  ];
  return [
    `${many} of ${characterName} (${characterId}) for ${format}: trigger word ${trigger}, class ${className}`,
    `  ${written ? 'in' : 'would be in'} ${where}`,
    `  use: ${FOR[format](where, exported)}`,
    ...counted.map(([what, text]) => `  ${what.padEnd(12)} ${text === '' ? 'unknown' : text}`),
    ...coverage.warnings.map((warning) => `  note: ${warning}`),
    ...lookAlike.map((names) => `  note: ${names.join(' and ')} look the same: reject all but one`),
    ...(leftOut.length === 0 ? [] : [`  left out     ${count(leftOut.length, 'picture')}`]),
    ...leftOut.map(({ filename, reason }) => `    ${filename}: ${reason}`),
    ...(written ? [] : ['', ...images.map(({ file, caption }) => `  ${file}: ${caption}`)]),
  ];
}

/** `front 3, profile left 1; none: slightly above`. */
function counts(of: Readonly<Record<string, number>>, missing: readonly string[] = []): string {
  const some = Object.entries(of).map(([word, number]) => `${word} ${number}`);
  const none = missing.length === 0 || some.length === 0 ? '' : `; none: ${missing.join(', ')}`;
  return some.join(', ') + none;
}
