/** How a model of fal is written down: what it takes and by which names, and what it costs. */
import type { Capabilities, FaceKeeping, ModelRecord, SizeSupport } from '../capabilities.ts';
import type { PriceRule, ResolutionStep } from '../price-rules.ts';
import type { PriceSource } from '../price.ts';

/** How a size is said: in pixels, by a ratio (with a named resolution where there are some), or not at all. */
export type SizeField = 'image_size' | 'aspect_ratio' | 'none';

/** The inputs that take references: a list of addresses, or one. */
export type ReferenceField = 'image_urls' | 'reference_image_urls' | 'image_url';

/** A model. fal has an endpoint for each way to use it. */
export interface FalModel extends ModelRecord {
  /** Asked without a reference; absent: it can't do without. */
  plain?: string;
  /** Asked with references; absent: it takes none. */
  withReferences?: string;
  referenceInput?: ReferenceField;
  /** It takes weights of LoRAs. */
  loras?: true;
  sizeField: SizeField;
  /** Named resolutions, least first. */
  resolutions?: readonly ResolutionStep[];
  /** Sent always: the format, one picture, no rewriting of the prompt, no search in the web. */
  fixed: Readonly<Record<string, unknown>>;
  price: { rule: PriceRule; from: PriceSource };
  /** US dollars of a billable unit, where the page tells one price for all that is billed. */
  unitUsd?: number;
}

const PAGES: PriceSource = { source: 'fal.ai, pricing texts of the model pages', asOf: '2026-09-27' };
/** Where prices are from that no page of the service was read for. */
export const THIRD: PriceSource = { source: 'published copies of fal.ai, unverified', asOf: '2026-10-08' };

const BASE: Capabilities = {
  seed: 'best-effort',
  referencesMax: 0,
  keepsFace: 'none',
  sizes: { kind: 'any' },
  qualities: [],
  negativePrompt: false,
  cancel: true,
  reattach: true,
};

/** Free sizes; the area at least so many pixels. */
export const free = (minPx: number, maxPx: number, areaMinPx = 0): SizeSupport => ({
  kind: 'free',
  minPx,
  maxPx,
  multipleOf: 16,
  ratioMax: 16,
  areaMinPx,
});

/** Sizes by these ratios. */
export const ratios = (list: string): SizeSupport => ({ kind: 'ratio', ratios: list.split(' ') });

/** Inputs that are sent always: one picture, without loss, made from the prompt as it is. */
export const ONE = { num_images: 1 };
export const PNG = { output_format: 'png' };
export const AS_ASKED = { enable_prompt_expansion: false };

/** What can be said of a model in a line. */
interface Line extends Partial<Capabilities> {
  price: PriceRule;
  note: string;
  from?: PriceSource;
  unitUsd?: number;
  plain?: string | false;
  edit?: string;
  input?: ReferenceField;
  sizes: SizeSupport;
  resolutions?: readonly ResolutionStep[];
  fixed?: Readonly<Record<string, unknown>>;
  loras?: true;
}

/**
 * A line of the table. The endpoint for references is `ID/edit` unless the line names another. @param referencesMax
 * pictures a request.
 */
export function model(id: string, keepsFace: FaceKeeping, referencesMax: number, line: Line): FalModel {
  const { price: rule, note, from = PAGES, unitUsd, plain = id, edit = `${id}/edit`, input, fixed, ...more } = line;
  const { resolutions, loras, ...can } = more;
  const sizeField = { ratio: 'aspect_ratio', any: 'none', free: 'image_size', list: 'image_size' } as const;
  return {
    id,
    capabilities: { ...BASE, ...can, keepsFace, referencesMax },
    ...(plain === false ? {} : { plain }),
    ...(referencesMax === 0 ? {} : { withReferences: edit, referenceInput: input ?? 'image_urls' }),
    sizeField: sizeField[can.sizes.kind],
    ...(resolutions === undefined ? {} : { resolutions }),
    ...(loras && { loras }),
    fixed: fixed ?? {},
    price: { rule, from },
    priceNote: `${note}${from === THIRD ? ' (unverified)' : ''}`,
    ...(unitUsd === undefined ? {} : { unitUsd }),
  };
}
