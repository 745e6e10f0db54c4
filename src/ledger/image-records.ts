/** Images as the ledger returns them, with their uploads and scores. */
import type { SeedHonored } from '../events.ts';
import type { ShotKind } from '../shot.ts';

/** What a person thinks of a picture. */
export type Review = 'approved' | 'rejected';

/** An image on its way to a store, or there. */
export interface Upload {
  store: string;
  state: 'pending' | 'done' | 'failed';
  /** What the store knows it by; null until it is there. */
  key: string | null;
  /** What the store told beside the key: `storage.urlOf` makes addresses from both. */
  details: StoredDetails;
  /** The process that is at it. */
  owner: string | null;
  tries: number;
  notBeforeMs: number;
  /** Why the last try failed. */
  message: string | null;
}

/** Lasting addresses of a stored picture, from a store that has such. */
export interface StoredDetails {
  url?: string | undefined;
  thumbnailUrl?: string | undefined;
  /** What a person says of it was changed after the upload, and the store does not know yet. */
  marksPending?: true | undefined;
}

/** How alike the face of an image is, by the model that compared. */
export interface Score {
  imageId: number;
  model: string;
  /** Null: nothing to compare was found. */
  score: number | null;
  /** As the model measures, by what it was compared with. */
  distances: Readonly<Record<string, number>>;
  details: ScoreDetails;
  atMs: number;
}

/** What was seen beside the likeness. */
export interface ScoreDetails {
  /**
   * Why there is no score: `drawing`, `no-face`, `nothing-to-compare`, `reference`, `not-decodable`; null: there is
   * one.
   */
  why: string | null;
  /** What it was compared with; `pack`: the other pictures of its job, or those that were named with it. */
  against: 'references' | 'avatar' | 'pack';
  facesFound: number;
  /** Height of the face in pixels as the network sees it; null: no face. */
  facePx: number | null;
  /** In degrees. */
  pose: { yaw: number; pitch: number; roll: number } | null;
  /** Perceptual hash. */
  hash: string | null;
}

/** An image: what a shot became. */
export interface Image {
  id: number;
  characterKey: number;
  characterId: string;
  /** One sequence a slug, over all owners. */
  number: number;
  shotId: number | null;
  jobId: number | null;
  attemptId: number | null;
  kind: ShotKind;
  /** The shot's name. */
  shot: string;
  filename: string;
  /** Absolute; null for one that only the store holds. */
  path: string | null;
  state: 'named' | 'stored' | 'removed';
  sha256: string;
  /** Empty until the upload summed it. */
  md5: string;
  sizeBytes: number;
  width: number;
  height: number;
  format: string;
  provider: string;
  model: string;
  seed: number;
  seedHonored: SeedHonored;
  prompt: string;
  costMicros: number;
  /** Absolute path. */
  thumbnail: string | null;
  /** Its upload to the store it goes to, or is shown from; null: it stays on this disk. */
  upload: Upload | null;
  review: Review | null;
  favorite: boolean;
  /** The picture of its reroll. */
  supersededBy: number | null;
  /** Of an edit: the picture that it was made from, which may be removed since. */
  sourceImageId: number | null;
  createdAtMs: number;
  /** It stands in for a shot that failed: no image of the ledger's, and only shown among them. `id` is 0. */
  isPlaceholder?: true;
}
