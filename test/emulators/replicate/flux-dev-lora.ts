/** The model of Replicate that takes weights of a LoRA, with the inputs that matter here. */
import { modelOf, uri } from './models.ts';

/** `black-forest-labs/flux-dev-lora`. */
export const fluxDevLora = modelOf('black-forest-labs/flux-dev-lora', 'd', {
  priceMicros: 32_000,
  properties: {
    prompt: { type: 'string' },
    image: uri,
    seed: { type: 'integer' },
    lora_weights: { type: 'string' },
    aspect_ratio: { allOf: [{ $ref: '#/components/schemas/aspect_ratio' }], default: '1:1' },
  },
  enums: { aspect_ratio: { type: 'string', enum: ['1:1', '16:9'] } },
});
