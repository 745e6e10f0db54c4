/**
 * Public endpoints of RunPod that make pictures: what each takes, from github.com/runpod/docs
 * (public-endpoints/models/*.mdx, 2026-08-20); sizes that no page lists are those that RunPod's own package calls
 * validated (github.com/runpod/ai-sdk-provider, 2026-03-06).
 */
import type { SizeSupport } from '../capabilities.ts';

/** The names of the inputs of one endpoint. */
export interface Endpoint {
  /** As in `https://api.runpod.ai/v2/ID/run`. */
  id: string;
  /**
   * How the size is told: `size` as `1024*1024`, `sides` as width and height, `ratio` as an aspect ratio, `resolution`
   * as an aspect ratio with 1k, 2k or 4k; `none`: it can't be asked for one.
   */
  size: 'size' | 'sides' | 'ratio' | 'resolution' | 'none';
  sizes: SizeSupport;
  /** The input that takes reference pictures. */
  pictures?: 'image' | 'images';
  hasSeed: boolean;
  hasNegativePrompt: boolean;
  /** The input that asks for PNG. */
  format?: 'output_format' | 'image_format';
}

const VALIDATED = [
  '512x512',
  '512x768',
  '768x512',
  '768x768',
  '768x1024',
  '1024x768',
  '1024x1024',
  '1140x1472',
  '1472x1140',
  '1280x1280',
  '1328x1328',
  '1536x1536',
  '2048x2048',
];
const FLUX_SIDES: SizeSupport = { kind: 'free', minPx: 256, maxPx: 1536, multipleOf: 64, ratioMax: 6 };
const PRUNA_RATIOS: SizeSupport = { kind: 'ratio', ratios: ['1:1', '16:9', '9:16', '4:3', '3:4', '3:2', '2:3'] };
const EDIT_SIZES: SizeSupport = {
  kind: 'list',
  sizes: ['1024x1024', '1024x1280', '1280x1024', '1280x1280', '1280x1536', '1536x1080'],
};
const BANANA_RATIOS: SizeSupport = {
  kind: 'ratio',
  ratios: ['1:1', '3:2', '2:3', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'],
};
const WAN_SIZES: SizeSupport = {
  kind: 'free',
  minPx: 384,
  maxPx: 2560,
  multipleOf: 8,
  ratioMax: 4,
  areaMinPx: 768 * 768,
  areaMaxPx: 1280 * 1280,
};

const flux = (name: string): Endpoint => ({
  id: `black-forest-labs-flux-1-${name}`,
  size: 'sides',
  sizes: FLUX_SIDES,
  hasSeed: true,
  hasNegativePrompt: true,
  format: 'image_format',
});

const sized = (id: string, more: Partial<Endpoint> = {}): Endpoint => ({
  id,
  size: 'size',
  sizes: { kind: 'list', sizes: VALIDATED },
  hasSeed: true,
  hasNegativePrompt: false,
  ...more,
});

const edit = (id: string): Endpoint => sized(id, { sizes: EDIT_SIZES, pictures: 'images', format: 'output_format' });

const banana = (id: string): Endpoint =>
  sized(id, {
    size: 'resolution',
    sizes: BANANA_RATIOS,
    pictures: 'images',
    hasSeed: false,
    format: 'output_format',
  });

/** The public endpoints by their names here. */
export const ENDPOINTS = {
  fluxDev: flux('dev'),
  fluxSchnell: flux('schnell'),
  kontext: sized('black-forest-labs-flux-1-kontext-dev', {
    pictures: 'image',
    hasNegativePrompt: true,
    format: 'output_format',
  }),
  pImage: sized('p-image-t2i', { size: 'ratio', sizes: PRUNA_RATIOS }),
  pImageEdit: sized('p-image-edit', { size: 'ratio', sizes: PRUNA_RATIOS, pictures: 'images' }),
  qwen: sized('qwen-image-t2i', { hasNegativePrompt: true }),
  qwenLora: sized('qwen-image-t2i-lora'),
  qwenEdit: edit('qwen-image-edit-2511'),
  qwenEditLora: edit('qwen-image-edit-2511-lora'),
  seedream: sized('seedream-v4-t2i', { hasNegativePrompt: true }),
  seedreamEdit: sized('seedream-v4-edit', { pictures: 'images', hasSeed: false }),
  wan: sized('wan-2-6-t2i', { sizes: WAN_SIZES }),
  zImage: sized('z-image-turbo', {
    sizes: { kind: 'list', sizes: [...VALIDATED.slice(0, 12), '1280x720', '720x1280'] },
    format: 'output_format',
  }),
  bananaEdit: sized('nano-banana-edit', {
    size: 'none',
    sizes: { kind: 'any' },
    pictures: 'images',
    hasSeed: false,
  }),
  bananaProEdit: banana('nano-banana-pro-edit'),
  banana2Edit: banana('google-nano-banana-2-edit'),
} satisfies Record<string, Endpoint>;
