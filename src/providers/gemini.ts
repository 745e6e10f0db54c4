/** Google's Gemini image models (Nano Banana), asked by `generateContent`: answered with the picture itself. */
import { z } from 'zod';
import { ProviderError, UserError } from '../errors.ts';
import { nearestRatio } from './capabilities.ts';
import { defineProvider, type ProviderSettings } from './definition.ts';
import { answerSchema, pictureIn, SERVICE } from './gemini/answer.ts';
import { inBatches } from './gemini/batch.ts';
import { DEFAULT_MODEL, type GeminiModel, imageSizeOf, MODELS, unknownOf, wantedSize } from './gemini/models.ts';
import { priceBefore } from './gemini/price.ts';
import { checkModels, googleService, paidQuestion } from './google/service.ts';
import { askJson, type JsonService } from './json-service.ts';
import { lookUpModel, modelForRequest, type ModelList } from './models.ts';
import { commonOptions } from './options.ts';
import { configuredPrice } from './price.ts';
import { promptOf } from './prompt.ts';
import type { ImageRequest, Provider, Reference, Submission, SubmitContext } from './provider.ts';
import { referenceSender, type ReferenceSender } from './reference-sender.ts';

/** A request with inline pictures is at most 20 MB, and base64 makes four bytes of three. */
const INLINE_MAX_BYTES = 14_000_000;
/** The references of one request of a batch: several requests share the 20 MB. */
const BATCHED_MAX_BYTES = 2_000_000;
/** Larger ones are made smaller: the model looks at no more of them. */
const REFERENCE_LIMIT = { service: SERVICE, maxBytes: 100_000_000 };
const REFERENCE_PIXELS = 1024 * 1024;
/** A face can't be told from fewer. */
const REFERENCE_PIXELS_MIN = 256 * 256;
/** `seed` is a signed 32-bit integer. */
const SEED_RANGE = 2 ** 31;

const MODEL_LIST: ModelList<GeminiModel> = { service: SERVICE, models: MODELS, defaultModel: DEFAULT_MODEL };

const optionsSchema = z.strictObject(commonOptions);
type Options = z.infer<typeof optionsSchema>;

async function create(settings: ProviderSettings<Options>): Promise<Provider> {
  const { options, now } = settings;
  const service = googleService(SERVICE, 'gemini', settings);
  const model = (id: string): GeminiModel => modelOf(id, now());
  const defaultModel = options.model ?? DEFAULT_MODEL;
  const references = referenceSender({ limit: REFERENCE_LIMIT, inlineMaxBytes: Infinity, now });
  const bodyFor = async (request: ImageRequest, signal: AbortSignal, maxBytes: number): Promise<object> => {
    const record = modelForRequest(() => model(request.model));
    return bodyOf(record, request, await inlinePictures(references, request, { signal, maxBytes }));
  };
  const provider: Provider = {
    name: 'gemini',
    idempotent: false,
    answersInline: true,
    baseUrl: service.baseUrl,
    defaultModel,
    capabilities: (id) => model(id).capabilities,
    price: (request) =>
      configuredPrice(options, { model: request.model, nowMs: now() }) ?? priceBefore(model(request.model), request),
    warnings: (request) => warningsOf(request, model(request.model)),
    submit: async (request, call) => {
      if (call.signal.aborted) throw new ProviderError('stopped before anything was sent', { failure: 'interrupted' });
      const record = modelForRequest(() => model(request.model));
      const body = await bodyFor(request, call.signal, INLINE_MAX_BYTES);
      return submit(service, record, body, { call, timeoutMs: settings.timeoutMs });
    },
    check: (call) => checkModels(service, { method: 'generateContent', model: defaultModel, known: MODELS }, call),
  };
  const batch = inBatches({
    provider,
    service,
    now,
    elapsed: settings.elapsed,
    timeoutMs: settings.timeoutMs,
    bodyOf: (request, signal) => bodyFor(request, signal, BATCHED_MAX_BYTES),
    pricesOf: (id) => MODELS.find((one) => one.id === id)?.prices,
  });
  return { ...provider, batch };
}

