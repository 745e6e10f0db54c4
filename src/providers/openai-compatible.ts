/**
 * Servers that speak OpenAI's old image endpoint (LocalAI and the like), by their address. They are sent only what they
 * all know; what a server takes besides is said in the config. From LocalAI's sources and documentation (2026-11).
 */
import { z } from 'zod';
import { ProviderError } from '../errors.ts';
import { optionalKeyOf, baseUrlOf } from './access.ts';
import type { Capabilities, ModelRecord } from './capabilities.ts';
import { defineProvider, type ProviderSettings } from './definition.ts';
import { askJson, type JsonService } from './json-service.ts';
import { commonOptions } from './options.ts';
import { configuredPrice, priceOfEach } from './price.ts';
import { promptOf } from './prompt.ts';
import type { CallContext, Generated, Health, ImageRequest, Provider, SubmitContext } from './provider.ts';
import { referenceBytes } from './references.ts';

const SERVICE = 'The OpenAI-compatible server';
/** Where LocalAI listens by itself. */
const USUAL_URL = 'http://127.0.0.1:8080/v1';
/** The name of the image model in LocalAI's all-in-one images. */
const DEFAULT_MODEL = 'stablediffusion';
const READ_TIMEOUT_MS = 15_000;
const REFERENCE_LIMIT = { service: SERVICE, maxBytes: 50_000_000 };
const REFERENCES_MAX = 4;
/** Servers read the seed into a signed 32-bit integer. */
const SEED_RANGE = 2 ** 31;

const optionsSchema = z.strictObject({
  ...commonOptions,
  takes: z
    .array(z.enum(['seed', 'negative_prompt', 'ref_images']))
    .default([])
    .describe(
      'What the server takes besides prompt, size and number: seed, negative_prompt, ref_images (references). ' +
        'LocalAI knows all three; whether they are used depends on its model.',
    ),
  input: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('More fields of the request, as the server names them (step, cfg_scale …).'),
});
type Options = z.infer<typeof optionsSchema>;

const answerSchema = z.object({
  data: z.array(z.object({ b64_json: z.string().nullish(), url: z.string().nullish() })).nullish(),
});
const listSchema = z.object({ data: z.array(z.object({ id: z.string() })).nullish() });

const FREE = priceOfEach(0, { source: 'a server of your own', asOf: '2026-11-22' });
const PLAIN = capabilitiesOf({ takes: [] });
const MODELS: readonly ModelRecord[] = [
  { id: DEFAULT_MODEL, capabilities: PLAIN, priceNote: 'free, on a server of your own' },
];

async function create(settings: ProviderSettings<Options>): Promise<Provider> {
  const { options, env, keyVariables, fetch, now, timeoutMs } = settings;
  const key = optionalKeyOf(env, keyVariables, SERVICE);
  const service: JsonService = {
    name: SERVICE,
    baseUrl: baseUrlOf(
      [options.baseUrl, env['OPENAI_COMPATIBLE_BASE_URL'], USUAL_URL],
      'providers.openai-compatible.baseUrl',
    ),
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    secrets: key === undefined ? [] : [key],
    fetch,
    now,
  };
  const capabilities = capabilitiesOf(options);
  const defaultModel = options.model ?? DEFAULT_MODEL;
  return {
    name: 'openai-compatible',
    idempotent: false,
    answersInline: true,
    baseUrl: service.baseUrl,
    defaultModel,
    capabilities: () => capabilities,
    price: ({ model }) => configuredPrice(options, { model, nowMs: now() }) ?? FREE,
    warnings: (request) => warningsOf(request, options),
    submit: async (request, call) => {
      if (call.signal.aborted) throw new ProviderError('stopped before anything was sent', { failure: 'interrupted' });
      const body = await bodyOf(request, options);
      call.onPhase?.('sending');
      return { state: 'generated', ...(await ask(service, body, call, timeoutMs)) };
    },
    check: (call) => check(service, defaultModel, call),
  };
}

