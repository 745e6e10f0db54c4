/** Other takes of pictures that are there. */
import { UserError } from '../errors.ts';
import type { Connection } from './connection.ts';
import { imageWhere } from './image-rows.ts';
import { findOrMake, type JobBasics, type NewShot, type OpenedJob } from './new-job.ts';
import type { Image } from './records.ts';
import { shotById } from './rows.ts';
import { freshSeed } from './second-take.ts';

/** Another take of one picture. */
export interface Take {
  imageId: number;
  /**
   * The seed of take number `take` (1, 2, …) of this picture: 0 … 2^32 − 1, another for each.
   * Called inside the transaction, so that two rerolls at once get different ones.
   */
  seedOf: (take: number) => number;
}

/** What a reroll asks for: pictures of one character. */
export interface RerollRequest extends JobBasics {
  takes: readonly Take[];
}

/**
 * Finds or makes the job of other takes: shots with the same look, prompt and kind, another seed, linked to the picture
 * that each replaces. Inside a transaction. @throws {UserError} for pictures that no shot of this ledger made.
 */
export function rerollJob(connection: Connection, request: RerollRequest): OpenedJob {
  const { takes, ...basics } = request;
  const pictures = takes.map((take) => ({ ...take, image: stored(connection, take.imageId) }));
  assertMadeHere(pictures.map(({ imageId, image }) => image ?? { filename: String(imageId), shotId: null }));
  const keys = new Set(pictures.map(({ image }) => image?.characterKey));
  const [characterKey] = keys;
  if (characterKey === undefined || keys.size > 1) throw new Error('a reroll is of pictures of one character');
  return findOrMake(connection, {
    ...basics,
    characterKey,
    kind: 'reroll',
    imageCount: takes.length,
    replaces: takes.map(({ imageId }) => imageId),
    shots: () => shotsOf(connection, pictures),
  });
}

/** @throws {UserError} that lists the pictures that no shot of this ledger made, or when there are none. */
export function assertMadeHere(images: readonly Pick<Image, 'filename' | 'shotId'>[]): void {
  const foreign = images.filter(({ shotId }) => shotId === null);
  if (images.length > 0 && foreign.length === 0) return;
  throw new UserError('these pictures can not be made again:', {
    problems:
      images.length === 0
        ? ['no picture is named']
        : foreign.map(({ filename }) => `${filename}: it was not made by this ledger`),
    hint: 'name pictures that were made here',
    advice: { code: 'list-pictures' },
  });
}

/** How many other takes of a picture were asked for, whatever became of them. */
export function takesOf(connection: Connection, imageId: number): number {
  const sql = 'SELECT COUNT(*) n FROM shots INDEXED BY shots_replacing WHERE replaces_image_id = ?';
  return connection.get<{ n: number }>(sql, imageId)?.n ?? 0;
}

function stored(connection: Connection, imageId: number): Image | undefined {
  return imageWhere(connection, { where: `i.id = ? AND i.state = 'stored'` }, imageId);
}

function* shotsOf(
  connection: Connection,
  takes: readonly { image: Image | undefined; seedOf: Take['seedOf'] }[],
): Generator<NewShot> {
  const names = new Set<string>();
  for (const { image, seedOf } of takes) {
    if (!image?.shotId) continue;
    const { look, prompt, kind, settings, sourceImageId, name: before } = shotById(connection, image.shotId);
    const name = freeName(before, names);
    names.add(name);
    const asked = { characterKey: image.characterKey, prompt };
    const seed = freshSeed(connection, asked, seedOf, takesOf(connection, image.id) + 1);
    yield { name, kind, look, prompt, seed, settings, sourceImageId, replacesImageId: image.id };
  }
}

/** Two takes of one picture, or pictures of two packs, may have the same name. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let n = 1; ; n += 1) {
    const candidate = n === 1 ? name : `${name}-${n}`;
    if (!taken.has(candidate)) return candidate;
  }
}
