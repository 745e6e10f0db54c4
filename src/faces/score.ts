/** How alike faces are: from distances to a score of a picture, and of a set of pictures. Pure. */
import type { Face, PictureFaces, Pose } from './embedder.ts';
import { spreadOf } from './pose.ts';
import { nearDuplicates } from './similar.ts';

/** Below this height a face has too few pixels for its descriptor to be trusted. */
export const SMALL_PX = 80;
/** What a picture is compared with at most: to compare a pack of a thousand with itself makes a million. */
const COMPARED_MAX = 100;

/**
 * The probability that two faces are the same person's, 0 … 1, by the distance of their descriptors. A logistic curve
 * fitted on 4,906 pairs of photographs: 0.5 at 0.623, 0.85 at 0.555. dlib's own rule, d < 0.6 for the same person
 * (Davis King, dlib face recognition model v1: blog.dlib.net/2017/02), is 0.64 here.
 */
export function likeness(distance: number): number {
  return 1 / (1 + Math.exp(25.66 * distance - 15.98));
}

/** The Euclidean distance of two descriptors. 0: the same; beyond 0.6: dlib takes them for two people. */
export function distanceOf(a: Pick<Face, 'descriptor'>, b: Pick<Face, 'descriptor'>): number {
  let sum = 0;
  for (const [index, value] of a.descriptor.entries()) sum += (value - (b.descriptor[index] ?? 0)) ** 2;
  return Math.sqrt(sum);
}

/** A picture that was read. */
export interface ReadPicture {
  /** Tells it from the others: a file name, a path. */
  name: string;
  /** undefined: it is a drawing for sure, and was not read. */
  faces: PictureFaces | undefined;
}

/**
 * Why a picture has no score: its face is drawn, there is none, nothing else has a face to compare with, it is the
 * reference itself, or it can't be decoded.
 */
export type Unscored = 'drawing' | 'no-face' | 'nothing-to-compare' | 'reference' | 'not-decodable';

/** How alike one picture is. */
export interface PictureScore {
  name: string;
  /** Mean likeness to the references, 0 … 1; null: none, `why` tells the reason. */
  score: number | null;
  why: Unscored | null;
  /** Of the descriptors, by the name of what it was compared with: the nearest 100. */
  distances: Readonly<Record<string, number>>;
  facesFound: number;
  /** Height of the face as the network sees it, where the longest side is at most 640 pixels; null: no face. */
  facePx: number | null;
  pose: Pose | null;
  hash: string | null;
}

/** How alike the pictures of a set are. Names are those of pictures. */
export interface SetScore {
  /** Mean of the scores, 0 … 1; null: no picture has one. */
  score: number | null;
  lowest: string | null;
  /** Photographs in which no face was found. */
  notFound: readonly string[];
  /** With more than one face. */
  several: readonly string[];
  /** With a face under 80 pixels. */
  small: readonly string[];
  drawings: readonly string[];
  /** How varied the poses are, in degrees; 0 for copies, null for fewer than two faces. */
  poseSpread: number | null;
  /** Groups of pictures that look the same. */
  nearDuplicates: readonly (readonly string[])[];
  pictures: readonly PictureScore[];
}

/** Scores pictures against references; without any, each against the rest. */
export function scoreSet(pictures: readonly ReadPicture[], references: readonly ReadPicture[] = []): SetScore {
  const shown = shownBy(references.length > 0 ? references : pictures);
  const others = references.length > 0 ? shown : sampled(shown);
  const scored = pictures.map((picture) => scorePicture(picture, others, references.length > 0));
  const withScore = scored.filter(({ score }) => score !== null);
  const names = (fits: (picture: PictureScore) => boolean) => scored.filter(fits).map(({ name }) => name);
  const spread = spreadOf(scored.flatMap(({ pose }) => pose ?? []));
  return {
    score: withScore.length === 0 ? null : mean(withScore.map(({ score }) => score ?? 0)),
    lowest: withScore.toSorted((a, b) => (a.score ?? 0) - (b.score ?? 0))[0]?.name ?? null,
    notFound: names(({ why }) => why === 'no-face'),
    several: names(({ facesFound, why }) => facesFound > 1 && why !== 'drawing'),
    small: names(({ facePx }) => facePx !== null && facePx < SMALL_PX),
    drawings: names(({ why }) => why === 'drawing'),
    poseSpread: spread ?? null,
    nearDuplicates: nearDuplicates(scored.flatMap(({ name, hash }) => (hash === null ? [] : [{ name, hash }]))),
    pictures: scored,
  };
}

/** The largest face of each picture that shows one. */
export function shownBy(pictures: readonly ReadPicture[]): { name: string; face: Face }[] {
  return pictures.flatMap(({ name, faces }) => {
    const face = photographed(faces)[0];
    return face ? [{ name, face }] : [];
  });
}

/** One picture against others; it is not compared with itself. */
export function scorePicture(
  { name, faces }: ReadPicture,
  others: readonly { name: string; face: Face }[],
  areReferences: boolean,
): PictureScore {
  const own = photographed(faces);
  const compared = others.filter((other) => other.name !== name);
  const rows = own.map((face) => ({
    face,
    distances: compared.map((other) => ({ name: other.name, distance: distanceOf(face, other.face) })),
  }));
  const score = (row: (typeof rows)[number]) => mean(row.distances.map(({ distance }) => likeness(distance)));
  // Of several faces the most alike is the character's; where nothing is compared, the largest.
  const best = compared.length === 0 ? rows[0] : rows.toSorted((a, b) => score(b) - score(a))[0];
  const common = {
    name,
    facesFound: faces?.facesFound ?? 0,
    facePx: best?.face.seenPx ?? null,
    pose: best?.face.pose ?? null,
    hash: faces?.hash ?? null,
  };
  if (!best) return { ...common, score: null, why: isDrawing(faces) ? 'drawing' : 'no-face', distances: {} };
  if (compared.length > 0) return { ...common, score: score(best), why: null, distances: told(best.distances) };
  const why = areReferences && others.length > 0 ? 'reference' : 'nothing-to-compare';
  return { ...common, score: null, why, distances: {} };
}

/** As many as a picture is compared with, from all over a set. */
export function sampled<T>(all: readonly T[]): readonly T[] {
  const every = Math.ceil(all.length / COMPARED_MAX);
  return all.filter((_, index) => index % every === 0);
}

function told(distances: readonly { name: string; distance: number }[]): Record<string, number> {
  const nearest = distances.toSorted((a, b) => a.distance - b.distance).slice(0, COMPARED_MAX);
  return Object.fromEntries(nearest.map(({ name, distance }) => [name, distance]));
}

/** The faces of a picture that are no drawings, largest first. */
export function photographed(faces: PictureFaces | undefined): Face[] {
  return (faces?.faces ?? []).filter((face) => !face.isDrawn);
}

/** Also where no face was found: a picture of which it was known. */
function isDrawing(faces: PictureFaces | undefined): boolean {
  return faces === undefined || (faces.faces.length > 0 && faces.faces.every((face) => face.isDrawn));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
