import { pathToFileURL } from 'node:url';
import type { SeedHonored } from '../events.ts';
import type { Image } from '../ledger/records.ts';
import { usdOf } from '../money.ts';
import { addressOf } from './addresses.ts';
import { galleryImages, type GalleryOptions } from './gallery-images.ts';
import type { Project } from './project.ts';
import { sentReferences, type SentReference } from './sent-with.ts';
import type { Services } from './services.ts';

/** A picture in a gallery. */
export interface Picture {
  /** Where it can be seen: in the store, else on disk. */
  url: string;
  publicId: string | null;
  filename: string;
  /** ISO 8601. */
  createdAt: string;
  kind: string;
  /** The shot's name. */
  shot: string;
  /** Absolute; null when only the store has it. */
  path: string | null;
  thumbnailUrl: string | null;
  sizeBytes: number;
  width: number;
  height: number;
  provider: string;
  model: string;
  seed: number;
  seedHonored: SeedHonored;
  costUsd: number;
  prompt: string;
  /** The review, else whether it is a favorite. */
  mark: 'approved' | 'rejected' | 'favorite' | null;
  review: 'approved' | 'rejected' | null;
  favorite: boolean;
  /** File name of the picture that it was edited from; null: it is no edit. */
  source: string | null;
  /** It stands in for a picture that failed, until a retry makes that. */
  placeholder: boolean;
  /** A reroll has replaced it; it stays. */
  superseded: boolean;
  jobId: string | null;
  sha256: string;
  uploaded: boolean;
  /** How alike the face is, 0 … 1; null: it was not compared, or shows none to compare. */
  likeness: number | null;
  /** What went along with the request that made it, in the order it was sent. */
  references: readonly SentReference[];
}

/** The pictures of a character, newest first. */
export interface Gallery {
  characterId: string;
  characterName: string;
  seed: number;
  /** All of the character's, not only those that are shown. */
  totalCount: number;
  images: Picture[];
}

/** The gallery of a character. @throws {UserError} for a character or job that is not there, with every bad option. */
export async function gallery(
  project: Pick<Project, 'ledger' | 'caller' | 'clean' | 'services'>,
  id: string,
  options: GalleryOptions = {},
): Promise<Gallery> {
  const { character, images } = galleryImages(project, id, options);
  const ledger = project.ledger.open();
  const sent = sentReferences(ledger);
  const scores = ledger.scores.ofCharacter(character.key);
  return {
    characterId: character.id,
    characterName: character.name,
    seed: character.seed,
    totalCount: ledger.images.count(character.key),
    images: await Promise.all(
      images.map(async (image) => ({
        ...(await pictureOf(image, project.services)),
        likeness: scores.get(image.id)?.score ?? null,
        ...sent.ofImage(image),
      })),
    ),
  };
}

/** A picture as programs see it, but for what went along with its request. */
export async function pictureOf(
  image: Image,
  services: Services,
): Promise<Omit<Picture, 'references' | 'source' | 'likeness'>> {
  const { path, thumbnail, upload, jobId } = image;
  const stored = {
    url: await addressOf(services, upload, 'picture'),
    thumbnailUrl: await addressOf(services, upload, 'thumbnail'),
  };
  return {
    url: stored.url ?? (path === null ? '' : pathToFileURL(path).href),
    publicId: upload?.key ?? null,
    filename: image.filename,
    createdAt: new Date(image.createdAtMs).toISOString(),
    kind: image.kind,
    shot: image.shot,
    path: image.path,
    thumbnailUrl: stored.thumbnailUrl ?? (thumbnail === null ? null : pathToFileURL(thumbnail).href),
    sizeBytes: image.sizeBytes,
    width: image.width,
    height: image.height,
    provider: image.provider,
    model: image.model,
    seed: image.seed,
    seedHonored: image.seedHonored,
    costUsd: usdOf(image.costMicros),
    prompt: image.prompt,
    mark: markOf(image),
    review: image.review,
    favorite: image.favorite,
    placeholder: image.isPlaceholder === true,
    superseded: image.supersededBy !== null,
    jobId: jobId === null ? null : String(jobId),
    sha256: image.sha256,
    uploaded: upload?.state === 'done',
  };
}

/** One word for a picture's marks: its review, else whether it is a favorite. */
export function markOf({ review, favorite }: Pick<Image, 'review' | 'favorite'>): Picture['mark'] {
  return review ?? (favorite ? 'favorite' : null);
}
