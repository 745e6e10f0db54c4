/** How a model of Replicate is written down: what its schema does not tell, and what is needed before that was read. */
import type { Capabilities, FaceKeeping, ModelRecord, SizeSupport } from '../capabilities.ts';
import type { PriceSource } from '../price.ts';
import { FLUX_RATIOS } from './assumed-fields.ts';
import type { PriceRule } from '../price-rules.ts';
import type { InputField } from './schema.ts';

/** A model, and what the service does not tell of it. */
export interface ReplicateModel extends ModelRecord {
  /** Absent: nobody knows its price. */
  price?: { rule: PriceRule; from: PriceSource };
  /** Its schema can't tell these; they are taken over what it tells. */
  told: Partial<Capabilities>;
  /** The inputs to assume while its schema can't be read; without them nothing is sent then. */
  fields?: Readonly<Record<string, InputField>>;
  /** References are sent with at most so many pixels, since begun megapixels of them are billed. */
  referencePxMax?: number;
  /** What a reference picture does there, where it is not what one would expect. */
  referenceNote?: string;
}

const PAGES: PriceSource = { source: 'replicate.com, billing of the model pages', asOf: '2026-09-27' };
/** Where prices are from that no page of the service was read for. */
export const THIRD: PriceSource = { source: 'published copies of replicate.com, unverified', asOf: '2026-10-01' };

/** The ratios of Kontext. */
export const WIDE = [...FLUX_RATIOS, '2:1', '1:2'];
/** The ratios that most models take. */
export const SOME = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'];
/** Sizes by these ratios. */
export const ratios = (list: readonly string[]): SizeSupport => ({ kind: 'ratio', ratios: list });
/** Free sizes. */
export const free = (minPx: number, maxPx: number, multipleOf: number): SizeSupport => ({
  kind: 'free',
  minPx,
  maxPx,
  multipleOf,
  ratioMax: 64,
});

const BASE: Capabilities = {
  seed: 'best-effort',
  referencesMax: 0,
  keepsFace: 'none',
  sizes: ratios(SOME),
  qualities: [],
  negativePrompt: false,
  unread: true,
  cancel: true,
  reattach: true,
};

/** What can be said of a model in a line. */
interface Line extends Partial<Capabilities> {
  price: PriceRule;
  note: string;
  from?: PriceSource;
  fields?: Readonly<Record<string, InputField>>;
  reference?: string;
  /** The input that takes references. */
  input?: string;
}

/** A line of the table. @param referencesMax pictures a request. */
export function model(id: string, keepsFace: FaceKeeping, referencesMax: number, line: Line): ReplicateModel {
  const { price: rule, note, from = PAGES, fields, reference, input, ...can } = line;
  const { pixelsMax } = rule;
  const told = { keepsFace, referencesMax, ...(can.seed === 'exact' ? { seed: can.seed } : {}) };
  return {
    id,
    capabilities: { ...BASE, ...can, keepsFace, referencesMax },
    told,
    price: { rule, from },
    priceNote: `${note}${from === THIRD ? ' (unverified)' : ''}`,
    ...(input === undefined ? {} : { referenceInput: input }),
    ...(fields === undefined ? {} : { fields }),
    ...(pixelsMax === undefined ? {} : { referencePxMax: pixelsMax }),
    ...(reference === undefined ? {} : { referenceNote: reference }),
  };
}
