/** What is sent to a model of fal: to which of its endpoints, and the input. Pure. */
import { ProviderError } from '../../errors.ts';
import { ratioOf } from '../capabilities.ts';
import { resolutionOf } from '../price-rules.ts';
import type { ImageRequest } from '../provider.ts';
import type { FalModel } from './model-record.ts';

/** Inputs by their names. */
export type Input = Readonly<Record<string, unknown>>;

/**
 * The endpoint of a request: the model's own, or its sibling for references.
 * @throws {ProviderError} `rejected` when the model has none for it.
 */
export function endpointOf(model: FalModel, references: number): string {
  const endpoint = references > 0 ? model.withReferences : model.plain;
  if (endpoint !== undefined && references <= model.capabilities.referencesMax) return endpoint;
  const takes = model.plain === undefined ? 'makes no picture without a reference' : `takes ${most(model)}`;
  throw new ProviderError(`${model.id} ${takes}: nothing was sent`, { failure: 'rejected', code: 'references' });
}

/**
 * The input of a request.
 * @param urls addresses or data URIs of its references, in their order.
 * @param extra the user's own inputs, which are stronger than those that imggen sends by itself.
 */
export function inputOf(model: FalModel, request: ImageRequest, urls: readonly string[], extra: Input): Input {
  const { capabilities, referenceInput } = model;
  const negative = request.negativePrompt?.trim();
  return {
    prompt: request.prompt,
    ...(negative && capabilities.negativePrompt ? { negative_prompt: negative } : {}),
    ...(capabilities.seed === 'none' ? {} : { seed: request.seed }),
    ...sizeOf(model, request),
    ...model.fixed,
    ...extra,
    // What the job was made for, whatever the config says by now.
    ...(model.loras && request.lora !== undefined ? { loras: [{ path: request.lora, scale: 1 }] } : {}),
    ...(referenceInput === undefined || urls.length === 0
      ? {}
      : { [referenceInput]: referenceInput === 'image_url' ? urls[0] : urls }),
  };
}

function sizeOf({ sizeField, resolutions, capabilities }: FalModel, { width, height }: ImageRequest): Input {
  if (sizeField === 'image_size') return { image_size: { width, height } };
  if (sizeField === 'none' || capabilities.sizes.kind !== 'ratio') return {};
  const distance = (ratio: string): number => Math.abs(Math.log(ratioOf(ratio) / (width / height)));
  const [nearest] = capabilities.sizes.ratios.toSorted((a, b) => distance(a) - distance(b));
  const step = resolutionOf(resolutions ?? [], { width, height });
  return { aspect_ratio: nearest, ...(step === undefined ? {} : { resolution: step[0] }) };
}

function most({ capabilities: { referencesMax } }: FalModel): string {
  return referencesMax === 0 ? 'no reference' : `${referencesMax} references at most`;
}
