import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { coverageOf, type Coverage } from '../dataset/coverage.ts';
import { EXPORT_FORMATS, formatFor, layoutOf } from '../dataset/formats.ts';
import type { ExportFormat, Layout, TrainingImageFormat } from '../dataset/formats.ts';
import { exportKey, finishEarlier } from '../dataset/earlier.ts';
import { ForeignFiles, foreignIn } from '../dataset/ours.ts';
import type { TrainingFile } from '../dataset/training-file.ts';
import { defaultClass, defaultTrigger, isClass } from '../dataset/words.ts';
import { UserError } from '../errors.ts';
import { convertedTo } from '../images/convert.ts';
import { sha256Of } from '../images/hash.ts';
import type { RegisteredCharacter } from '../ledger/records.ts';
import { TRIGGER_WORD } from '../names.ts';
import { captionOf } from '../plan/caption.ts';
import { knownCharacter } from './characters.ts';
import type { Project } from './project.ts';
import { assertReplaceable, nothingChosen, nothingWritable } from './export-problems.ts';
import { chooseTrainingSet, type ChoiceOptions, type Chosen, type LeftOut } from './training-set.ts';

/** What is exported, and how. */
export interface ExportOptions extends ChoiceOptions {
  /** Whose trainer it is for. Default: `kohya`. */
  format?: ExportFormat | undefined;
  /** The word that stands for the character. Default: the config's `character.trigger`, else made from its name. */
  trigger?: string | undefined;
  /** What kind of thing it is. Default: from the character's gender. */
  className?: string | undefined;
  /** kohya: how often each picture is seen in an epoch, 1 to 1,000. Default: 10. */
  repeats?: number | undefined;
  /** Default: as the pictures are, where all trainers read that. */
  imageFormat?: TrainingImageFormat | undefined;
  /** A folder, or the zip file, relative to the current folder. Default: `training/<id>-<format>`. */
  to?: string | undefined;
  /** Tells what would be written, and writes nothing. */
  dryRun?: boolean | undefined;
}

/** One picture of an export. */
export interface ExportedImage {
  filename: string;
  /** Relative to the whole. */
  file: string;
  caption: string;
  /** Of the picture, as the ledger has it. */
  sha256: string;
  sizeBytes: number;
  /** How alike its face is, 0 … 1; null: nobody has compared it. */
  likeness: number | null;
}

/** What was exported. */
export interface Exported {
  characterId: string;
  characterName: string;
  format: ExportFormat;
  trigger: string;
  className: string;
  /** Only where the format has it. */
  repeats: number | null;
  /** Absolute: a folder, or a zip file. */
  path: string;
  isArchive: boolean;
  /** False for a dry run. */
  written: boolean;
  images: readonly ExportedImage[];
  /** File names of pictures that look the same, as far as they were compared. */
  lookAlike: readonly (readonly string[])[];
  leftOut: readonly LeftOut[];
  coverage: Coverage;
}

const REPEATS = { usual: 10, max: 1_000 };

/**
 * Writes the training pictures of a character with captions, as a trainer takes them. What was exported before is
 * replaced; nothing else is.
 * @throws {UserError} with every bad option; when no picture is good enough, with the reason of each; when something
 * else lies where the export would.
 */
export async function exportTrainingSet(
  project: Pick<Project, 'ledger' | 'caller' | 'clean' | 'services' | 'host'>,
  id: string,
  options: ExportOptions = {},
): Promise<Exported> {
  const { host, services, ledger } = project;
  const character = knownCharacter(project, id);
  const words = wordsOf(character, options);
  const { format, isArchive } = words;
  const set = await chooseTrainingSet(ledger.open(), character, { ...options, drawing: services.drawing });
  if (set.chosen.length === 0) throw nothingChosen(character.id, set.leftOut);
  const usual = `training/${character.id}-${format}${isArchive ? '.zip' : ''}`;
  const path = resolve(host.cwd, options.to ?? usual);
  if (options.dryRun !== true) await finishEarlier(path, (owner) => ledger.open().isRunning(owner));
  assertReplaceable(path, await foreignIn(path, isArchive));
  const looks = set.chosen.map((image) => ledger.open().images.look(image));
  const files = set.chosen.map((image, index) => {
    const file = `${words.folder === '' ? '' : `${words.folder}/`}${stemOf(image)}`;
    const as = formatFor(image.format, options.imageFormat);
    return { image, as, file: `${file}.${as}`, caption: captionOf(character.attributes, looks[index], words) };
  });
  const key = exportKey(ledger.open().owner, host.newKey());
  if (options.dryRun !== true) await write(path, files.flatMap(filesOf), { isArchive, key });
  return {
    characterId: character.id,
    characterName: character.name,
    format,
    trigger: words.trigger,
    className: words.className,
    repeats: format === 'kohya' ? words.repeats : null,
    path,
    isArchive,
    written: options.dryRun !== true,
    images: files.map(({ image: { filename, sha256, sizeBytes, likeness }, file, caption }) => {
      return { filename, file, caption, sha256, sizeBytes, likeness };
    }),
    lookAlike: set.lookAlike,
    leftOut: set.leftOut,
    coverage: coverageOf(looks, set.drawings),
  };
}