/** The record of a model; one that imggen does not know gets what the family can do. @throws {UserError} */
function modelOf(id: string, nowMs: number): GeminiModel {
  const known = lookUpModel(MODEL_LIST, id, nowMs);
  if (known !== undefined) return known;
  if (/^[\w.-]{1,200}$/.test(id)) return unknownOf(id);
  throw new UserError(`${id} is no Gemini model: it takes an id as ${DEFAULT_MODEL}`);
}

async function submit(
  service: JsonService,
  model: GeminiModel,
  body: object,
  { call, timeoutMs }: { call: SubmitContext; timeoutMs: number },
): Promise<Submission> {
  call.onPhase?.('sending');
  const path = `/v1beta/models/${model.id}:generateContent`;
  const answer = await askJson(service, paidQuestion(path, body, call, timeoutMs), answerSchema);
  return { state: 'generated', ...pictureIn(answer, model.prices) };
}

/** Words first, then the reference pictures in their order: the prompt tells of them by number. */
function bodyOf(model: GeminiModel, request: ImageRequest, pictures: readonly object[]): object {
  const imageSize = imageSizeOf(model, request);
  const { sizes } = model.capabilities;
  const aspectRatio = sizes.kind === 'ratio' ? nearestRatio(sizes.ratios, request) : undefined;
  return {
    contents: [{ role: 'user', parts: [{ text: promptOf(request) }, ...pictures] }],
    generationConfig: {
      seed: request.seed % SEED_RANGE,
      responseModalities: ['IMAGE'],
      imageConfig: { aspectRatio, ...(imageSize ? { imageSize } : {}) },
    },
  };
}

/** The references as parts of the request; those that take more than their share of it are made smaller. */
function inlinePictures(
  send: ReferenceSender,
  { references }: ImageRequest,
  { signal, maxBytes }: { signal: AbortSignal; maxBytes: number },
): Promise<{ inlineData: { mimeType: string; data: string } }[]> {
  const shareBytes = maxBytes / Math.max(1, references.length);
  return Promise.all(
    references.map(async (reference) => {
      const pixelsMax = reference.sizeBytes > shareBytes ? REFERENCE_PIXELS : undefined;
      const [, mimeType = '', data = ''] =
        /^data:([^;]+);base64,(.*)$/s.exec(await smallEnough(send, reference, { signal, pixelsMax, shareBytes })) ?? [];
      return { inlineData: { mimeType, data } };
    }),
  );
}

/** A picture with few pixels may still have many bytes: it gets fewer pixels until it takes no more than its share. */
async function smallEnough(
  send: ReferenceSender,
  reference: Reference,
  { signal, pixelsMax, shareBytes }: { signal: AbortSignal; pixelsMax: number | undefined; shareBytes: number },
): Promise<string> {
  const uri = await send(reference, { signal, pixelsMax });
  const sizeBytes = (uri.length * 3) / 4;
  if (pixelsMax === undefined || sizeBytes <= shareBytes || pixelsMax < REFERENCE_PIXELS_MIN) return uri;
  const fewer = Math.floor(pixelsMax * Math.min(0.8, (shareBytes / sizeBytes) * 0.95));
  return smallEnough(send, reference, { signal, pixelsMax: fewer, shareBytes });
}

function warningsOf(request: ImageRequest, model: GeminiModel): string[] {
  const only1K = model.takesImageSize === false && wantedSize(request) !== '1K';
  return [
    `${SERVICE} takes a seed at best effort: the same request may give another picture.`,
    ...(request.negativePrompt
      ? [`${SERVICE} has no negative prompt: what to leave out is said at the end of the prompt ("Avoid: …").`]
      : []),
    ...(only1K ? [`${model.id} makes pictures of about one megapixel only (1K).`] : []),
  ];
}

export default defineProvider({ name: 'gemini', optionsSchema, models: MODELS, create });
