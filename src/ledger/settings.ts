/** What a job works with. */
import type { GivenReference, Reference, ShotSettings } from '../shot.ts';
import { absolutePath, keptPath } from './paths.ts';

/** Caps in micro-dollars; undefined: no cap. */
export interface Caps {
  perImageMicros?: number | undefined;
  /** Over all attempts of one job, whichever process and however often resumed. */
  perRunMicros?: number | undefined;
  /** Over all jobs of the ledger on one UTC day. */
  perDayMicros?: number | undefined;
}

/** What a job of kind `train` sends to the trainer. */
export interface TrainingSettings {
  /** Absolute path of the zip with the pictures and captions, and the hash of its bytes. */
  zip: string;
  zipSha256: string;
  /** Pictures in it. */
  images: number;
  /** Stands for the character in prompts. */
  trigger: string;
  /** What follows it in the captions: `woman`. */
  className: string;
  steps: number;
  /** The model at the service that gets a new version, `owner/name`, where the trainer makes one. */
  destination?: string | undefined;
}

/** The settings of a job are its own: a later config changes nothing in them. */
export interface JobSettings {
  provider: string;
  fallback: readonly string[];
  model: string;
  width: number;
  height: number;
  quality?: string | undefined;
  /** The shape that was asked for, as `3:4`: width and height have it. */
  aspectRatio?: string | undefined;
  /** Pictures with a transparent background. */
  transparent?: boolean | undefined;
  /** Its pictures, without the avatar, go in batches: for less, within a day. Default false. */
  batch?: boolean | undefined;
  /** Absolute folder of all pictures. */
  output: string;
  /** Name of the store, `none` for no upload. */
  store: string;
  thumbnails: boolean;
  /** Shots that fail are filled with drawings until they are made; default: they are not. */
  placeholders?: boolean | undefined;
  requireSeed: boolean;
  /** The config's reference pictures, as files; without one of the face the avatar serves. */
  references: readonly GivenReference[];
  /**
   * The character's own pictures that go along beside the face, best first, as many of them as a model takes: the
   * training pictures that were approved when the job was planned.
   */
  pictures?: readonly Reference[] | undefined;
  negativePrompt?: string | undefined;
  caps: Caps;
  /** Requests in flight at most. */
  concurrency: number;
  /** Between the first sends; 0 for none. */
  staggerMs: number;
  /** Attempts of one shot that count. */
  attemptsMax: number;
  /** Of one shot. */
  timeoutMs: number;
  /** A model whose price nobody knows is asked all the same, and not counted. */
  allowUnknownPrice: boolean;
  /** False: pictures are kept as the service sent them. Default: they say what made them. */
  provenance?: boolean | undefined;
  /** The faces of its pictures are compared: always, or where there is a face to compare with. Default: never. */
  score?: 'always' | 'with-face' | 'never' | undefined;
  /** Embeddings of faces, which are biometric data, are kept in the ledger. */
  keepFaces?: boolean | undefined;
  /** Likeness, 0 … 1, under which a picture is made again, and a pack does not pass. */
  minConsistency?: number | undefined;
  /** How many other takes one picture gets at most; default none. */
  rerolls?: number | undefined;
  /** A pack under `minConsistency` passes all the same. */
  allowInconsistent?: boolean | undefined;
  /** Pictures that wait for the avatar are not begun without it; default: they begin whatever its end. */
  needsFace?: boolean | undefined;
  /** The LoRA that its pictures are made with; `trigger` is in their prompts. */
  lora?: { weights: string; trigger: string } | undefined;
  /** Of a job of kind `train`, and of no other. */
  training?: TrainingSettings | undefined;
}

/** What is laid over a job's settings; what is undefined stays, also of the caps. */
export type SettingsChanges = { [Key in keyof JobSettings]?: JobSettings[Key] | undefined };

/** The same, and its priority: 0 high, 1 normal, 2 low. */
export type JobChanges = SettingsChanges & { priority?: number | undefined };

/** Settings with changes laid over them, cap by cap; what is undefined changes nothing. Pure. */
export function changedSettings(settings: JobSettings, { caps = {}, ...rest }: SettingsChanges): JobSettings {
  return { ...settings, ...given(rest), caps: { ...settings.caps, ...given(caps) } };
}

/** Settings as the ledger keeps them: the paths in them move with the project. */
export function keptSettings(folder: string | undefined, settings: JobSettings): JobSettings {
  return withPaths(settings, (path) => keptPath(folder, path));
}

/** Settings that were kept. */
export function absoluteSettings(folder: string | undefined, kept: JobSettings): JobSettings {
  return withPaths(kept, (path) => absolutePath(folder, path));
}

/** The same for what a shot has of its own. */
export function keptShotSettings(folder: string | undefined, own: ShotSettings): ShotSettings {
  return ownWithPaths(own, (path) => keptPath(folder, path));
}

/** What a shot has of its own, as it was kept. */
export function absoluteShotSettings(folder: string | undefined, kept: ShotSettings): ShotSettings {
  return ownWithPaths(kept, (path) => absolutePath(folder, path));
}

function ownWithPaths(own: ShotSettings, change: (path: string) => string): ShotSettings {
  return own.references === undefined ? own : { ...own, references: movedReferences(own.references, change) };
}

function withPaths(settings: JobSettings, change: (path: string) => string): JobSettings {
  const { output, references, pictures, training } = settings;
  return {
    ...settings,
    output: change(output),
    references: movedReferences(references, change),
    ...(pictures && { pictures: pictures.map((picture) => ({ ...picture, path: change(picture.path) })) }),
    ...(training && { training: { ...training, zip: change(training.zip) } }),
  };
}

/** A text is a picture of the face, as jobs of earlier builds have it. */
function movedReferences(
  references: readonly (GivenReference | string)[],
  change: (path: string) => string,
): GivenReference[] {
  return references.map((reference) =>
    typeof reference === 'string'
      ? { role: 'face', picture: change(reference) }
      : { ...reference, picture: change(reference.picture) },
  );
}

/** Without what is undefined. */
function given<T extends object>(changes: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const entries = Object.entries(changes).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof T]?: Exclude<T[Key], undefined> };
}

/** Whether the faces of a job's pictures are compared, where there is something to compare them with. */
export function comparesFaces({ score = 'never' }: JobSettings): boolean {
  return score !== 'never';
}