type Words = Layout & { format: ExportFormat; trigger: string; className: string; repeats: number };

/** @throws {UserError} that lists every bad option. */
function wordsOf({ id, attributes }: RegisteredCharacter, options: ExportOptions): Words {
  const { format = 'kohya', repeats = REPEATS.usual, minScore, imageFormat } = options;
  const { trigger = attributes.trigger ?? defaultTrigger(id), className = defaultClass(attributes) } = options;
  const wrong = (what: string, expected: string, got: unknown) =>
    `${what}: expected ${expected}, got ${Number.isNaN(got) ? 'no number' : JSON.stringify(got)}`;
  const problems = [
    ...(EXPORT_FORMATS.includes(format) ? [] : [wrong('format', EXPORT_FORMATS.join(', '), format)]),
    ...(TRIGGER_WORD.test(trigger) ? [] : [wrong('trigger', 'one word of letters, digits, - and _', trigger)]),
    ...(isClass(className) ? [] : [wrong('class', 'words of letters, such as woman', className)]),
    ...(Number.isInteger(repeats) && repeats >= 1 && repeats <= REPEATS.max
      ? []
      : [wrong('repeats', `a whole number from 1 to ${REPEATS.max}`, repeats)]),
    ...(minScore === undefined || (minScore >= 0 && minScore <= 1)
      ? []
      : [wrong('min-score', 'a number from 0 to 1, such as 0.85', minScore)]),
    ...(imageFormat === undefined || ['png', 'jpg'].includes(imageFormat)
      ? []
      : [wrong('image-format', 'png or jpg', imageFormat)]),
  ];
  if (problems.length > 0) throw new UserError('this can not be exported:', { problems });
  return { format, trigger, className, repeats, ...layoutOf(format, { trigger, className, repeats }) };
}

interface PlannedFile {
  image: Chosen;
  as: TrainingImageFormat;
  /** Of the picture. */
  file: string;
  caption: string;
}

function filesOf({ image, as, file, caption }: PlannedFile): TrainingFile[] {
  const atMs = image.createdAtMs;
  return [
    { name: file, atMs, isText: false, read: () => pictureAs(image, as) },
    { name: file.replace(/\.[a-z]+$/, '.txt'), atMs, isText: true, read: async () => Buffer.from(caption) },
  ];
}

async function pictureAs({ path, filename, sha256, format }: Chosen, as: TrainingImageFormat): Promise<Uint8Array> {
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined || sha256Of(bytes) !== sha256)
    throw new UserError(`${filename} ${bytes ? 'was changed' : 'is gone, or can not be read,'} since it was chosen`);
  return (as === 'jpg' ? 'jpeg' : as) === format ? bytes : convertedTo(bytes, as);
}

async function write(path: string, files: readonly TrainingFile[], how: { isArchive: boolean; key: string }) {
  try {
    if (how.isArchive) await (await import('../dataset/write-archive.ts')).writeArchive(path, files, how.key);
    else await (await import('../dataset/write-folder.ts')).writeFolder(path, files, how.key);
  } catch (error) {
    if (error instanceof ForeignFiles) assertReplaceable(path, error.problems);
    // Where the folder is there and takes no files: /proc.
    if ((error as { code?: unknown }).code === 'ENOENT') throw nothingWritable(path, error);
    throw error;
  }
}

function stemOf({ filename }: Chosen): string {
  return filename.replace(/\.[a-z]+$/, '');
}
