/** Models of Replicate that take no prompt: they work on a picture that is there. Schemas as the service tells them. */
import { type Json, type Model, modelOf, uri } from './models.ts';

/** `nightmareai/real-esrgan`: an upscaler, deterministic. */
export const realEsrgan: Model = {
  ...working('nightmareai/real-esrgan', '9', {
    image: { ...uri, description: 'Input image' },
    scale: { type: 'number', minimum: 0, maximum: 10, default: 4, description: 'Factor to scale image by' },
    face_enhance: { type: 'boolean', default: false },
  }),
  sizeOf: (input, { width, height }) => {
    const scale = Number(input['scale'] ?? 4);
    return [Math.round(width * scale), Math.round(height * scale)];
  },
};

/** A model with these inputs, of which all pictures are required; what it makes is as large as the first of them. */
export function working(id: string, digit: string, properties: Record<string, Json>): Model {
  const required = Object.keys(properties).filter((name) => properties[name]?.['format'] === 'uri');
  const model = modelOf(id, digit, { official: false, singleOutput: true, priceMicros: 2_000, properties, enums: {} });
  return { ...model, input: { required, properties }, sizeOf: (_, { width, height }) => [width, height] };
}
