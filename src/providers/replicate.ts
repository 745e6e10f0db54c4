/**
 * Replicate (replicate.com): any image model by `owner/name` or `owner/name:version`, through the official client.
 * Predictions have ids, can be waited for by another process and can be looked up when an answer was lost.
 */
import { z } from 'zod';
import { ProviderError, UserError } from '../errors.ts';
import { type Capabilities, type Price } from './capabilities.ts';
import { baseUrlOf, keyOf } from './http.ts';
import { commonOptions } from './options.ts';
import type {
  CallContext,
  Finding,
  Generated,
  Health,
  ImageRequest,
  LostAttempt,
  Provider,
  ProviderModule,
  ProviderSettings,
  Submission,
} from './provider.ts';
import { collectPrediction } from './replicate/collect.ts';
import { ask, type Connection, SERVICE } from './replicate/connection.ts';
import { findPrediction } from './replicate/find.ts';
import { buildInput, type BuiltInput } from './replicate/input.ts';
import { type KnownModel, modelReader } from './replicate/model-reader.ts';
import { DEFAULT_MODEL, modelParts, modelRecord, MODELS, UNLISTED } from './replicate/models.ts';
import { acceptedSchema, predictionSchema } from './replicate/prediction.ts';
import { referenceSender, sentReference, SOME_PICTURE } from './replicate/references.ts';

const KEY_VARIABLES = ['REPLICATE_API_TOKEN'] as const;
const OFFICIAL_URL = 'https://api.replicate.com/v1';
/** At most, and no more than the shot's own time-out: creating answers with an id in about a second, a large input may take longer. */
const SUBMIT_TIMEOUT_MS = 60_000;
const READ_TIMEOUT_MS = 30_000;

const optionsSchema = z.strictObject({
  ...commonOptions,
  input: z
    .record(z.string(), z.unknown())
    .optional()
    .describe(
      "More inputs for the model, as its page on replicate.com names them (guidance, lora_weights …). Checked against the model's schema before anything is sent.",
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
type Options = z.infer<typeof optionsSchema>;

async function create(settings: ProviderSettings): Promise<Provider> {
  const options = optionsSchema.parse(settings.options);
  const { env, fetch, now } = settings;
  const token = keyOf(env, KEY_VARIABLES, SERVICE);
  const baseUrl = baseUrlOf([options.baseUrl, env['REPLICATE_BASE_URL'], OFFICIAL_URL], 'providers.replicate.baseUrl');
  const connection: Connection = { baseUrl, token, fetch, now, skewMs: 0 };
  const startedOn = new Date(now()).toISOString().slice(0, 10);
  return {
    name: 'replicate',
    recovery: 'list',
    baseUrl,
    // `find` looks at once, and again when it is too early for an absence: a picture that is there is found sooner.
    findAfterMs: 0,
    defaultModel: DEFAULT_MODEL,
    capabilities,
    price: (request) => price(request.model, options.priceUsd, startedOn),
    warnings,
    check: (call) => check(connection, call),
    cancel: (remoteId, call) => cancel(connection, remoteId, call),
    ...attempts(connection, options, settings),
  };
}

/** The part that makes pictures. */
function attempts(
  connection: Connection,
  options: Options,
  { sleep, timeoutMs }: ProviderSettings,
): Required<Pick<Provider, 'submit' | 'collect' | 'find'>> {
  const readModel = modelReader(connection);
  const send = referenceSender(connection);
  const build = (model: KnownModel, request: ImageRequest, references: readonly string[]): BuiltInput =>
    buildInput(model.schema, request, references, options.input ?? {});
  const headers: Record<string, string> =
    options.cancelAfterSeconds === undefined ? {} : { 'Cancel-After': `${options.cancelAfterSeconds}s` };
  /** Where only the number of pictures matters. */
  const stand = (request: ImageRequest): string[] => request.references.map(() => SOME_PICTURE);

  async function submit(request: ImageRequest, call: CallContext): Promise<Submission> {
    const { signal } = call;
    const model = await readModel(request.model, signal);
    const { problems } = build(model, request, stand(request));
    if (problems.length > 0)
      throw new ProviderError(`${request.model} does not take this request: ${problems.join('; ')}`, {
        failure: 'rejected',
      });
    const references = await Promise.all(request.references.map((reference) => send(reference, signal)));
    const { input } = build(model, request, references);
    call.onPhase?.('sending');
    const question = {
      asked: 'queue-submit',
      signal,
      timeoutMs: Math.min(SUBMIT_TIMEOUT_MS, timeoutMs),
      headers,
    } as const;
    const target = model.version === undefined ? { model: model.id } : { version: model.version };
    const prediction = await ask(connection, question, acceptedSchema, (client) =>
      client.predictions.create({ ...target, input, signal }),
    );
    return { state: 'accepted', remoteId: prediction.id };
  }

  /** See `collectPrediction` for what it means when the time is over. */
  async function collect(remoteId: string, request: ImageRequest, call: CallContext): Promise<Generated> {
    // A pinned version runs by the second, like the models of others.
    const official = modelRecord(request.model)?.id === request.model;
    const generated = await collectPrediction(
      connection,
      remoteId,
      { timeoutMs, pollMs: options.pollMs, sleep, official },
      call,
    );
    const model = readModel.known(request.model);
    const said = model === undefined ? [] : build(model, request, stand(request)).warnings;
    return said.length === 0 ? generated : { ...generated, warnings: said };
  }

  async function find(lost: LostAttempt, call: CallContext): Promise<Finding> {
    const { request } = lost;
    let model: KnownModel;
    try {
      model = await readModel(request.model, call.signal);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      return { state: 'unsure', message: error.message };
    }
    const { input } = build(model, request, await Promise.all(request.references.map(sentReference)));
    const wanted = { lost, input, model: model.id, version: modelParts(request.model)?.version };
    return findPrediction(connection, wanted, { settleMs: options.settleMs, sleep }, call);
  }
  return { submit, collect, find };
}

function capabilities(model: string): Capabilities {
  if (modelParts(model) === undefined)
    throw new UserError(
      `${model} is no Replicate model: it takes owner/name or owner/name:version, as ${DEFAULT_MODEL}`,
    );
  return modelRecord(model)?.capabilities ?? UNLISTED;
}

function price(model: string, priceUsd: number | undefined, today: string): Price | undefined {
  if (priceUsd === undefined) return modelRecord(model)?.price;
  const micros = Math.ceil(priceUsd * 1_000_000);
  return { worstMicros: micros, expectedMicros: micros, source: 'config', asOf: today };
}

function warnings(request: ImageRequest): readonly string[] {
  const record = modelRecord(request.model);
  return [
    ...(request.negativePrompt && !capabilities(request.model).negativePrompt
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

async function check(connection: Connection, call: CallContext): Promise<Health> {
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
async function cancel(connection: Connection, remoteId: string, call: CallContext): Promise<boolean> {
  const question = { asked: 'read', signal: call.signal, timeoutMs: READ_TIMEOUT_MS } as const;
  const prediction = await ask(connection, question, predictionSchema, (client) =>
    client.predictions.cancel(remoteId, { signal: call.signal }),
  );
  return prediction.status === 'aborted' || (prediction.status === 'canceled' && !prediction.started_at);
}

const module: ProviderModule = {
  name: 'replicate',
  keyVariables: KEY_VARIABLES,
  optionsSchema,
  models: MODELS,
  create,
};
export default module;
