/** The input of a job: each endpoint and worker names its own. Pure. */
import { ratioOf, type SizeSupport } from '../capabilities.ts';
import type { ImageRequest } from '../provider.ts';
import type { Endpoint } from './endpoints.ts';
import type { Worker } from './models.ts';
import { resolutionOf } from './price.ts';

/** The inputs of a job by their names. */
export type Input = Readonly<Record<string, unknown>>;

/**
 * What a public endpoint is asked for.
 * @param pictures addresses or data URIs of the references.
 */
export function publicInput(endpoint: Endpoint, request: ImageRequest, pictures: readonly string[]): Input {
  const { prompt, negativePrompt, seed } = request;
  return {
    prompt,
    ...(negativePrompt && endpoint.hasNegativePrompt ? { negative_prompt: negativePrompt } : {}),
    ...(endpoint.hasSeed ? { seed } : {}),
    ...sizeInput(endpoint, request),
    ...(endpoint.format === undefined ? {} : { [endpoint.format]: 'png' }),
    ...(endpoint.pictures === undefined || pictures.length === 0
      ? {}
      : { [endpoint.pictures]: endpoint.pictures === 'image' ? pictures[0] : pictures }),
  };
}

function sizeInput({ size, sizes }: Endpoint, request: ImageRequest): Input {
  const { width, height } = request;
  switch (size) {
    case 'size':
      return { size: `${width}*${height}` };
    case 'sides':
      return { width, height };
    case 'ratio':
      return { aspect_ratio: nearestRatio(sizes, width / height) };
    case 'resolution':
      return { aspect_ratio: nearestRatio(sizes, width / height), resolution: resolutionOf(request) };
    case 'none':
      return {};
  }
}

function nearestRatio(sizes: SizeSupport, ratio: number): string {
  const ratios = sizes.kind === 'ratio' ? sizes.ratios : [];
  const distance = (text: string): number => Math.abs(ratioOf(text) / ratio - 1);
  return ratios.toSorted((a, b) => distance(a) - distance(b))[0] ?? '1:1';
}

/** What worker-sdxl and worker-a1111 are asked for: one picture. */
export function workerInput(worker: Worker, request: ImageRequest): Input {
  const { prompt, negativePrompt, seed, width, height } = request;
  const common = { prompt, ...(negativePrompt ? { negative_prompt: negativePrompt } : {}), seed, width, height };
  if (worker === 'worker-sdxl') return { ...common, num_images: 1 };
  return { ...common, batch_size: 1, n_iter: 1, send_images: true, save_images: false };
}
