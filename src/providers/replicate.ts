/**
 * Replicate (replicate.com): any image model by `owner/name` or `owner/name:version`, through the official client.
 * Predictions have ids, can be waited for by another process and can be looked up when an answer was lost.
 */
import { z } from 'zod';
import { ProviderError, UserError } from '../errors.ts';
import { baseUrlOf, keyOf } from './access.ts';
import type { Capabilities } from './capabilities.ts';
import { lookUpModel } from './models.ts';
import { commonOptions } from './options.ts';
import { configuredPrice } from './price.ts';
import { defineProvider, type ProviderSettings } from './definition.ts';
import type { CallContext, Health, ImageRequest, Provider } from './provider.ts';
import { attempts } from './replicate/attempts.ts';
import { ask, type ReplicateConnection, READ_TIMEOUT_MS, SERVICE } from './replicate/connection.ts';
import { baseIdOf, DEFAULT_MODEL, modelParts, modelRecord, MODEL_LIST, MODELS, UNLISTED } from './replicate/models.ts';
import { predictionSchema, RETENTION_MS } from './replicate/prediction.ts';

const OFFICIAL_URL = 'https://api.replicate.com/v1';

const optionsSchema = z.strictObject({
  ...commonOptions,
  input: z
    .record(z.string(), z.unknown())
    .optional()
    .describe(
      'More inputs for the model, as its page on replicate.com names them (guidance, lora_weights …). ' +
        "Checked against the model's schema before anything is sent.",
    ),
  pollMs: z
    .number()
    .int()
    .min(10)
    .max(60_000)
    .default(500)
    .describe(
      'Milliseconds between the first two looks at a running prediction; the distance grows to ten times this.',
    ),
  cancelAfterSeconds: z
    .number()
    .int()
    .min(5)
    .max(86_400)
    .optional()
    .describe('Replicate stops a prediction that has not ended after this many seconds.'),
  settleMs: z
    .number()
    .int()
    .min(0)
    .max(600_000)
    .default(10_000)
    .describe('How long after a lost request a prediction may still turn up in the account, in milliseconds.'),
});

async function create(settings: ProviderSettings<z.infer<typeof optionsSchema>>): Promise<Provider> {
  const { options, env, fetch, now } = settings;
  const token = keyOf(env, settings.keyVariables, SERVICE);
  const baseUrl = baseUrlOf([options.baseUrl, env['REPLICATE_BASE_URL'], OFFICIAL_URL], 'providers.replicate.baseUrl');
  const connection: ReplicateConnection = { baseUrl, token, fetch, now, skewMs: 0 };
  return {
    name: 'replicate',
    idempotent: false,
    retentionMs: RETENTION_MS,
    baseUrl,
    // `find` looks at once, and again when it is too early for an absence: a picture that is there is found sooner.
    findAfterMs: 0,
    defaultModel: DEFAULT_MODEL,
    capabilities: (model) => capabilities(model, now()),
    price: ({ model }) => configuredPrice(options, { model, nowMs: now() }) ?? modelRecord(model)?.price,
    warnings,
    check: (call) => check(connection, call),
    cancel: (remoteId, call) => cancel(connection, remoteId, call),
    ...attempts(connection, options, settings),
  };
}

function capabilities(model: string, nowMs: number): Capabilities {
  if (modelParts(model) === undefined)
    throw new UserError(
      `${model} is no Replicate model: it takes owner/name or owner/name:version, as ${DEFAULT_MODEL}`,
    );
  return lookUpModel(MODEL_LIST, baseIdOf(model), nowMs)?.capabilities ?? UNLISTED;
}

function warnings(request: ImageRequest): readonly string[] {
  const record = modelRecord(request.model);
  const known = record?.capabilities ?? UNLISTED;
  return [
    ...(request.negativePrompt && !known.negativePrompt
      ? [`${request.model}: the negative prompt is only used if the model has such an input`]
      : []),
    ...(record?.referenceNote !== undefined && request.references.length > 0
      ? [`${request.model} ${record.referenceNote}`]
      : []),
    ...(record === undefined
      ? [`${request.model} is not in imggen's list: what it makes of seed and size is for the model to decide`]
      : []),
  ];
}

async function check(connection: ReplicateConnection, call: CallContext): Promise<Health> {
  const question = { asked: 'read', signal: call.signal, timeoutMs: READ_TIMEOUT_MS } as const;
  try {
    const { username } = await ask(connection, question, z.object({ username: z.string() }), (client) =>
      client.accounts.current({ signal: call.signal }),
    );
    return { ok: true, message: `the key is good (account ${username})` };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { ok: false, message: error.message };
  }
}

/** True only for work that had not started: whether a stopped run is billed depends on the model. */
async function cancel(connection: ReplicateConnection, remoteId: string, call: CallContext): Promise<boolean> {
  const question = { asked: 'read', signal: call.signal, timeoutMs: READ_TIMEOUT_MS } as const;
  const prediction = await ask(connection, question, predictionSchema, (client) =>
    client.predictions.cancel(remoteId, { signal: call.signal }),
  );
  return prediction.status === 'aborted' || (prediction.status === 'canceled' && !prediction.started_at);
}

export default defineProvider({ name: 'replicate', optionsSchema, models: MODELS, create });
