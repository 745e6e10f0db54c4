/** What reads faces out of pictures. Types only. */

/** A rectangle in pixels. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where a head looks, in degrees, guessed from 68 landmarks: good for "how varied", not for measuring. */
export interface Pose {
  /** Turned to the picture's left (negative) or right. */
  yaw: number;
  /** Looks up (negative) or down. */
  pitch: number;
  /** Tilted to a shoulder. */
  roll: number;
}

/** One face in a picture. */
export interface Face {
  /** In pixels of the upright picture. */
  box: Box;
  /** Height of the face in pixels as the network sees it: the picture's longest side is at most 640 there. */
  seenPx: number;
  /** 0 … 1, of the detector. */
  confidence: number;
  /** 128 numbers; their Euclidean distance tells how alike two faces are. Biometric data. */
  descriptor: readonly number[];
  pose: Pose;
  /** It is painted in flat colors: no photograph of a face. */
  isDrawn: boolean;
}

/** What was read of one picture. */
export interface PictureFaces {
  /** Largest first, at most three; none: no face was found. */
  faces: readonly Face[];
  /** How many faces were found. */
  facesFound: number;
  /** Perceptual hash, 64 characters of 0 and 1: few differ between pictures that look the same. */
  hash: string;
  /** Size of the upright picture in pixels. */
  width: number;
  height: number;
}

/**
 * Reads faces. Obligations: nothing leaves the machine; the caller's thread does not wait; the same file gives the
 * same answer.
 */
export interface Embedder {
  /** Name and version of the network: numbers of two networks are not comparable. */
  readonly model: string;
  /** Reads the faces of a picture file. @throws {Error} when the file is not there or can't be decoded. */
  read(path: string): Promise<PictureFaces>;
  /** Ends what it holds; reads under way fail. May be called twice. */
  close(): Promise<void>;
}
