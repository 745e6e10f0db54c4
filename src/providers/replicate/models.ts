/**
 * The Replicate models that imggen knows, as data. Prices are per picture; Replicate's API does not tell them.
 */
import type { Capabilities, ModelRecord, Price } from '../capabilities.ts';
import type { ModelList } from '../models.ts';
import { priceOfEach, type PriceSource } from '../price.ts';
import type { InputField } from './schema.ts';

/** Used when the config names none. */
export const DEFAULT_MODEL = 'black-forest-labs/flux-dev';

/** A model, and the inputs to assume while its schema can't be read. */
export interface ReplicateModel extends ModelRecord {
  price?: Price;
  /** The inputs we use, from the model's source or page. */
  fields: Record<string, InputField>;
  /** What a reference picture does there, where it is not what one would expect. */
  referenceNote?: string;
}

/** The ratios of flux-1 (replicate/cog-flux predict.py). */
export const FLUX_RATIOS = ['1:1', '16:9', '21:9', '3:2', '2:3', '4:5', '5:4', '3:4', '4:3', '9:16', '9:21'] as const;
const NARROW_RATIOS = ['1:1', '16:9', '3:2', '2:3', '4:5', '5:4', '9:16', '3:4', '4:3'] as const;

const COMMON_FIELDS: Record<string, InputField> = {
  prompt: { type: 'string' },
  seed: { type: 'integer' },
  output_format: { choices: ['webp', 'jpg', 'png'] },
};
const FLUX_1_FIELDS: Record<string, InputField> = {
  ...COMMON_FIELDS,
  aspect_ratio: { choices: FLUX_RATIOS },
  num_outputs: { type: 'integer', minimum: 1, maximum: 4 },
  megapixels: { choices: ['1', '0.25'] },
};
const FLUX_2_FIELDS: Record<string, InputField> = {
  ...COMMON_FIELDS,
  input_images: { type: 'array', itemsMax: 8 },
  aspect_ratio: { choices: ['custom', ...NARROW_RATIOS] },
  width: { type: 'integer', minimum: 256, maximum: 2048 },
  height: { type: 'integer', minimum: 256, maximum: 2048 },
};

const base: Capabilities = {
  seed: 'exact',
  referencesMax: 0,
  sizes: { kind: 'ratio', ratios: FLUX_RATIOS },
  qualities: [],
  negativePrompt: false,
  cancel: true,
  reattach: true,
};

/** Own sizes in steps of 32 pixels, four megapixels at most (page of flux-2-max, 2026). */
const flux2: Capabilities = {
  ...base,
  seed: 'best-effort',
  referencesMax: 8,
  sizes: { kind: 'free', minPx: 256, maxPx: 2048, multipleOf: 32, ratioMax: 8, areaMaxPx: 4_194_304 },
};

/** Any model that is not listed: only what every image model has. Its price must come from the config. */
export const UNLISTED: Capabilities = { ...base, seed: 'best-effort' };

const UNVERIFIED: PriceSource = { source: 'collected 2026-11-21, unverified', asOf: '2026-11-21' };

const NO_PRICE = 'not known to imggen: set providers.replicate.priceUsd';

/** The models by family, oldest first. */
export const MODELS: readonly ReplicateModel[] = [
  {
    id: 'black-forest-labs/flux-schnell',
    capabilities: base,
    price: priceOfEach(0.003, UNVERIFIED),
    priceNote: '$0.003 an image (unverified)',
    fields: FLUX_1_FIELDS,
  },
  {
    id: DEFAULT_MODEL,
    capabilities: { ...base, referencesMax: 1 },
    price: priceOfEach(0.025, UNVERIFIED),
    priceNote: '$0.025 an image (unverified)',
    fields: { ...FLUX_1_FIELDS, image: { type: 'string' } },
    referenceNote:
      'starts from the reference picture and repaints it; it is not a likeness of the person in a new scene',
  },
  {
    id: 'black-forest-labs/flux-1.1-pro',
    capabilities: { ...base, seed: 'best-effort', referencesMax: 1, sizes: { kind: 'ratio', ratios: NARROW_RATIOS } },
    price: priceOfEach(0.04, UNVERIFIED),
    priceNote: '$0.04 an image (unverified)',
    fields: { ...COMMON_FIELDS, aspect_ratio: { choices: NARROW_RATIOS }, image_prompt: { type: 'string' } },
    referenceNote: 'takes mood and composition from the reference picture rather than the face',
  },
  { id: 'black-forest-labs/flux-2-dev', capabilities: flux2, priceNote: NO_PRICE, fields: FLUX_2_FIELDS },
  { id: 'black-forest-labs/flux-2-pro', capabilities: flux2, priceNote: NO_PRICE, fields: FLUX_2_FIELDS },
  { id: 'black-forest-labs/flux-2-max', capabilities: flux2, priceNote: NO_PRICE, fields: FLUX_2_FIELDS },
];

/** The same, to look models up in. */
export const MODEL_LIST: ModelList<ReplicateModel> = {
  service: 'Replicate',
  models: MODELS,
  defaultModel: DEFAULT_MODEL,
};

/** `owner/name` of a model id with or without `:version`. */
export function baseIdOf(id: string): string {
  return id.split(':')[0] ?? id;
}

/** The record of a model id, with or without `:version`. */
export function modelRecord(id: string): ReplicateModel | undefined {
  return MODELS.find((model) => model.id === baseIdOf(id));
}

/**
 * A model id taken apart; undefined when it is none (`owner/name` or `owner/name:version`, version 64 hex characters).
 */
export function modelParts(id: string): { owner: string; name: string; version?: string } | undefined {
  const [, owner, name, version] = /^([a-z0-9][\w.-]*)\/([a-z0-9][\w.-]*)(?::([0-9a-f]{64}))?$/i.exec(id) ?? [];
  if (owner === undefined || name === undefined) return undefined;
  return { owner, name, ...(version === undefined ? {} : { version }) };
}
