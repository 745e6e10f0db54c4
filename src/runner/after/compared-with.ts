/** What the pictures of a job are compared with. */
import { basename } from 'node:path';
import type { PictureFaces } from '../../faces/embedder.ts';
import type { ReadPicture } from '../../faces/score.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Job } from '../../ledger/records.ts';
import { faceFor, fileOf } from '../face.ts';

/** The faces that pictures are compared with; none: with the other pictures of the job. */
export interface Compared {
  against: 'references' | 'avatar' | 'pack';
  references: readonly ReadPicture[];
}

/** What is looked for, and how it is read. */
interface Sources {
  ledger: Pick<Ledger, 'images'>;
  drawing: ReadonlySet<string> | undefined;
  outputs: readonly string[];
  read: (path: string) => Promise<PictureFaces>;
}

/** The face references of a job, else the avatar of its character, else nothing; only such that show a face. */
export async function comparedWith(sources: Sources, job: Job): Promise<Compared> {
  const given = job.settings.references.filter(({ role }) => role === 'face').map(({ picture }) => picture);
  if (given.length > 0) {
    const references = await shown(
      sources,
      given.map((path) => ({ name: basename(path), path })),
    );
    return references.length > 0 ? { against: 'references', references } : { against: 'pack', references };
  }
  const { images } = sources.ledger;
  const { drawing = new Set() } = sources;
  const chosen = images.chosenFace(job.characterKey);
  const avatar = faceFor({ faces: images.faces(job.characterKey), chosen, drawing });
  const path = avatar && fileOf(avatar, sources.outputs);
  if (!avatar || path === undefined || drawing.has(avatar.provider)) return { against: 'pack', references: [] };
  const references = await shown(sources, [{ name: avatar.filename, path }]);
  return { against: references.length > 0 ? 'avatar' : 'pack', references };
}

async function shown(
  { read }: Sources,
  pictures: readonly { name: string; path: string }[],
): Promise<readonly ReadPicture[]> {
  const found: ReadPicture[] = [];
  for (const { name, path } of pictures) {
    const faces = await read(path);
    if (faces.faces.some(({ isDrawn }) => !isDrawn)) found.push({ name, faces });
  }
  return found;
}
