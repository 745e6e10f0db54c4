/** Models of Replicate for one face, for a style, or without pictures. Sources and dates: docs/models.md. */
import { FLUX_1, FLUX_11, FLUX_DEV, FLUX_RATIOS, NARROW_RATIOS } from './assumed-fields.ts';
import { model, ratios, type ReplicateModel, SOME, WIDE } from './model-record.ts';
import { byInput, each } from '../price-rules.ts';

const MOOD = 'takes mood and composition from the reference picture rather than the face';

/** Best for a face first. */
export const OTHERS: readonly ReplicateModel[] = [
  model('ideogram-ai/ideogram-character', 'identity', 1, {
    input: 'character_reference_image',
    price: byInput('rendering_speed', { Turbo: 0.1, Default: 0.15, Quality: 0.2 }, 'Default'),
    note: '$0.15; Turbo $0.10, Quality $0.20',
    referencesMin: 1,
  }),
  model('minimax/image-01', 'identity', 1, {
    input: 'subject_reference',
    price: each(0.01),
    note: '$0.01',
    seed: 'none',
    sizes: ratios(SOME),
  }),
  model('luma/photon', 'identity', 1, {
    input: 'character_reference',
    ownInputs: { style: 1, product: 1 },
    price: each(0.03),
    note: '$0.03',
    sizes: ratios(SOME),
  }),
  model('luma/photon-flash', 'identity', 1, {
    input: 'character_reference',
    ownInputs: { style: 1, product: 1 },
    price: each(0.01),
    note: '$0.01',
    sizes: ratios(SOME),
  }),
  model('xai/grok-imagine-image', 'edit', 1, {
    input: 'image',
    price: each(0.02),
    note: '$0.02',
    seed: 'none',
    sizes: ratios(WIDE),
  }),
  model('black-forest-labs/flux-1.1-pro', 'style', 1, {
    input: 'image_prompt',
    price: each(0.04),
    note: '$0.04',
    sizes: ratios(NARROW_RATIOS),
    fields: FLUX_11,
    reference: MOOD,
  }),
  model('black-forest-labs/flux-1.1-pro-ultra', 'style', 1, {
    input: 'image_prompt',
    price: each(0.06),
    note: '$0.06',
    sizes: ratios(FLUX_RATIOS),
    reference: MOOD,
  }),
  model('black-forest-labs/flux-dev', 'repaint', 1, {
    input: 'image',
    price: each(0.025),
    note: '$0.025',
    seed: 'exact',
    sizes: ratios(FLUX_RATIOS),
    fields: FLUX_DEV,
    reference: 'starts from the reference picture and repaints it; it is not a likeness of the person in a new scene',
  }),
  model('black-forest-labs/flux-dev-lora', 'repaint', 1, {
    input: 'image',
    price: each(0.032),
    note: '$0.032',
    seed: 'exact',
    sizes: ratios(FLUX_RATIOS),
    reference: 'keeps a face by a LoRA of the person (lora_weights); a reference picture is only repainted',
  }),
  model('qwen/qwen-image', 'repaint', 1, { input: 'image', price: each(0.025), note: '$0.025', sizes: ratios(SOME) }),
  model('black-forest-labs/flux-schnell', 'none', 0, {
    price: each(0.003),
    note: '$0.003',
    seed: 'exact',
    sizes: ratios(FLUX_RATIOS),
    fields: FLUX_1,
  }),
];
