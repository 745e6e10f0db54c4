/**
 * Black Forest Labs (bfl.ai), asked directly by plain fetch. A request is answered with an id and an address, which any
 * process can ask later; there is no list, so a request whose answer was lost is held in doubt.
 */
import { z } from 'zod';
import { ProviderError } from '../errors.ts';
import { MODEL_LIST, type BflModel } from './bfl/models.ts';
import { addressOf, remoteIdOf, resultOf, sentOf, submittedSchema, taskSchema } from './bfl/task.ts';
import { ratioOf } from './capabilities.ts';
import { defineProvider, type ProviderSettings } from './definition.ts';
import { askJson, type JsonService } from './json-service.ts';
import { keyedService } from './keyed-service.ts';
import { knownModel, modelForRequest } from './models.ts';
import { commonOptions, pollMsOption } from './options.ts';
import { listedPrice } from './price-rules.ts';
import type { Accepted, CallContext, Health, ImageRequest, Provider, Submission, SubmitContext } from './provider.ts';
import { collectFromQueue, type Queue } from './queue.ts';
import { referenceSender, type ReferenceSender } from './reference-sender.ts';

const SERVICE = 'Black Forest Labs';
const OFFICIAL_URL = 'https://api.bfl.ai';
/** Answering with an id takes about a second, references longer. */
const SUBMIT_TIMEOUT_MS = 60_000;
const READ_TIMEOUT_MS = 30_000;
/**
 * How long a task is known is published nowhere. The address of its picture is valid for ten minutes, and each
 * reading gives a fresh one.
 */
const RETENTION_MS = 86_400_000;
/** A picture inside a request. */
const REFERENCE_MAX_BYTES = 20 * 1000 * 1000;
/** The distance between two readings grows to this many times `pollMs`. */
const POLL_SLOWEST = 10;

const optionsSchema = z.strictObject({
  ...commonOptions,
  safetyTolerance: z
    .number()
    .int()
    .min(0)
    .max(5)
    .optional()
    .describe('How much the moderation lets pass, from 0 (strict) to 5; 2 when left out.'),
  pollMs: pollMsOption('task'),
});

type Options = z.infer<typeof optionsSchema>;

/** What every request needs. */
interface Parts {
  service: JsonService;
  options: Options;
  settings: ProviderSettings<Options>;
  sendReference: ReferenceSender;
}

async function create(settings: ProviderSettings<Options>): Promise<Provider> {
  const { options, now } = settings;
  const service = keyedService(settings, {
    name: SERVICE,
    section: 'bfl',
    officialUrl: OFFICIAL_URL,
    urlVariable: 'BFL_BASE_URL',
    headers: (key) => ({ 'x-key': key }),
    toldFailure,
  });
  const limit = { service: SERVICE, maxBytes: REFERENCE_MAX_BYTES };
  const sendReference = referenceSender({ limit, inlineMaxBytes: REFERENCE_MAX_BYTES, now });
  const parts: Parts = { service, options, settings, sendReference };
  return {
    name: 'bfl',
    idempotent: false,
    retentionMs: RETENTION_MS,
    baseUrl: service.baseUrl,
    defaultModel: MODEL_LIST.defaultModel,
    capabilities: (model) => record(model, now()).capabilities,
    price: (request) => listedPrice(record(request.model, now()).price, options, { request, nowMs: now() }),
    warnings: ({ model, negativePrompt }) =>
      negativePrompt ? [`${model} has no negative prompt: it is left out`] : [],
    submit: (request, call) => submit(parts, request, call),
    collect: (accepted, _request, call) => collectFromQueue(tasks(parts, accepted), accepted, settings, call),
    check: (call) => check(service, call),
  };
}

const record = (id: string, nowMs: number): BflModel => knownModel(MODEL_LIST, id, nowMs);

async function submit(parts: Parts, request: ImageRequest, call: SubmitContext): Promise<Submission> {
  const { service, settings, sendReference } = parts;
  const model = modelForRequest(() => record(request.model, settings.now()));
  const { referencesMax } = model.capabilities;
  if (request.references.length > referencesMax)
    throw new ProviderError(`${model.id} takes ${referencesMax} references at most: nothing was sent`, {
      failure: 'rejected',
      code: 'references',
    });
  const how = { signal: call.signal, pixelsMax: model.price.rule.pixelsMax };
  const pictures = await Promise.all(request.references.map((reference) => sendReference(reference, how)));
  call.onPhase?.('sending');
  const submitted = await askJson(
    service,
    {
      asked: 'queue-submit',
      method: 'POST',
      path: `/v1/${model.id}`,
      body: inputOf(model, request, pictures, parts.options),
      timeoutMs: Math.min(SUBMIT_TIMEOUT_MS, settings.timeoutMs),
      signal: call.signal,
      onSending: call.onSending,
    },
    submittedSchema,
  );
  return { state: 'accepted', remoteId: remoteIdOf(submitted, service.baseUrl), sent: sentOf(submitted) };
}

function inputOf(
  { capabilities, sizeField, fixed }: BflModel,
  { prompt, seed, width, height }: ImageRequest,
  pictures: readonly string[],
  { safetyTolerance }: Options,
): Record<string, unknown> {
  const distance = (ratio: string): number => Math.abs(Math.log(ratioOf(ratio) / (width / height)));
  const ratios = capabilities.sizes.kind === 'ratio' ? capabilities.sizes.ratios : [];
  const [nearest] = ratios.toSorted((a, b) => distance(a) - distance(b));
  return {
    prompt,
    seed,
    ...(sizeField === 'sides' ? { width, height } : { aspect_ratio: nearest }),
    output_format: 'png',
    ...fixed,
    ...(safetyTolerance === undefined ? {} : { safety_tolerance: safetyTolerance }),
    // Base64 alone, without the head of a data URI.
    ...Object.fromEntries(
      pictures.map((uri, at) => [`input_image${at === 0 ? '' : `_${at + 1}`}`, uri.slice(uri.indexOf(',') + 1)]),
    ),
  };
}

function tasks({ service, options }: Parts, { sent }: Accepted): Queue<z.infer<typeof taskSchema>> {
  return {
    service: SERVICE,
    retentionMs: RETENTION_MS,
    pollMs: options.pollMs,
    pollMaxMs: POLL_SLOWEST * options.pollMs,
    read: (remoteId, { signal }) => {
      const { baseUrl, path } = addressOf(remoteId, service.baseUrl);
      const question = { asked: 'read', method: 'GET', path, signal, timeoutMs: READ_TIMEOUT_MS } as const;
      return askJson({ ...service, baseUrl }, question, taskSchema);
    },
    resultOf: (task) => resultOf(task, sent),
  };
}

async function check(service: JsonService, { signal }: CallContext): Promise<Health> {
  const question = { asked: 'read', method: 'GET', path: '/v1/credits', signal, timeoutMs: READ_TIMEOUT_MS } as const;
  try {
    const { credits } = await askJson(service, question, z.object({ credits: z.number().nullish() }));
    const left = typeof credits === 'number' ? ` (${credits} credits left)` : '';
    return { ok: true, message: `the key is good${left}` };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { ok: false, message: error.message };
  }
}

/** A key of another form is answered as an input that is not valid. */
function toldFailure(status: number, bodyText: string): 'unauthorized' | undefined {
  return status === 422 && /invalid api key/i.test(bodyText) ? 'unauthorized' : undefined;
}

export default defineProvider({ name: 'bfl', optionsSchema, models: MODEL_LIST.models, create });
