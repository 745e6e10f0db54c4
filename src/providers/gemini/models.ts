/**
 * Gemini's image models as data. Sources: Google's deprecation list and pricing page as public copies of 2026-10 tell
 * them, its types (@google/genai 3.1.0), answers recorded in 2026-08 (docs/models.md).
 */
import type { Capabilities, ModelRecord } from '../capabilities.ts';
import type { PriceSource } from '../price.ts';

/** What `imageSize` may be. */
export type ImageSize = '1K' | '2K' | '4K';

/** What a model's tokens and pictures cost, in micro-dollars. */
export interface GeminiPrices extends PriceSource {
  /** Of one token: in; out as text or thoughts; out as picture. */
  in: number;
  textOut: number;
  imageOut: number;
  /** Of one picture, by its size; a size that is not here is not made. */
  picture: Partial<Readonly<Record<ImageSize, number>>>;
}

/** A model with its price. */
export interface GeminiModel extends ModelRecord {
  prices?: GeminiPrices;
  /** False: it makes one size only, and refuses a request that names one. Default true. */
  takesImageSize?: boolean;
}

const RATIOS = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'];
const LONG_RATIOS = ['1:4', '4:1', '1:8', '8:1'];

function capabilities(ratios: readonly string[]): Capabilities {
  return {
    seed: 'best-effort',
    referencesMax: 14,
    keepsFace: 'references',
    sizes: { kind: 'ratio', ratios },
    qualities: [],
    negativePrompt: false,
    cancel: false,
    reattach: false,
  };
}

/** What the whole family takes: also of models that imggen does not know. */
const FAMILY = capabilities(RATIOS);

const retired = (id: string, on: string): GeminiModel => ({
  id,
  capabilities: FAMILY,
  retired: { on, successor: DEFAULT_MODEL },
});

/** The model used when none is named. */
export const DEFAULT_MODEL = 'gemini-nano-banana-2.1';

/** Every model imggen knows, the default first. */
export const MODELS: readonly GeminiModel[] = [
  {
    id: DEFAULT_MODEL,
    capabilities: capabilities([...RATIOS, ...LONG_RATIOS]),
    priceNote: '$0.034 at 1K, $0.050 at 2K, $0.113 at 4K',
    prices: {
      in: 0.25,
      textOut: 1.5,
      imageOut: 30,
      picture: { '1K': 33_600, '2K': 50_400, '4K': 113_000 },
      source: 'ai.google.dev/gemini-api/docs/pricing, by public copies; text tokens as of 3.1-flash-lite-image',
      asOf: '2026-10-18',
    },
  },
  {
    id: 'gemini-3.1-flash-lite-image',
    capabilities: FAMILY,
    takesImageSize: false,
    priceNote: '$0.034, at 1K only',
    prices: {
      in: 0.25,
      textOut: 1.5,
      imageOut: 30,
      picture: { '1K': 33_600 },
      source: 'cloud.google.com/vertex-ai/generative-ai/pricing, by github.com/BerriAI/litellm/pull/31946',
      asOf: '2026-07-02',
    },
  },
  {
    id: 'gemini-3-pro-image',
    capabilities: FAMILY,
    priceNote: '$0.134 at 1K and 2K, $0.24 at 4K',
    prices: {
      in: 2,
      textOut: 12,
      imageOut: 120,
      picture: { '1K': 134_400, '2K': 134_400, '4K': 240_000 },
      source: 'ai.google.dev/gemini-api/docs/pricing, by public copies',
      asOf: '2026-10-03',
    },
  },
  retired('gemini-3.1-flash-image', '2026-10-29'),
  retired('gemini-2.5-flash-image', '2026-10-02'),
  retired('gemini-3.1-flash-image-preview', '2026-06-25'),
  retired('gemini-3-pro-image-preview', '2026-06-25'),
];

/** A model that imggen does not know: what the family takes, and no price. */
export function unknownOf(id: string): GeminiModel {
  return { id, capabilities: FAMILY };
}

const MEGAPIXEL = 1024 * 1024;

/** The `imageSize` for a picture of these sides: the nearest that the model makes. Undefined: it takes none. */
export function imageSizeOf(
  model: GeminiModel,
  { width, height }: { width: number; height: number },
): ImageSize | undefined {
  if (model.takesImageSize === false) return undefined;
  return wantedSize({ width, height });
}

/** 1K is about 1, 2K about 4, 4K about 16 megapixels; between two it is the nearer by sides. 3840x2160 is 4K. */
export function wantedSize({ width, height }: { width: number; height: number }): ImageSize {
  const megapixels = (width * height) / MEGAPIXEL;
  return megapixels < 2 ? '1K' : megapixels < 7.5 ? '2K' : '4K';
}
