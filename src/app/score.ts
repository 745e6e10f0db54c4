/** Is it the same face? Pictures of a character, of a folder, or files: read here, on this machine. */
import { resolve } from 'node:path';
import { UserError } from '../errors.ts';
import type { Embedder } from '../faces/embedder.ts';
import { hashFile } from '../images/hash.ts';
import { scoreSet, type PictureScore, type ReadPicture, type SetScore } from '../faces/score.ts';
import type { Project } from './project.ts';
import { pictureFiles, scorable, shown, type Scorable } from './scorable.ts';
import { usualReferences, type Against } from './score-references.ts';

/** What is scored against what. */
export interface ScoreOptions {
  /** A character's id, file names of pictures (`mira-sol/3`), folders, files. */
  what: readonly string[];
  /** Files or folders of pictures of the face. Default: the character's references, else its avatar, else the rest. */
  references?: readonly string[] | undefined;
  /** Aborted: the pictures that were not read yet are left out. */
  signal?: AbortSignal | undefined;
  /** Told after each picture that was read. */
  onRead?: ((done: number, all: number) => void) | undefined;
}

/** A picture of a report. */
export interface ScoredPicture extends Omit<PictureScore, 'name'> {
  /** File name; of a file that is in no ledger its path, relative to the current folder where it is below it. */
  name: string;
  /** Absolute. */
  path: string;
}

/** How alike the pictures are. Lists hold names of pictures. */
export interface ScoreReport extends Omit<SetScore, 'pictures'> {
  /** Name and version of the network. Scores of two networks are not comparable. */
  model: string;
  /** null: the pictures are files, or of several characters. */
  characterId: string | null;
  /** What each was compared with: `pack` means the other pictures. */
  against: Against;
  references: readonly string[];
  /** Pictures that can't be decoded, and why. */
  unreadable: readonly { name: string; message: string }[];
  /** Pictures of the ledger whose files were changed since they were made: their scores are not kept. */
  changed: readonly string[];
  images: readonly ScoredPicture[];
}

/** What scoring needs of a project. */
export type ScoringProject = Pick<Project, 'config' | 'ledger' | 'caller' | 'clean' | 'services' | 'host'>;

/** Scores pictures. @throws {UserError} that lists every name that is none. */
export async function score(project: ScoringProject, options: ScoreOptions): Promise<ScoreReport> {
  const { pictures, character } = scorable(project, options.what);
  if (pictures.length === 0) {
    const where = options.what.map((name) => JSON.stringify(project.clean(name))).join(', ');
    throw new UserError(`there are no pictures to score in ${where}`, { hint: 'PNG, JPEG and WebP files are read' });
  }
  const given = options.references === undefined ? undefined : await givenReferences(project, options.references);
  const { against, references } = given ?? (await usualReferences(project, character));
  const changed: string[] = [];
  const { FaceThread } = await import('../faces/thread.ts');
  const embedder = new FaceThread();
  try {
    const all = [...new Map([...references, ...pictures].map((one) => [one.path, one])).values()];
    const read: Read = { faces: new Map(), unreadable: [] };
    const of = (ones: readonly Scorable[]) => ones.flatMap(({ path }) => read.faces.get(path) ?? []);
    const keepThose = async (ones: readonly Scorable[], compared: readonly ReadPicture[]) => {
      const { pictures: scored } = scoreSet(of(ones), compared);
      const what = { pictures: ones, scored, against, read: read.faces, model: embedder.model };
      changed.push(...(await keep(project, what)));
    };
    await readAll(embedder, { all, read, options, pictures: references });
    const compared = of(references);
    if (given && !compared.some(({ faces }) => faces?.faces.some((face) => !face.isDrawn)))
      throw new UserError('no face was found in what the pictures were to be compared with', {
        problems: references.map(({ name }) => name),
        hint: 'name pictures that show the face from near, or none: the pictures are then compared with each other',
      });
    // What each is compared with is there: a run that is killed has kept what it has read.
    const afterEach = given || compared.length === 0 ? undefined : (one: Scorable) => keepThose([one], compared);
    await readAll(embedder, { all, read, options, pictures, afterEach });
    if (!given && compared.length === 0) await keepThose(pictures, []);
    const told = pictures.filter((one) => !one.isOneOfAll || counts(project, one));
    const { pictures: scored, ...set } = scoreSet(of(told), compared);
    const pathOf = new Map(pictures.map(({ name, path }) => [name, path]));
    return {
      model: embedder.model,
      characterId: character?.id ?? null,
      against: compared.length > 0 ? against : 'pack',
      references: compared.map(({ name }) => name),
      ...set,
      unreadable: read.unreadable,
      changed,
      images: scored.map((one) => ({ ...one, path: pathOf.get(one.name) ?? '' })),
    };
  } finally {
    await embedder.close();
  }
}

