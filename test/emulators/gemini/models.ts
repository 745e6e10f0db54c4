/** The image models of an emulated account, and a model for words. */

/** A model: its sizes with their tokens, and what a token costs, in micro-dollars. */
export interface Model {
  id: string;
  displayName: string;
  method: 'generateContent' | 'predict';
  ratios: readonly string[];
  /** Output tokens by `imageSize`; a model with one size takes no `imageSize`. */
  tokens: Readonly<Record<string, number>>;
  in: number;
  textOut: number;
  imageOut: number;
  /** Of Imagen: a picture, in micro-dollars. */
  pictureMicros?: number;
}

const RATIOS = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'];
const IMAGEN_RATIOS = ['1:1', '3:4', '4:3', '9:16', '16:9'];

function imagen(id: string, displayName: string, pictureMicros: number): Model {
  return {
    id,
    displayName,
    method: 'predict',
    ratios: IMAGEN_RATIOS,
    tokens: id.includes('-fast-') ? { '1K': 0 } : { '1K': 0, '2K': 0 },
    in: 0,
    textOut: 0,
    imageOut: 0,
    pictureMicros,
  };
}

/** The image models of 2026-11-22; what is gone is not here. */
export const LIVE_MODELS: readonly Model[] = [
  {
    id: 'gemini-nano-banana-2.1',
    displayName: 'Nano Banana 2.1',
    method: 'generateContent',
    ratios: [...RATIOS, '1:4', '4:1', '1:8', '8:1'],
    tokens: { '1K': 1120, '2K': 1680, '4K': 3767 },
    in: 0.25,
    textOut: 1.5,
    imageOut: 30,
  },
  {
    id: 'gemini-3.1-flash-lite-image',
    displayName: 'Nano Banana 2 Lite',
    method: 'generateContent',
    ratios: RATIOS,
    tokens: { '1K': 1120 },
    in: 0.25,
    textOut: 1.5,
    imageOut: 30,
  },
  {
    id: 'gemini-3-pro-image',
    displayName: 'Nano Banana Pro',
    method: 'generateContent',
    ratios: RATIOS,
    tokens: { '1K': 1120, '2K': 1120, '4K': 2000 },
    in: 2,
    textOut: 12,
    imageOut: 120,
  },
];

/** What an account that still serves Imagen has besides. */
export const IMAGEN_MODELS: readonly Model[] = [
  imagen('imagen-4.0-generate-001', 'Imagen 4', 40_000),
  imagen('imagen-4.0-fast-generate-001', 'Imagen 4 Fast', 20_000),
  imagen('imagen-4.0-ultra-generate-001', 'Imagen 4 Ultra', 60_000),
];

/** A model as `GET /v1beta/models` tells it. */
export function listed({ id, displayName, method }: Pick<Model, 'id' | 'displayName' | 'method'>): object {
  return {
    name: `models/${id}`,
    version: '001',
    displayName,
    description: displayName,
    inputTokenLimit: 131_072,
    outputTokenLimit: 32_768,
    supportedGenerationMethods: method === 'predict' ? ['predict'] : ['generateContent', 'countTokens'],
  };
}
