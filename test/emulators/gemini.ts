/**
 * Google's Gemini API for pictures, emulated from its types and recorded answers: strict in what it takes, charging by
 * tokens the moment it makes a picture. Operations for faults: `submit` (`generateContent` and `predict`), `models`.
 * Its base URL is the emulator's own.
 */
import { randomUUID } from 'node:crypto';
import { type BatchControl, batchesOf, type StoredBatch } from './gemini/batches.ts';
import { makePicture } from './picture.ts';
import type { Answer, Call, Route, Service } from './service.ts';
import { IMAGEN_MODELS, listed, LIVE_MODELS, type Model } from './gemini/models.ts';
import { overQuota, Refusal, refuse, unauthorized, worded } from './gemini/refusal.ts';
import { type Asked, understand, understandPredict } from './gemini/rules.ts';
import { usageOf } from './gemini/usage.ts';

/** What can be set. */
export interface GeminiOptions {
  /** The one key that is good; without it any is. */
  apiKey?: string;
  /** True: the account still serves Imagen. */
  imagen?: boolean;
  /** Size of the pictures' files. Default: small. */
  pictureBytes?: number;
  /** Pictures a minute; then 429 with `RetryInfo`. Default: no limit. */
  perMinute?: number;
  /** How batches go. */
  batch?: Partial<BatchControl>;
}

/** The emulated service with what it holds. */
export interface GeminiService extends Service {
  batches: readonly StoredBatch[];
  control: BatchControl;
}

/** A prompt with this word is blocked before the model sees it. */
export const FORBIDDEN = 'forbidden-content';
/** A prompt with this word leads to a picture that is not shown, after thoughts that are charged. */
export const FILTERED = 'filtered-content';
/** A prompt with this word brings no picture and no token. */
export const NOTHING = 'bring-nothing';

/** Of a request with pictures inside (ai.google.dev/gemini-api/docs/image-understanding). */
const REQUEST_MAX_BYTES = 20 * 1024 * 1024;
const MEGAPIXEL = 1024 * 1024;
const THOUGHTS = 120;
const SAID = 20;