/** False when another take has replaced a picture of the ledger. */
function counts({ ledger }: Pick<ScoringProject, 'ledger'>, { image }: Scorable): boolean {
  return image === undefined || ledger.open().images.find(image.id)?.supersededBy === null;
}

/**
 * Scores of the ledger's pictures against what they usually are compared with are kept, with the raw distances. Returns
 * the names of those that were changed since they were made: what they show now is told, and not kept.
 */
async function keep(
  { ledger, config }: ScoringProject,
  of: {
    pictures: readonly Scorable[];
    scored: readonly PictureScore[];
    against: Against;
    read: ReadonlyMap<string, ReadPicture>;
    model: string;
  },
): Promise<string[]> {
  const scores = new Map(of.scored.map((one) => [one.name, one]));
  const changed: string[] = [];
  for (const { name, path, image } of of.pictures) {
    const one = scores.get(name);
    if (!image || !one || one.why === 'drawing') continue;
    const sums = await hashFile(path).catch(() => undefined);
    if (sums?.sha256 !== image.sha256) {
      changed.push(name);
      continue;
    }
    const { score: likeness, distances, why, facesFound, facePx, pose, hash } = one;
    const embedding = config.faces.keep ? of.read.get(path)?.faces?.faces[0]?.descriptor : undefined;
    const details = { why, against: of.against, facesFound, facePx, pose, hash };
    const row = { imageId: image.id, model: of.model, score: likeness, distances, details, embedding };
    ledger.open().scores.write(row);
    if (image.shotId !== null) ledger.open().takes.keepBest(image.shotId);
  }
  return changed;
}

async function givenReferences({ host }: Pick<Project, 'host'>, names: readonly string[]) {
  const problems: string[] = [];
  const references = names.flatMap((name): Scorable[] => {
    const files = pictureFiles(resolve(host.cwd, name));
    if (files === undefined || files.length === 0) problems.push(`${name}: no such picture, or folder of pictures`);
    return (files ?? []).map((path) => ({ name: shown(host.cwd, path), path, isDrawing: false }));
  });
  if (problems.length > 0) throw new UserError('these references are not there:', { problems });
  return { against: 'references' as const, references };
}

/** What was read, by path, and what could not be. */
interface Read {
  faces: Map<string, ReadPicture>;
  unreadable: { name: string; message: string }[];
}

/** Reads pictures, each once: `all` are those of the whole command. */
async function readAll(
  embedder: Embedder,
  of: {
    all: readonly Scorable[];
    pictures: readonly Scorable[];
    read: Read;
    options: Pick<ScoreOptions, 'signal' | 'onRead'>;
    afterEach?: ((one: Scorable) => Promise<void>) | undefined;
  },
): Promise<void> {
  const { faces, unreadable } = of.read;
  for (const one of of.pictures) {
    const { name, path, isDrawing } = one;
    if (of.options.signal?.aborted) break;
    try {
      if (!faces.has(path)) faces.set(path, { name, faces: isDrawing ? undefined : await embedder.read(path) });
    } catch (error) {
      if (!unreadable.some((known) => known.name === name))
        unreadable.push({ name, message: error instanceof Error ? error.message : String(error) });
    }
    await of.afterEach?.(one);
    of.options.onRead?.(faces.size + unreadable.length, of.all.length);
  }
}
