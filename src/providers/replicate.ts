/**
 * Replicate (replicate.com): any image model by `owner/name` or `owner/name:version`, through the official client.
 * Predictions have ids, can be waited for by another process and can be looked up when an answer was lost.
 */
import { z } from 'zod';
import { ProviderError, UserError } from '../errors.ts';
import { baseUrlOf, keyOf } from './access.ts';
import type { Capabilities } from './capabilities.ts';
import { lookUpModel } from './models.ts';
import { defineProvider, type ProviderSettings } from './definition.ts';
import type { CallContext, Health, ImageRequest, Provider } from './provider.ts';
import { abilitiesOf, chosen } from './replicate/abilities.ts';
import { attempts } from './replicate/attempts.ts';
import { ask, type ReplicateConnection, READ_TIMEOUT_MS, SERVICE } from './replicate/connection.ts';
import { countUnknown } from './replicate/find.ts';
import { givenProblems } from './replicate/given-input.ts';
import { modelReader, type ModelReader } from './replicate/model-reader.ts';
import { MODELS } from './replicate/model-table.ts';
import { baseIdOf, DEFAULT_MODEL, modelParts, modelRecord, MODEL_LIST, UNREAD } from './replicate/models.ts';
import { inputFor, type Options, optionsSchema } from './replicate/options.ts';
import { predictionSchema, RETENTION_MS } from './replicate/prediction.ts';
import { priceOf } from './replicate/price.ts';
import type { Input } from './replicate/schema.ts';
import { replicateTrainer } from './replicate/trainer.ts';
import { ServiceClock } from './service-clock.ts';

const OFFICIAL_URL = 'https://api.replicate.com/v1';

async function create(settings: ProviderSettings<Options>): Promise<Provider> {
  const { options, env, fetch, now } = settings;
  const token = keyOf(env, settings.keyVariables, SERVICE);
  const baseUrl = baseUrlOf([options.baseUrl, env['REPLICATE_BASE_URL'], OFFICIAL_URL], 'providers.replicate.baseUrl');
  const connection: ReplicateConnection = { baseUrl, token, fetch, now, clock: new ServiceClock(settings) };
  const readModel = modelReader(connection, (model) => inputFor(options, model));
  const can = (model: string) => capabilities(model, readModel, { options, nowMs: now() });
  const checking = (call: CallContext) => check(connection, call);
  return {
    name: 'replicate',
    idempotent: false,
    retentionMs: RETENTION_MS,
    baseUrl,
    // `find` looks at once, and again when it is too early for an absence: a picture that is there is found sooner.
    findAfterMs: 0,
    defaultModel: DEFAULT_MODEL,
    hasModelOptions: true,
    configInput: (model) => inputFor(options, model),
    capabilities: can,
    learn: (model, call) => learn(readModel, model, { given: inputFor(options, model), call }),
    price: (request) => priceOf(request, options, now()),
    warnings: (request) => warnings(request, can(request.model)),
    check: checking,
    trainer: replicateTrainer({ connection, settings, check: checking, ...options }),
    cancel: (remoteId, call) => cancel(connection, remoteId, call),
    countUnknown: (ledger, call) => countUnknown(connection, ledger, call),
    ...attempts(connection, { ...options, inputFor: (model) => inputFor(options, model) }, { settings, readModel }),
  };
}

/** What is known of a model: from its schema where that was read, else from the list. */
function capabilities(
  model: string,
  readModel: ModelReader,
  { options, nowMs }: { options: Options; nowMs: number },
): Capabilities {
  if (modelParts(model) === undefined)
    throw new UserError(
      `${model} is no Replicate model: it takes owner/name or owner/name:version, as ${DEFAULT_MODEL}`,
    );
  const listed = lookUpModel(MODEL_LIST, baseIdOf(model), nowMs);
  const read = readModel.known(model);
  const can =
    read === undefined
      ? (listed?.capabilities ?? UNREAD)
      : { ...abilitiesOf(read.schema, inputFor(options, model)), ...listed?.told };
  return chosen(can, options.reference);
}

async function learn(
  readModel: ModelReader,
  model: string,
  { given, call }: { given: Input; call: CallContext },
): Promise<void> {
  let problem: string | undefined;
  let wrong: readonly string[] = [];
  try {
    const known = await readModel(model, call.signal);
    problem = known.problem;
    wrong = givenProblems(known.schema, given);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (error.failure === 'rejected') problem = `can't be used: ${error.message}`;
    // The request itself will tell what is wrong with a key, and waits out what passes.
    else if (modelRecord(model) !== undefined) return;
    else
      throw new UserError(`what ${model} takes can't be read from ${SERVICE} now: ${error.message}`, {
        kind: error.failure === 'unauthorized' || error.failure === 'no-credit' ? 'auth' : 'unavailable',
        hint: 'nothing was sent. Try again later, or take a model that imggen knows',
        advice: { code: 'list-models' },
      });
  }
  if (problem !== undefined)
    throw new UserError(`${model} ${problem}`, {
      hint: "nothing was sent. If that can't be changed, take another model",
      advice: { code: 'list-models' },
    });
  if (wrong.length > 0)
    throw new UserError(`${model} does not take the inputs of the config: ${wrong.join('; ')}`, {
      hint:
        'nothing was sent. Correct providers.replicate.input, or give this model inputs of its own beside it: ' +
        `"models": { "${model}": { "input": {} } }`,
    });
}

function warnings(request: ImageRequest, can: Capabilities): readonly string[] {
  // Nothing is described, and the picture itself says how large the new one is.
  if (can.prompt === 'none') return [];
  const { model, references } = request;
  const note = modelRecord(model)?.referenceNote;
  return [
    ...(request.negativePrompt && !can.negativePrompt ? [`${model} has no negative prompt: it is left out`] : []),
    ...(note !== undefined && references.length > 0 ? [`${model} ${note}`] : []),
    ...(can.seed === 'none' ? [`${model} takes no seed: the same request gives another picture each time`] : []),
    ...(can.sizes.kind === 'any' ? [`${model} can't be asked for a size: it decides`] : []),
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
