/**
 * A made-up queue provider in one file: what adding one takes. It asks an emulated Replicate by plain fetch, as if that
 * were another service.
 */
import { z } from 'zod';
import { ProviderError } from '../../src/errors.ts';
import { baseUrlOf, keyOf } from '../../src/providers/access.ts';
import type { Capabilities, ModelRecord } from '../../src/providers/capabilities.ts';
import { askJson, type JsonQuestion, type JsonService } from '../../src/providers/json-service.ts';
import { lookUpModel, modelForRequest, type ModelList, unknownModel } from '../../src/providers/models.ts';
import { commonOptions } from '../../src/providers/options.ts';
import { configuredPrice, priceOfEach } from '../../src/providers/price.ts';
import { defineProvider } from '../../src/providers/definition.ts';
import type { ProviderSettings } from '../../src/providers/definition.ts';
import type { CallContext, Health, ImageRequest, Provider } from '../../src/providers/provider.ts';
import { collectFromQueue, type Queue, type Reading } from '../../src/providers/queue.ts';
import { referenceDataUri } from '../../src/providers/references.ts';

const SERVICE = 'Paper';
const RETENTION_MS = 3_600_000;
const READ_TIMEOUT_MS = 30_000;

const optionsSchema = z.strictObject({
  ...commonOptions,
  tier: z.enum(['slow', 'fast']).default('slow').describe('How fast.'),
});

const CAPABILITIES: Capabilities = {
  seed: 'exact',
  referencesMax: 1,
  keepsFace: 'references',
  sizes: { kind: 'list', sizes: ['1024x1024'] },
  qualities: [],
  negativePrompt: false,
  cancel: true,
  reattach: true,
};
const MODELS: ModelList<ModelRecord> = {
  service: SERVICE,
  defaultModel: 'paper-2',
  models: [
    { id: 'paper-2', capabilities: CAPABILITIES, priceNote: '$0.03 an image' },
    { id: 'paper-1', capabilities: CAPABILITIES, retired: { on: '2026-01-01', successor: 'paper-2' } },
  ],
};
const PRICE = priceOfEach(0.03, { source: 'paper.test/pricing', asOf: '2026-11-21' });

const jobSchema = z.object({
  id: z.string().regex(/^[\w-]{1,200}$/),
  status: z.string(),
  output: z.array(z.url()).nullish(),
  error: z.string().nullish(),
});
type Job = z.infer<typeof jobSchema>;

async function create(settings: ProviderSettings<z.infer<typeof optionsSchema>>): Promise<Provider> {
  const { options, env, fetch, now, timeoutMs } = settings;
  const key = keyOf(env, settings.keyVariables, SERVICE);
  const baseUrl = baseUrlOf([options.baseUrl, env['PAPER_BASE_URL'], 'https://paper.test/v1'], 'providers.paper');
  const service: JsonService = {
    name: SERVICE,
    baseUrl,
    headers: { authorization: `Bearer ${key}` },
    secrets: [key],
    fetch,
    now,
  };
  const record = (id: string): ModelRecord => {
    const found = lookUpModel(MODELS, id, now());
    if (found === undefined) throw unknownModel(MODELS, id);
    return found;
  };
  return {
    name: 'paper',
    idempotent: false,
    retentionMs: RETENTION_MS,
    baseUrl,
    defaultModel: MODELS.defaultModel,
    capabilities: (model) => record(model).capabilities,
    price: ({ model }) => configuredPrice(options, { model, nowMs: now() }) ?? PRICE,
    warnings: ({ negativePrompt }) => (negativePrompt ? [`${SERVICE} has no negative prompt`] : []),
    submit: async (request, call) => {
      modelForRequest(() => record(request.model));
      const body = { version: 'a'.repeat(64), input: await inputOf(request) };
      call.onPhase?.('sending');
      const question = { asked: 'queue-submit', method: 'POST', path: '/predictions', body } as const;
      const job = await askJson(service, { ...question, ...call, timeoutMs }, jobSchema);
      return { state: 'accepted', remoteId: job.id };
    },
    collect: (accepted, _request, call) => collectFromQueue(jobs(service), accepted, settings, call),
    cancel: async (remoteId, call) => {
      const question: JsonQuestion = { ...reading(call), method: 'POST', path: `/predictions/${remoteId}/cancel` };
      return (await askJson(service, question, jobSchema)).status === 'canceled';
    },
    check: (call) => check(service, call),
  };
}

async function inputOf(request: ImageRequest): Promise<Record<string, unknown>> {
  const [reference] = request.references;
  const limit = { service: SERVICE, maxBytes: 5_000_000 };
  const image = reference === undefined ? {} : { input_image: await referenceDataUri(reference, limit) };
  return { prompt: request.prompt, ...image };
}

function jobs(service: JsonService): Queue<Job> {
  return {
    service: SERVICE,
    retentionMs: RETENTION_MS,
    pollMs: 10,
    pollMaxMs: 100,
    read: (remoteId, call) => askJson(service, { ...reading(call), path: `/predictions/${remoteId}` }, jobSchema),
    resultOf,
  };
}

function resultOf({ status, output, error }: Job): Reading {
  const url = output?.[0];
  if (status === 'succeeded')
    return url === undefined
      ? { state: 'missing', why: 'no output' }
      : { state: 'generated', image: { kind: 'url', url } };
  if (status === 'failed')
    throw new ProviderError(`${SERVICE}: ${error ?? 'no reason given'}`, { failure: 'unavailable' });
  return { state: 'running' };
}

function reading({ signal }: CallContext): Omit<JsonQuestion, 'path'> {
  return { asked: 'read', method: 'GET', signal, timeoutMs: READ_TIMEOUT_MS };
}

async function check(service: JsonService, call: CallContext): Promise<Health> {
  try {
    await askJson(service, { ...reading(call), path: '/account' }, z.object({ username: z.string() }));
    return { ok: true, message: 'the key is good' };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { ok: false, message: error.message };
  }
}

export default defineProvider({ name: 'paper', optionsSchema, models: MODELS.models, create });
