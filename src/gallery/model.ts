/** What the gallery page is made from. */

/** A picture on the page. */
export interface GalleryPicture {
  filename: string;
  kind: string;
  /** The shot's name: `gallery-0017`. */
  shot: string;
  provider: string;
  model: string;
  mark: 'approved' | 'rejected' | 'favorite' | null;
  prompt: string;
  seed: number;
  seedHonored: 'yes' | 'no' | 'unknown';
  costMicros: number;
  sizeBytes: number;
  width: number;
  height: number;
  /** Epoch ms. */
  createdAtMs: number;
  /** How alike the face is, 0 … 1; absent: nobody knows. */
  likeness?: number;
  /** What went along with its request, in the order it was sent: file names, and what each was there for. */
  references?: readonly { role: string; name: string }[];
  /** It stands in for a picture that failed. */
  isPlaceholder?: boolean;
  /** File name of the picture that it was edited from; null: it is no edit. */
  source?: string | null;
  /**
   * The file, relative to the page, as a plain path (`mira_sol_image_00001.png`); undefined when it can't be reached
   * from there.
   */
  file?: string;
  /** Web addresses in the store, for a picture without a file here. */
  url?: string;
  thumbnailUrl?: string;
}

/** What the page shows. */
export interface GalleryModel<Picture extends GalleryPicture = GalleryPicture> {
  characterName: string;
  /** In the order they are shown. */
  pictures: readonly Picture[];
  /** Epoch ms: when the page was made. */
  madeAtMs: number;
  /** The thumbnail as WebP in base64, asked for one picture at a time; undefined when there is none. */
  thumbnailOf: (picture: Picture) => Promise<string | undefined>;
}
