/** Google's Imagen, asked by `predict`, for accounts that still have it; others are told to take `gemini`. */
import { z } from 'zod';
import { ProviderError, UserError } from '../errors.ts';
import { nearestRatio } from './capabilities.ts';
import { defineProvider, type ProviderSettings } from './definition.ts';
import { oneLine } from './error-body.ts';
import { checkModels, googleService, hasModel, paidQuestion, SAID_FREE } from './google/service.ts';
import { DEFAULT_MODEL, GONE, type ImagenModel, PRICE_SOURCE, SERVED } from './imagen/models.ts';
import { askJson, type JsonService } from './json-service.ts';
import { lookUpModel, modelForRequest, unknownModel } from './models.ts';
import { commonOptions } from './options.ts';
import { configuredPrice, priceOfEach } from './price.ts';
import { promptOf } from './prompt.ts';
import type { CallContext, Generated, ImageRequest, Provider } from './provider.ts';

const SERVICE = 'Imagen';
const MODELS = [...SERVED, ...GONE];
/** Above this 2K is nearer, by sides. */
const PIXELS_OF_1K = 2 * 1024 * 1024;

const optionsSchema = z.strictObject(commonOptions);
type Options = z.infer<typeof optionsSchema>;

const answerSchema = z.object({
  predictions: z
    .array(z.object({ bytesBase64Encoded: z.string().nullish(), raiFilteredReason: z.string().nullish() }))
    .nullish(),
});

async function create(settings: ProviderSettings<Options>): Promise<Provider> {
  const { options, now, timeoutMs } = settings;
  const service = googleService(SERVICE, 'imagen', settings);
  const defaultModel = options.model ?? DEFAULT_MODEL;
  return {
    name: 'imagen',
    idempotent: false,
    answersInline: true,
    baseUrl: service.baseUrl,
    defaultModel,
    capabilities: (id) => modelOf(id, now()).capabilities,
    learn: (id, call) => learn(service, modelOf(id, now()), call),
    price: ({ model }) =>
      configuredPrice(options, { model, nowMs: now() }) ?? priceOfEach(modelOf(model, now()).priceUsd, PRICE_SOURCE),
    warnings,
    submit: async (request, call) => {
      if (call.signal.aborted) throw new ProviderError('stopped before anything was sent', { failure: 'interrupted' });
      const model = modelForRequest(() => modelOf(request.model, now()));
      call.onPhase?.('sending');
      const path = `/v1beta/models/${model.id}:predict`;
      const question = paidQuestion(path, bodyOf(model, request), call, timeoutMs);
      return { state: 'generated', ...pictureIn(await askJson(service, question, answerSchema)) };
    },
    check: (call) => checkModels(service, { method: 'predict', model: defaultModel, known: SERVED }, call),
  };
}

/** The record of a model that an account may have. @throws {UserError} for all others. */
function modelOf(id: string, nowMs: number): ImagenModel {
  const served = SERVED.find((model) => model.id === id);
  if (served !== undefined) return served;
  lookUpModel({ service: SERVICE, models: GONE, defaultModel: DEFAULT_MODEL }, id, nowMs);
  throw unknownModel({ service: SERVICE, models: SERVED, defaultModel: DEFAULT_MODEL }, id);
}

/**
 * Asks whether the account has the model. What can't be asked now is left to the request, which is refused unpaid.
 * @throws {UserError} when it has not.
 */
async function learn(service: JsonService, { id, retiresOn }: ImagenModel, call: CallContext): Promise<void> {
  try {
    if (await hasModel(service, id, call)) return;
  } catch (error) {
    if (error instanceof ProviderError) return;
    throw error;
  }
  throw new UserError(`Google shut ${id} down on ${retiresOn}, and this account no longer has it`, {
    hint: 'Use the provider gemini instead; nothing was sent.',
  });
}

function bodyOf({ capabilities, takesImageSize }: ImagenModel, request: ImageRequest): object {
  const { sizes } = capabilities;
  const size = request.width * request.height < PIXELS_OF_1K ? '1K' : '2K';
  return {
    instances: [{ prompt: promptOf(request) }],
    parameters: {
      sampleCount: 1,
      ...(sizes.kind === 'ratio' ? { aspectRatio: nearestRatio(sizes.ratios, request) } : {}),
      ...(takesImageSize ? { sampleImageSize: size } : {}),
      includeRaiReason: true,
    },
  };
}

/**
 * The picture in an answer. What was filtered out is told with HTTP 200, by a reason in place of the picture.
 * @throws {ProviderError} `refused`, or `unusable` when nothing is told.
 */
function pictureIn({ predictions }: z.infer<typeof answerSchema>): Generated {
  const data = predictions?.find((prediction) => prediction.bytesBase64Encoded)?.bytesBase64Encoded;
  if (data) return { image: { kind: 'bytes', bytes: Buffer.from(data, 'base64') } };
  const reason = predictions?.find((prediction) => prediction.raiFilteredReason)?.raiFilteredReason;
  if (reason) {
    const charged = SAID_FREE.test(reason) ? 'no' : 'maybe';
    throw new ProviderError(`${SERVICE} refused: ${oneLine(reason)}`, {
      failure: 'refused',
      code: 'filtered',
      charged,
    });
  }
  throw new ProviderError(`${SERVICE}: the answer holds no picture`, { failure: 'unusable', charged: 'maybe' });
}

function warnings({ model, negativePrompt }: ImageRequest): string[] {
  return [
    `${SERVICE} takes no seed: the same request gives another picture each time.`,
    `Google has shut ${model} down for most accounts: the provider gemini has its successors.`,
    ...(negativePrompt
      ? [`${SERVICE} has no negative prompt: what to leave out is said at the end of the prompt ("Avoid: …").`]
      : []),
  ];
}

export default defineProvider({ name: 'imagen', optionsSchema, models: MODELS, create });
