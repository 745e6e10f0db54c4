/** The faces of test/fixtures/faces as they were read once (test/recordings/faces.json), to score without reading. */
import { readFileSync } from 'node:fs';
import type { Face, PictureFaces } from '../../src/faces/embedder.ts';
import type { ReadPicture } from '../../src/faces/score.ts';

/** A picture as it was recorded: one face, with what scores need of it. */
interface Recorded {
  seenPx: number;
  /** Yaw, pitch, roll in degrees. */
  pose: readonly [number, number, number];
  hash: string;
  descriptor: readonly number[];
}

/** Four invented people, ten shots each. */
export const PEOPLE = ['ana', 'kenji', 'kofi', 'maya'] as const;

const { pictures } = JSON.parse(readFileSync(new URL('../recordings/faces.json', import.meta.url), 'utf8')) as {
  pictures: Record<string, Recorded>;
};

/** All that was recorded, by `ana/01`. */
export const RECORDED: Readonly<Record<string, Recorded>> = pictures;

/** The ten pictures of a person, each with one face. */
export function pack(person: (typeof PEOPLE)[number]): ReadPicture[] {
  return Object.entries(pictures)
    .filter(([name]) => name.startsWith(`${person}/`))
    .map(([name, recorded]) => ({ name, faces: picture(recorded) }));
}

function picture({ hash, ...recorded }: Recorded): PictureFaces {
  return { faces: [face(recorded)], facesFound: 1, hash, width: 400, height: 400 };
}

/** A face as it was read. */
export function face({ seenPx, pose: [yaw, pitch, roll], descriptor }: Omit<Recorded, 'hash'>): Face {
  const box = { x: 100, y: 100, width: seenPx, height: seenPx };
  return { box, seenPx, confidence: 1, descriptor, pose: { yaw, pitch, roll }, isDrawn: false };
}
