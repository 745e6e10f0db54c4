/**
 * The words a shot is described in. Pure, imports nothing: the plan writes them, the prompt says them,
 * the local provider draws them.
 */

/** What a picture is for; `train`: a LoRA that is trained, which is no picture. */
export type ShotKind = 'avatar' | 'training' | 'gallery' | 'train';

/** Camera angles. Left and right are the viewer's. */
export const ANGLES = [
  'front',
  'three-quarter left',
  'three-quarter right',
  'profile left',
  'profile right',
  'slightly above',
  'slightly below',
] as const;
export type Angle = (typeof ANGLES)[number];

/** How much of the person is in the picture, near to far. */
export const FRAMINGS = ['close-up', 'head and shoulders', 'waist up', 'three-quarter length', 'full body'] as const;
export type Framing = (typeof FRAMINGS)[number];

/** Expressions. */
export const EXPRESSIONS = [
  'neutral',
  'soft smile',
  'broad smile',
  'laughing',
  'serious',
  'thoughtful',
  'surprised',
  'confident',
  'playful',
  'calm',
  'curious',
  'determined',
] as const;
export type Expression = (typeof EXPRESSIONS)[number];

/** What kind of place is behind the person. */
export type Setting = 'plain' | 'indoor' | 'outdoor';

/** One picture in structure. */
export interface ShotLook {
  /** What the body does, as said in a prompt: `standing with arms relaxed`. */
  pose: string;
  angle: Angle;
  expression: Expression;
  framing: Framing;
  /** Light as said in a prompt: `soft window light from the left`; empty: not said. */
  light: string;
  /** Place as said in a prompt: `a plain light grey studio backdrop`. */
  background: string;
  setting: Setting;
  /** True: `background` is a user's scene: place, action and expression in one. An empty pose is not said. */
  isScene?: boolean | undefined;
  /** Worn in place of the character's own clothes. */
  outfit?: string | undefined;
}

/** What a shot has of its own, in place of its job's settings. */
export interface ShotSettings {
  /** In pixels, always both. */
  width?: number | undefined;
  height?: number | undefined;
  /** Pictures that go along beside those of the face. */
  references?: readonly GivenReference[] | undefined;
}

/** A shot as planned: everything that is known of it before a provider is chosen. */
export interface PlannedShot {
  /** Unique in its job: `avatar`, `training-03`, `gallery-0017`. */
  name: string;
  kind: ShotKind;
  look: ShotLook;
  prompt: string;
  /** 0 … 2^32 − 1. */
  seed: number;
  settings?: ShotSettings | undefined;
}

/** What a user's reference picture is there for: to hold the face, or to show a product or a style. */
export const REFERENCE_ROLES = ['face', 'product', 'style'] as const;
/** What a picture that goes along is there for; `source`: it is the picture that an edit changes. */
export type ReferenceRole = 'source' | (typeof REFERENCE_ROLES)[number];

/** A picture that is to go along. */
export interface GivenReference {
  role: ReferenceRole;
  /** Absolute path of the file. In a config also an address or a data URI, until the picture is needed. */
  picture: string;
  /** In hex: nothing is sent when the file has other content by then. Default: whatever it holds. */
  sha256?: string | undefined;
}

/** The picture that an edit changes, among those that go along with it; undefined: it is no edit. */
export function sourceOf<Given extends { role?: ReferenceRole | undefined }>(
  references: readonly Given[] = [],
): Given | undefined {
  return references.find(({ role }) => role === 'source');
}

/** A picture that goes along with a request. Read from disk by the provider when it needs the bytes. */
export interface Reference {
  /** `face` when left out. */
  role?: ReferenceRole;
  /** Absolute path of a validated image file. */
  path: string;
  mime: 'image/png' | 'image/jpeg' | 'image/webp';
  sha256: string;
  sizeBytes: number;
  /** In pixels, where they are known: some services bill them. */
  width?: number;
  height?: number;
}

/** A value of JSON. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** What a provider wants to know of a request once its answer was lost: no secret, and no picture's bytes. */
export type SentRecord = Readonly<Record<string, JsonValue>>;
