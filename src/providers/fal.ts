/**
 * fal (fal.ai): its queue, asked by plain fetch. A request is answered with an id that any process can ask for later;
 * there is no list, so a request whose answer was lost is held in doubt.
 */
import { z } from 'zod';
import { ProviderError } from '../errors.ts';
import { baseUrlOf } from './access.ts';
import { defineProvider, type ProviderSettings } from './definition.ts';
import { addressesOf, remoteIdOf, submittedSchema } from './fal/addresses.ts';
import { endpointOf, inputOf } from './fal/input.ts';
import type { FalModel } from './fal/model-record.ts';
import { MODEL_LIST } from './fal/models.ts';
import { falReferences } from './fal/references.ts';
import { falTrainer, noUploads } from './fal/trainer.ts';
import { reading, workQueue } from './fal/work.ts';
import { askJson, type JsonService } from './json-service.ts';
import { keyedService } from './keyed-service.ts';
import { knownModel, modelForRequest } from './models.ts';
import { commonOptions, pollMsOption } from './options.ts';
import { configuredPrice } from './price.ts';
import { listedPrice } from './price-rules.ts';
import type { CallContext, Health, ImageRequest, Provider, Submission, SubmitContext } from './provider.ts';
import { collectFromQueue } from './queue.ts';
import type { ReferenceSender } from './reference-sender.ts';

const SERVICE = 'fal';
const OFFICIAL_URL = 'https://queue.fal.run';
const STORAGE_URL = 'https://rest.fal.ai';
/** Answering with an id takes about a second, a large input longer. */
const SUBMIT_TIMEOUT_MS = 60_000;
/**
 * One request, one run of the model that was asked: the queue would run a failed one up to ten times, and would send
 * it to another model that it takes for equal.
 */
const AS_ASKED = { 'X-Fal-No-Retry': '1', 'x-app-fal-disable-fallback': 'true' };
/** Inputs that imggen sends by itself: the size and number of pictures decide the price. */
const OWN_INPUTS =
  /^(prompt|seed|image_size|aspect_ratio|image_url|image_urls|reference_image_urls|num_images|max_images|sync_mode)$/;

const optionsSchema = z.strictObject({
  ...commonOptions,
  input: z
    .record(
      z.string().refine((name) => !OWN_INPUTS.test(name), 'imggen sends this input by itself'),
      z.unknown(),
    )
    .optional()
    .describe('More inputs for the model, as its page on fal.ai names them (guidance_scale, loras …).'),
  uploadUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      "Address where uploads of large references begin: fal's own, unless baseUrl is another; then they go inside " +
        'the requests. The key is sent there, too.',
    ),
  keptHours: z
    .number()
    .min(1)
    .max(8760)
    .default(720)
    .describe('How long the account keeps answers, in hours: 720, or 1 where its payload storage is off.'),
  pollMs: pollMsOption('request'),
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
    section: SERVICE,
    officialUrl: OFFICIAL_URL,
    urlVariable: 'FAL_BASE_URL',
    headers: (key) => ({ authorization: `Key ${key}` }),
    toldFailure,
  });
  const { baseUrl } = service;
  const storageUrl = options.uploadUrl ?? (baseUrl === OFFICIAL_URL ? STORAGE_URL : undefined);
  const storage = storageUrl && { ...service, baseUrl: baseUrlOf([storageUrl], 'providers.fal.uploadUrl') };
  const parts: Parts = { service, options, settings, sendReference: falReferences(service, storage || undefined) };
  const retentionMs = options.keptHours * 3_600_000;
  const asking = {
    cancel: (remoteId: string, call: CallContext) => cancel(service, remoteId, call),
    check: (call: CallContext) => check(service, call),
  };
  const training = { service, settings, headers: AS_ASKED, pollMs: options.pollMs, retentionMs, ...asking };
  return {
    name: SERVICE,
    idempotent: false,
    retentionMs,
    baseUrl,
    defaultModel: MODEL_LIST.defaultModel,
    configInput: () => options.input ?? {},
    capabilities: (model) => record(model, now()).capabilities,
    price: (request) => listedPrice(record(request.model, now()).price, options, { request, nowMs: now() }),
    warnings: (request) => warnings(request, record(request.model, now())),
    submit: (request, call) => submit(parts, request, call),
    collect: (accepted, request, call) => collectFromQueue(queueOf(parts, request), accepted, settings, call),
    ...asking,
    ...(storage ? { trainer: falTrainer({ ...training, storage }) } : { trainerMissing: noUploads(baseUrl) }),
  };
}

