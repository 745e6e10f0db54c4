/**
 * AUTOMATIC1111's Stable Diffusion web UI, with its API switched on: the user's own GPU. It answers with the picture
 * itself; meanwhile it tells how far it is. From its sources (modules/api/api.py, modules/api/models.py, 2026-11).
 */
import { z } from 'zod';
import { type Failure, ProviderError } from '../errors.ts';
import { optionalKeyOf, baseUrlOf } from './access.ts';
import { bodyOf } from './a1111/body.ts';
import { withProgress } from './a1111/progress.ts';
import type { Capabilities, ModelRecord } from './capabilities.ts';
import { defineProvider, type ProviderSettings } from './definition.ts';
import { askJson, type JsonService } from './json-service.ts';
import { commonOptions } from './options.ts';
import { configuredPrice, priceOfEach } from './price.ts';
import type { CallContext, Generated, Health, Provider } from './provider.ts';

const SERVICE = 'AUTOMATIC1111';
const USUAL_URL = 'http://127.0.0.1:7860';
/** Whatever checkpoint is loaded. */
const DEFAULT_MODEL = 'current';
const READ_TIMEOUT_MS = 15_000;

const optionsSchema = z.strictObject({
  ...commonOptions,
  reference: z
    .enum(['repaint', 'none'])
    .optional()
    .describe(
      'What to do with a face to keep: repaint sends the picture to be painted over (img2img), none makes pictures ' +
        'from prompt and seed alone, which is right for a LoRA. Left out, such a job is refused.',
    ),
  input: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('More fields of the request: steps, cfg_scale, sampler_name, denoising_strength, alwayson_scripts …'),
  pollMs: z
    .int()
    .min(10)
    .max(60_000)
    .default(1000)
    .describe('Milliseconds between two looks at how far the picture is.'),
});
/** `providers.a1111` of the config. */
export type A1111Options = z.infer<typeof optionsSchema>;

const answerSchema = z.object({ images: z.array(z.string()).nullish(), info: z.string().nullish() });
const infoSchema = z.object({ seed: z.int().min(0).optional() });
const checkpointsSchema = z.array(z.object({ title: z.string(), model_name: z.string().optional() }));

const FREE = priceOfEach(0, { source: 'a server of your own', asOf: '2026-11-22' });
const MODELS: readonly ModelRecord[] = [
  {
    id: DEFAULT_MODEL,
    capabilities: capabilitiesOf({ reference: undefined }),
    priceNote: 'free, on a server of your own',
  },
];

async function create(settings: ProviderSettings<A1111Options>): Promise<Provider> {
  const { options, env, keyVariables, fetch, now } = settings;
  const login = optionalKeyOf(env, keyVariables, SERVICE);
  const encoded = login === undefined ? undefined : Buffer.from(login).toString('base64');
  const service: JsonService = {
    name: SERVICE,
    baseUrl: baseUrlOf([options.baseUrl, env['A1111_BASE_URL'], USUAL_URL], 'providers.a1111.baseUrl'),
    headers: encoded === undefined ? {} : { authorization: `Basic ${encoded}` },
    secrets: login === undefined || encoded === undefined ? [] : [login, encoded, login.replace(/^[^:]*:/, '')],
    toldFailure,
    fetch,
    now,
  };
  const capabilities = capabilitiesOf(options);
  const defaultModel = options.model ?? DEFAULT_MODEL;
  return {
    name: 'a1111',
    idempotent: false,
    answersInline: true,
    baseUrl: service.baseUrl,
    defaultModel,
    capabilities: () => capabilities,
    price: ({ model }) => configuredPrice(options, { model, nowMs: now() }) ?? FREE,
    warnings: () => [],
    submit: async (request, call) => {
      if (call.signal.aborted) throw new ProviderError('stopped before anything was sent', { failure: 'interrupted' });
      const body = await bodyOf(request, { input: options.input ?? {}, loaded: DEFAULT_MODEL });
      call.onPhase?.('sending');
      const path = request.references.length > 0 ? '/sdapi/v1/img2img' : '/sdapi/v1/txt2img';
      const asked = { asked: 'sync-submit', method: 'POST', path, body } as const;
      const { signal, onSending } = call;
      const { timeoutMs, sleep } = settings;
      const making = askJson(service, { ...asked, signal, timeoutMs, onSending: () => onSending() }, answerSchema);
      const task = request.attemptKey;
      const made = await withProgress(making, { service, task, pollMs: options.pollMs, sleep }, call);
      return { state: 'generated', ...pictureIn(made) };
    },
    check: (call) => check(service, defaultModel, call),
  };
}

function capabilitiesOf({ reference }: Pick<A1111Options, 'reference'>): Capabilities {
  const withheld = 'only paints over the picture it is given: no likeness in a new scene';
  return {
    seed: 'exact',
    referencesMax: reference === 'repaint' ? 1 : 0,
    keepsFace: reference === 'none' ? 'none' : 'repaint',
    ...(reference === undefined ? { withheld } : {}),
    sizes: { kind: 'free', minPx: 64, maxPx: 2048, multipleOf: 8, ratioMax: 8 },
    qualities: [],
    negativePrompt: true,
    cancel: false,
    reattach: false,
  };
}

/** The picture, with the seed that was used: it is told in a text that is JSON again. */
function pictureIn({ images, info }: z.infer<typeof answerSchema>): Generated {
  const [encoded] = images ?? [];
  if (!encoded)
    throw new ProviderError(`${SERVICE}: the answer holds no picture`, { failure: 'unusable', charged: 'maybe' });
  const seed = seedIn(info ?? '');
  return {
    image: { kind: 'bytes', bytes: Buffer.from(encoded.replace(/^data:[^,]*,/, ''), 'base64') },
    ...(seed === undefined ? {} : { seedUsed: seed }),
  };
}

function seedIn(info: string): number | undefined {
  try {
    return infoSchema.safeParse(JSON.parse(info)).data?.seed;
  } catch {
    return undefined;
  }
}

/** The same picture needs the same memory again: asking again does not help. */
function toldFailure(_: number, bodyText: string): Failure | undefined {
  return /"error"\s*:\s*"OutOfMemoryError"/.test(bodyText) ? 'rejected' : undefined;
}

async function check(service: JsonService, model: string, { signal }: CallContext): Promise<Health> {
  const question = { asked: 'read', method: 'GET', path: '/sdapi/v1/sd-models', signal } as const;
  try {
    const all = await askJson(service, { ...question, timeoutMs: READ_TIMEOUT_MS }, checkpointsSchema);
    const has = model === DEFAULT_MODEL || all.some((one) => one.title === model || one.model_name === model);
    const missing = has ? '' : `, but has no checkpoint ${model}`;
    return { ok: true, message: `the server at ${service.baseUrl} answers (${all.length} checkpoints)${missing}` };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const hint = error.status === 404 ? '; is its API switched on, in COMMANDLINE_ARGS of the web UI?' : '';
    return { ok: false, message: `${error.message}${hint}` };
  }
}

export default defineProvider({ name: 'a1111', optionsSchema, models: MODELS, create });
