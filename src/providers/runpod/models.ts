/** The models of RunPod: public endpoints with their prices, and the workers that run on an endpoint of one's own. */
import type { Capabilities, FaceKeeping, ModelRecord } from '../capabilities.ts';
import type { ModelList } from '../models.ts';
import { ENDPOINTS as AT, type Endpoint } from './endpoints.ts';

/** What a picture costs, in US dollars. */
export type RunpodPrice =
  | { per: 'megapixel'; usd: number }
  /** Its page names a price a picture; answers in the same pages tell up to `megapixelUsd` for each megapixel. */
  | { per: 'image'; usd: number; megapixelUsd: number }
  | { per: 'resolution'; usd: { '1k': number; '2k': number; '4k': number } };

/** Programs of runpod-workers that imggen speaks to, by the model's name. */
export type Worker = 'worker-sdxl' | 'worker-a1111' | 'worker-comfyui';

/** A model. */
export interface RunpodModel extends ModelRecord {
  /** Where requests go; undefined: to the user's own endpoint, on which this worker runs. */
  at: { endpoint: Endpoint; withoutPictures?: Endpoint } | { worker: Worker };
  /** Undefined: GPU time, which nobody knows before. */
  price?: RunpodPrice;
}

/** Where and when the prices were read. */
export const PRICES_FROM = { source: 'github.com/runpod/docs public-endpoints/reference.mdx', asOf: '2026-08-20' };

/** Takes pictures of the face, and makes the first one without any at the endpoint named behind. */
export const DEFAULT_MODEL = 'qwen-image-edit-2511';

/** Runs workflow files; taken by default where the config names one. */
export const WORKFLOW_MODEL = 'worker-comfyui';

const capabilitiesOf = (endpoint: Endpoint, more: Partial<Capabilities>): Capabilities => ({
  seed: endpoint.hasSeed ? 'best-effort' : 'none',
  referencesMax: 0,
  keepsFace: 'none',
  sizes: endpoint.sizes,
  qualities: [],
  negativePrompt: endpoint.hasNegativePrompt,
  cancel: true,
  reattach: true,
  ...more,
});

/** The price a picture of the page; the other one, which some of its answers tell, is the worst case. */
const each = (usd: number, megapixelUsd = usd): RunpodPrice => ({ per: 'image', usd, megapixelUsd });
const megapixel = (usd: number): RunpodPrice => ({ per: 'megapixel', usd });

function noteOf(price: RunpodPrice): string {
  if (price.per === 'megapixel') return `$${price.usd} a megapixel`;
  if (price.per === 'image') return `$${price.usd} an image`;
  const { '1k': one, '2k': two, '4k': four } = price.usd;
  return `$${one} at 1k, $${two} at 2k, $${four} at 4k`;
}

const made = (endpoint: Endpoint, price: RunpodPrice, more: Partial<Capabilities> = {}): RunpodModel => ({
  id: endpoint.id,
  at: { endpoint },
  capabilities: capabilitiesOf(endpoint, more),
  price,
  priceNote: noteOf(price),
});

/** A model that takes pictures; without any its requests go to `other`, or it needs one. */
function edited(
  endpoint: Endpoint,
  price: RunpodPrice,
  { max, face = 'references', other }: { max: number; face?: FaceKeeping; other?: Endpoint },
): RunpodModel {
  const seed = endpoint.hasSeed && (other?.hasSeed ?? true) ? 'best-effort' : 'none';
  return {
    ...made(endpoint, price, {
      referencesMax: max,
      ...(other === undefined ? { referencesMin: 1 } : {}),
      keepsFace: face,
      seed,
    }),
    at: other === undefined ? { endpoint } : { endpoint, withoutPictures: other },
    ...(endpoint.pictures === undefined ? {} : { referenceInput: endpoint.pictures }),
  };
}

const WORKER: Capabilities = {
  seed: 'best-effort',
  referencesMax: 0,
  keepsFace: 'none',
  sizes: { kind: 'free', minPx: 64, maxPx: 2048, multipleOf: 8, ratioMax: 8 },
  qualities: [],
  negativePrompt: true,
  cancel: true,
  reattach: true,
};

const worker = (id: Worker): RunpodModel => ({
  id,
  at: { worker: id },
  capabilities: WORKER,
  priceNote: 'GPU time of your own endpoint: set priceUsd',
});

/** The models. */
export const MODEL_LIST: ModelList<RunpodModel> = {
  service: 'RunPod',
  defaultModel: DEFAULT_MODEL,
  models: [
    edited(AT.qwenEdit, each(0.02), { max: 3, other: AT.qwen }),
    edited(AT.qwenEditLora, each(0.025), { max: 3, other: AT.qwenLora }),
    edited(AT.seedreamEdit, each(0.027), { max: 10, other: AT.seedream }),
    edited(AT.pImageEdit, each(0.01), { max: 5, other: AT.pImage }),
    edited(AT.bananaEdit, each(0.038), { max: 4 }),
    edited(AT.banana2Edit, { per: 'resolution', usd: { '1k': 0.0875, '2k': 0.13, '4k': 0.175 } }, { max: 14 }),
    edited(AT.bananaProEdit, { per: 'resolution', usd: { '1k': 0.14, '2k': 0.14, '4k': 0.24 } }, { max: 14 }),
    edited(AT.kontext, each(0.025, 0.03), { max: 1, face: 'edit' }),
    made(AT.fluxDev, megapixel(0.02), { seed: 'exact' }),
    made(AT.fluxSchnell, megapixel(0.0024), { seed: 'exact' }),
    made(AT.qwen, each(0.02)),
    made(AT.qwenLora, each(0.025)),
    made(AT.seedream, each(0.027)),
    made(AT.pImage, each(0.005)),
    made(AT.wan, each(0.03)),
    made(AT.zImage, each(0.005)),
    worker('worker-sdxl'),
    worker('worker-a1111'),
    {
      ...worker(WORKFLOW_MODEL),
      // Its workflow files tell; here what most of them can.
      capabilities: { ...WORKER, referencesMax: 1, keepsFace: 'references' },
      priceNote: 'GPU time of your own endpoint: set priceUsd; the workflow file decides what it takes',
    },
  ],
};