function capabilitiesOf({ takes }: Pick<Options, 'takes'>): Capabilities {
  const hasReferences = takes.includes('ref_images');
  return {
    seed: takes.includes('seed') ? 'best-effort' : 'none',
    referencesMax: hasReferences ? REFERENCES_MAX : 0,
    keepsFace: hasReferences ? 'references' : 'none',
    sizes: { kind: 'free', minPx: 64, maxPx: 4096, multipleOf: 8, ratioMax: 8 },
    qualities: [],
    negativePrompt: takes.includes('negative_prompt'),
    cancel: false,
    reattach: false,
  };
}

async function bodyOf(request: ImageRequest, { takes, input }: Options): Promise<object> {
  const negative = takes.includes('negative_prompt') ? request.negativePrompt?.trim() : undefined;
  const prompt = takes.includes('negative_prompt') ? request.prompt : promptOf(request);
  const pictures = await Promise.all(
    request.references.map(async (one) => (await referenceBytes(one, REFERENCE_LIMIT)).toString('base64')),
  );
  return {
    ...input,
    model: request.model,
    // LocalAI takes what is behind a bar for the negative prompt.
    prompt: prompt.replaceAll('|', ','),
    n: 1,
    size: `${request.width}x${request.height}`,
    response_format: 'b64_json',
    ...(negative ? { negative_prompt: negative } : {}),
    ...(takes.includes('seed') ? { seed: request.seed % SEED_RANGE } : {}),
    ...(pictures.length > 0 ? { ref_images: pictures } : {}),
  };
}

/** Sends the one request. Some servers answer with an address although the picture itself was asked for. */
async function ask(service: JsonService, body: object, call: SubmitContext, timeoutMs: number): Promise<Generated> {
  const onSending = (): void => {
    call.onSending();
    call.onPhase?.('waiting');
  };
  const question = { asked: 'sync-submit', method: 'POST', path: '/images/generations' } as const;
  const { signal } = call;
  let answeredMs = NaN;
  const onAnswer = (headers: Headers): number => (answeredMs = Date.parse(headers.get('date') ?? ''));
  const { data } = await askJson(service, { ...question, body, signal, timeoutMs, onSending, onAnswer }, answerSchema);
  const [made] = data ?? [];
  if (made?.b64_json) return { image: { kind: 'bytes', bytes: Buffer.from(made.b64_json, 'base64') } };
  if (made?.url && URL.canParse(made.url, service.baseUrl))
    return {
      image: { kind: 'url', url: new URL(made.url, service.baseUrl).href },
      ...(Number.isNaN(answeredMs) ? {} : { sent: { answeredMs } }),
    };
  throw new ProviderError(`${SERVICE}: the answer holds no picture`, { failure: 'unusable', charged: 'maybe' });
}

async function check(service: JsonService, model: string, { signal }: CallContext): Promise<Health> {
  const question = { asked: 'read', method: 'GET', path: '/models', signal, timeoutMs: READ_TIMEOUT_MS } as const;
  try {
    const { data } = await askJson(service, question, listSchema);
    const has = (data ?? []).some(({ id }) => id === model);
    return { ok: true, message: `the server at ${service.baseUrl} answers${has ? '' : `, but has no model ${model}`}` };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    // Small servers have no list.
    if (error.status === 404) return { ok: true, message: `the server at ${service.baseUrl} answers` };
    return { ok: false, message: error.message };
  }
}

function warningsOf({ negativePrompt }: ImageRequest, { takes }: Options): string[] {
  return [
    takes.includes('seed')
      ? `${SERVICE} takes a seed; whether the same request gives the same picture depends on its model.`
      : `${SERVICE} is sent no seed: the same request gives another picture each time.`,
    ...(negativePrompt && !takes.includes('negative_prompt')
      ? [`${SERVICE} is sent no negative prompt: what to leave out is said at the end of the prompt ("Avoid: …").`]
      : []),
  ];
}

export default defineProvider({ name: 'openai-compatible', optionsSchema, models: MODELS, create });