const record = (id: string, nowMs: number): FalModel => knownModel(MODEL_LIST, id, nowMs);

function warnings(request: ImageRequest, { id, capabilities }: FalModel): readonly string[] {
  return [
    ...(request.negativePrompt && !capabilities.negativePrompt ? [`${id} has no negative prompt: it is left out`] : []),
    ...(capabilities.seed === 'none' ? [`${id} takes no seed: the same request gives another picture each time`] : []),
    ...(capabilities.sizes.kind === 'any' ? [`${id} can't be asked for a size: it decides`] : []),
  ];
}

async function submit(parts: Parts, request: ImageRequest, call: SubmitContext): Promise<Submission> {
  const { service, options, settings, sendReference } = parts;
  const model = modelForRequest(() => record(request.model, settings.now()));
  const endpoint = endpointOf(model, request.references.length);
  const how = { signal: call.signal, pixelsMax: model.price.rule.pixelsMax };
  const urls = await Promise.all(request.references.map((reference) => sendReference(reference, how)));
  call.onPhase?.('sending');
  const submitted = await askJson(
    service,
    {
      asked: 'queue-submit',
      method: 'POST',
      path: `/${endpoint}`,
      body: inputOf(model, request, urls, options.input ?? {}),
      headers: AS_ASKED,
      timeoutMs: Math.min(SUBMIT_TIMEOUT_MS, settings.timeoutMs),
      signal: call.signal,
      onSending: call.onSending,
    },
    submittedSchema,
  );
  return { state: 'accepted', remoteId: remoteIdOf(submitted, endpoint, service.baseUrl) };
}

/** Units tell the cost by the price of the page, which the user's own price takes the place of. */
function queueOf({ service, options, settings }: Parts, { model }: ImageRequest): ReturnType<typeof workQueue> {
  const known = MODEL_LIST.models.find(({ id }) => id === model);
  const isOwn = configuredPrice(options, { model, nowMs: settings.now() }) !== undefined;
  return workQueue(service, {
    pollMs: options.pollMs,
    retentionMs: options.keptHours * 3_600_000,
    unitUsd: isOwn ? undefined : known?.unitUsd,
  });
}

/** True where the queue says that it took the request out; one that had begun is only asked to stop. */
async function cancel(service: JsonService, remoteId: string, call: CallContext): Promise<boolean> {
  const question = { ...reading(call, addressesOf(remoteId).cancel), method: 'PUT' } as const;
  try {
    return (await askJson(service, question, z.object({ status: z.string().nullish() }))).status === 'OK';
  } catch (error) {
    // It has ended already.
    if (error instanceof ProviderError && error.status === 400) return false;
    throw error;
  }
}

/**
 * Asks for a request that there is none of: a key that is refused is told before that. Only fal's own words for it are
 * a sign of health: any web server has its 404.
 */
async function check(service: JsonService, call: CallContext): Promise<Health> {
  const nobodys = `/${MODEL_LIST.defaultModel}/requests/00000000-0000-0000-0000-000000000000/status`;
  try {
    await askJson(service, reading(call, nobodys), z.unknown());
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (error.status === 404 && error.code === 'NOT_FOUND')
      return { ok: true, message: 'it answers, and takes the key' };
    return { ok: false, message: error.message };
  }
  return { ok: false, message: `${SERVICE} answers, but not as its queue does: check the base URL` };
}

/** What the status alone does not tell: an empty account is answered with 403. */
function toldFailure(status: number, bodyText: string): 'no-credit' | 'refused' | undefined {
  if (status === 403 && /exhausted balance/i.test(bodyText)) return 'no-credit';
  return status === 422 && bodyText.includes('"content_policy_violation"') ? 'refused' : undefined;
}

export default defineProvider({ name: SERVICE, optionsSchema, models: MODEL_LIST.models, create });
