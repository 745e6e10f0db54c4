/**
 * What models can do and cost, as data. Checked before money is spent; never guessed from a name.
 */

import type { ReferenceRole } from '../shot.ts';

/** Sizes that a message names at most. */
const LISTED_MAX = 20;

/** Sizes a model takes. */
export type SizeSupport =
  /**
   * Any size in these bounds, sides multiples of `multipleOf`, ratio of the long to the short side at most `ratioMax`.
   */
  | {
      kind: 'free';
      minPx: number;
      maxPx: number;
      multipleOf: number;
      ratioMax: number;
      areaMaxPx?: number;
      areaMinPx?: number;
    }
  /** These sizes only, as `1024x1536`. */
  | { kind: 'list'; sizes: readonly string[] }
  /** The service picks pixels from a ratio: any size whose ratio is (within 1 %) one of these, as `2:3`. */
  | { kind: 'ratio'; ratios: readonly string[] }
  /** It can't be asked for a size: the model decides. */
  | { kind: 'any' };

/**
 * How a model keeps a face. `none`: it takes no picture of it. `drawn`: a cartoon from the same traits. `identity`:
 * made for one person's face. `references`: new scenes with the person of one or more pictures. `edit`: the picture is
 * changed as the prompt says. `style`: takes mood and composition, hardly the face. `repaint`: paints over the picture.
 */
export type FaceKeeping = 'none' | 'drawn' | 'identity' | 'references' | 'edit' | 'style' | 'repaint';

/**
 * Does the model use a seed? `exact`: same request, same picture; `best-effort`: accepted, not guaranteed; `none`: no
 * such field.
 */
export type SeedSupport = 'exact' | 'best-effort' | 'none';

/** The inputs of a model that works on a picture. */
export interface WorkInputs {
  /** Of the picture that it works on. */
  on: string;
  /** Of pictures that must go along beside it, by what they are there for. */
  beside: Partial<Record<ReferenceRole, string>>;
}

/** What one model can do. */
export interface Capabilities {
  seed: SeedSupport;
  /** Reference pictures per request; 0: takes none. */
  referencesMax: number;
  /** As many must go along (default 0). */
  referencesMin?: number;
  /**
   * Roles that have an input of their own, and how many pictures of each it takes, beside `referencesMax`. All others
   * share the input of the face, and the prompt tells what they are there for. Default none.
   */
  ownInputs?: Partial<Record<ReferenceRole, number>>;
  /**
   * `none`: it takes no prompt, and works on a picture that is there (upscalers, restorers, background removers, face
   * swaps): only edits ask it. `unread`: not known before its service was asked. Default: it takes one, and needs it.
   */
  prompt?: 'none' | 'unread';
  /** The inputs of an edit by name, where they are not the face's: the picture may be there for another use. */
  works?: WorkInputs;
  /** What becomes of the person in a reference picture. */
  keepsFace: FaceKeeping;
  /**
   * Why no reference goes along although the model takes pictures, as `only paints over …`: a job with a face to keep
   * is refused.
   */
  withheld?: string;
  sizes: SizeSupport;
  /** Values of `quality` it takes; empty: it has no such setting. */
  qualities: readonly string[];
  negativePrompt: boolean;
  /** The longest prompt it takes, in characters; undefined: no limit is known. */
  promptMaxChars?: number;
  /** Makes pictures with a transparent background. Default false. */
  transparent?: boolean;
  /** Its service was not asked yet: what it takes is assumed, and read before anything is paid. */
  unread?: boolean;
  /** Running work can be stopped at the provider. */
  cancel: boolean;
  /** Accepted work can be waited for by another process (has a remote id). */
  reattach: boolean;
}

/** A price in micro-dollars (1 USD = 1,000,000), with where it is from. */
export interface Price {
  /** What one picture costs at most: what is reserved. */
  worstMicros: number;
  /** What one picture is expected to cost; what is counted when the service does not tell. */
  expectedMicros: number;
  /** Page or person the price is from, and the day it was read (ISO date). `config` for a price the user set. */
  source: string;
  asOf: string;
}

/** One model in the registry. */
export interface ModelRecord {
  id: string;
  capabilities: Capabilities;
  /** The input that takes reference pictures, where the service names its inputs. */
  referenceInput?: string;
  /** A sentence on the price, for the table of `imggen providers`; undefined: unknown. */
  priceNote?: string;
  /** ISO date after which the service refuses it, where announced. */
  retiresOn?: string;
  /** Refused from the start: ISO date it went, and what to use instead. */
  retired?: { on: string; successor: string };
}

/**
 * Says why a size does not fit, or undefined when it does. Pure.
 */
export function sizeProblem(sizes: SizeSupport, width: number, height: number): string | undefined {
  const asked = `${width}x${height}`;
  const ratio = Math.max(width, height) / Math.min(width, height);
  switch (sizes.kind) {
    case 'any':
      return undefined;
    case 'list':
      return sizes.sizes.includes(asked) ? undefined : `${asked} is not one of ${listed(sizes.sizes)}`;
    case 'ratio':
      return sizes.ratios.some((text) => closeTo(width / height, ratioOf(text)))
        ? undefined
        : `${asked} has none of the ratios ${sizes.ratios.join(', ')}`;
    case 'free': {
      const { minPx, maxPx, multipleOf, ratioMax, areaMaxPx = Infinity, areaMinPx = 0 } = sizes;
      if (Math.min(width, height) < minPx || Math.max(width, height) > maxPx)
        return `${asked} is not within ${minPx}…${maxPx} pixels a side`;
      if (width % multipleOf || height % multipleOf) return `${asked}: both sides must be multiples of ${multipleOf}`;
      if (ratio > ratioMax + 1e-9) return `${asked} is longer than ${ratioMax}:1`;
      if (width * height > areaMaxPx) return `${asked} is more than ${areaMaxPx} pixels in all`;
      if (width * height < areaMinPx) return `${asked} is less than ${areaMinPx} pixels in all`;
      return undefined;
    }
  }
}

/** Long lists are cut: nobody reads a hundred sizes. */
function listed(sizes: readonly string[]): string {
  const more = sizes.length - LISTED_MAX;
  return more > 0 ? `${sizes.slice(0, LISTED_MAX).join(', ')} and ${more} others` : sizes.join(', ');
}

/** `2:3` → 0.666…, width over height. */
export function ratioOf(text: string): number {
  const [w = 1, h = 1] = text.split(':').map(Number);
  return w / h;
}

/** The ratio that is nearest to these sides. */
export function nearestRatio(
  ratios: readonly string[],
  { width, height }: { width: number; height: number },
): string | undefined {
  const off = (ratio: string): number => Math.abs(Math.log(width / height / ratioOf(ratio)));
  return ratios.toSorted((a, b) => off(a) - off(b))[0];
}

function closeTo(a: number, b: number): boolean {
  return Math.abs(a / b - 1) <= 0.01;
}
