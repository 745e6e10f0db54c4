/**
 * Google's Imagen as data. All of it was shut down on the Gemini API on 2026-08-17 (ai.google.dev/gemini-api/docs/
 * deprecations): an account is asked whether it still has a model. Prices: $0.02, $0.04 and $0.06 a picture, whatever
 * its size (ai.google.dev/gemini-api/docs/pricing, as Replicate's page for the same models has it, 2026-09-24).
 */
import type { Capabilities, ModelRecord } from '../capabilities.ts';
import { type PriceSource } from '../price.ts';

/** A model with its price. */
export interface ImagenModel extends ModelRecord {
  /** Of one picture, in US dollars. */
  priceUsd: number;
  /** It makes 2K pictures, too. */
  takesImageSize: boolean;
}

export const PRICE_SOURCE: PriceSource = { source: 'ai.google.dev/gemini-api/docs/pricing', asOf: '2026-09-24' };

const CAPABILITIES: Capabilities = {
  seed: 'none',
  referencesMax: 0,
  keepsFace: 'none',
  sizes: { kind: 'ratio', ratios: ['1:1', '3:4', '4:3', '9:16', '16:9'] },
  qualities: [],
  negativePrompt: false,
  cancel: false,
  reattach: false,
};

function model(id: string, priceUsd: number, takesImageSize: boolean): ImagenModel {
  const priceNote = `$${priceUsd.toFixed(2)}`;
  return { id, capabilities: CAPABILITIES, priceNote, retiresOn: '2026-08-17', priceUsd, takesImageSize };
}

/** The model used when none is named. */
export const DEFAULT_MODEL = 'imagen-4.0-generate-001';

/** What an account may still have. */
export const SERVED: readonly ImagenModel[] = [
  model(DEFAULT_MODEL, 0.04, true),
  model('imagen-4.0-fast-generate-001', 0.02, false),
  model('imagen-4.0-ultra-generate-001', 0.06, true),
];

/** What no account has any more. */
export const GONE: readonly ModelRecord[] = [
  { id: 'imagen-3.0-generate-002', on: '2025-11-10' },
  { id: 'imagen-4.0-generate-preview-06-06', on: '2026-02-17' },
  { id: 'imagen-4.0-ultra-generate-preview-06-06', on: '2026-02-17' },
].map(({ id, on }) => ({
  id,
  capabilities: CAPABILITIES,
  retired: { on, successor: 'the provider gemini' },
}));