/** Makes the service; run it with `startEmulator`. */
export function gemini(options: GeminiOptions = {}): GeminiService {
  const held: StoredBatch[] = [];
  const standard = { batchMs: 0, made: Infinity, ends: 'SUCCEEDED', listLagMs: 0, keys: true } as const;
  const control: BatchControl = { ...standard, ...options.batch };
  const batches = batchesOf(control, held);
  const models: readonly Model[] = [...LIVE_MODELS, ...(options.imagen ? IMAGEN_MODELS : [])];
  const admitted: number[] = [];

  function modelFor(call: Call): Model {
    const [id = '', method = ''] = (call.params['call'] ?? '').split(':');
    const asked = method === 'batchGenerateContent' ? 'generateContent' : method;
    const found = models.find((model) => model.id === id && model.method === asked);
    if (found === undefined)
      throw new Refusal(
        refuse(
          404,
          'NOT_FOUND',
          `models/${id} is not found for API version v1beta, or is not supported for ${method}. ` +
            'Call ListModels to see the list of available models and their supported methods.',
        ),
      );
    const now = call.now();
    const recent = admitted.filter((at) => at > now - 60_000);
    if (recent.length >= (options.perMinute ?? Infinity))
      throw new Refusal(overQuota(id, Math.ceil(((recent[0] ?? now) + 60_000 - now) / 1000)));
    return found;
  }

  async function submit(call: Call): Promise<Answer> {
    const model = modelFor(call);
    if (call.body.length > REQUEST_MAX_BYTES)
      return refuse(400, 'INVALID_ARGUMENT', `Request payload size exceeds the limit: ${REQUEST_MAX_BYTES} bytes.`);
    if (call.path.endsWith(':batchGenerateContent')) return createBatch(call, model);
    const asked = model.method === 'predict' ? understandPredict(call.json, model) : understand(call.json, model);
    admitted.push(call.now());
    return model.method === 'predict' ? predict(asked, call) : generate(asked, call);
  }

  const makeFor =
    ({ model: id }: Pick<StoredBatch, 'model'>) =>
    (request: unknown, call: Call): Promise<Answer> => {
      const model = models.find((one) => one.id === id);
      if (!model) throw new Error(`no model ${id}`);
      return generate(understand(request, model), call);
    };

  async function createBatch(call: Call, { id }: Model): Promise<Answer> {
    const answer = batches.create(call, id);
    const made = held.at(-1);
    if (made && control.batchMs === 0) await batches.settle(made, call, makeFor(made));
    return answer;
  }

  async function generate(asked: Asked, call: Call): Promise<Answer> {
    const { prompt, model } = asked;
    const told = { modelVersion: model.id, responseId: randomUUID().slice(0, 22) };
    if (prompt.includes(FORBIDDEN)) {
      const usageMetadata = usageOf(asked, { image: 0, said: 0, thoughts: 0 });
      return { body: { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, usageMetadata, ...told } };
    }
    const empty = { content: { role: 'model' }, index: 0 };
    if (prompt.includes(NOTHING)) {
      const usageMetadata = usageOf(asked, { image: 0, said: 0, thoughts: 0 });
      return { body: { candidates: [{ ...empty, finishReason: 'NO_IMAGE' }], usageMetadata, ...told } };
    }
    const isFiltered = prompt.includes(FILTERED);
    const image = isFiltered ? 0 : (model.tokens[asked.imageSize] ?? 0);
    const out = { image, said: isFiltered ? 0 : SAID, thoughts: THOUGHTS };
    const usageMetadata = usageOf(asked, out);
    const id = charge(
      asked,
      call,
      Math.ceil(
        model.in * usageMetadata.promptTokenCount + model.imageOut * image + model.textOut * (out.said + out.thoughts),
      ),
    );
    await call.work();
    if (isFiltered) {
      const finishMessage = "Unable to show the generated image. It violates Google's Responsible AI practices.";
      return {
        body: { candidates: [{ ...empty, finishReason: 'IMAGE_SAFETY', finishMessage }], usageMetadata, ...told },
      };
    }
    const inlineData = { mimeType: 'image/png', data: pictureOf(asked, id) };
    const candidate = { content: { parts: [{ inlineData, thoughtSignature: 'c2ln' }], role: 'model' } };
    return { body: { candidates: [{ ...candidate, finishReason: 'STOP', index: 0 }], usageMetadata, ...told } };
  }

  async function predict(asked: Asked, call: Call): Promise<Answer> {
    if (asked.prompt.includes(FORBIDDEN))
      return refuse(
        400,
        'INVALID_ARGUMENT',
        'The prompt could not be submitted. This prompt contains sensitive words that violate ' +
          "Google's Responsible AI practices. Try rephrasing the prompt.",
      );
    if (asked.prompt.includes(FILTERED))
      return {
        body: { predictions: [{ raiFilteredReason: 'Unable to show generated images. Support codes: 29310472' }] },
      };
    if (asked.prompt.includes(NOTHING)) return { body: {} };
    const id = charge(asked, call, asked.model.pictureMicros ?? 0);
    await call.work();
    return { body: { predictions: [{ mimeType: 'image/png', bytesBase64Encoded: pictureOf(asked, id) }] } };
  }

  /** Books at once, before anything can go wrong with the answer. */
  function charge({ model, prompt, references }: Asked, call: Call, amountMicros: number): string {
    const id = `img_${randomUUID().replaceAll('-', '')}`;
    call.charge({ id, amountMicros, note: { model: model.id, prompt, references } });
    return id;
  }

  function pictureOf({ ratio, imageSize }: Asked, id: string): string {
    const [w = 1, h = 1] = ratio.split(':').map(Number);
    const area = MEGAPIXEL * { '1K': 1, '2K': 4, '4K': 16 }[imageSize as '1K'];
    const width = Math.round(Math.sqrt((area * w) / h) / 16) * 16;
    const height = Math.round(Math.sqrt((area * h) / w) / 16) * 16;
    const size = options.pictureBytes === undefined ? {} : { sizeBytes: options.pictureBytes };
    return makePicture(width, height, id, size).toString('base64');
  }

  const routes: Route[] = [
    ...batches.routes(makeFor),
    { operation: 'submit', method: 'POST', path: '/v1beta/models/:call', handle: submit },
    {
      operation: 'models',
      method: 'GET',
      path: '/v1beta/models',
      handle: () => ({
        body: {
          models: [
            ...models.map(listed),
            listed({ id: 'gemini-3.8-flash', displayName: 'Gemini 3.8 Flash', method: 'generateContent' }),
          ],
        },
      }),
    },
    {
      operation: 'models',
      method: 'GET',
      path: '/v1beta/models/:id',
      handle: (call) => {
        const found = models.find(({ id }) => id === call.params['id']);
        const gone = `Model is not found: models/${call.params['id']} for api version v1beta`;
        return found === undefined ? refuse(404, 'NOT_FOUND', gone) : { body: listed(found) };
      },
    },
  ];
  const guard = (call: Call) => unauthorized(call, options.apiKey);
  return { name: 'gemini', batches: held, control, routes: routes.map(worded), guard };
}
