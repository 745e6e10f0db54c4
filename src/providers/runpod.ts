/**
 * RunPod (runpod.io) serverless: public endpoints, which tell what a picture cost, and workers on an endpoint of one's
 * own, asked by plain fetch. A job has an id that any process can ask for; there is no list, so a request whose answer
 * was lost is held in doubt.
 */
import { z } from 'zod';
import { ProviderError, UserError } from '../errors.ts';
import type { Price } from './capabilities.ts';
import { defineProvider, type ProviderSettings } from './definition.ts';
import { askJson } from './json-service.ts';
import { keyedService } from './keyed-service.ts';
import { knownModel, modelForRequest } from './models.ts';
import { configuredPrice } from './price.ts';
import type { CallContext, Health, ImageRequest, Provider, Submission, SubmitContext } from './provider.ts';
import { collectFromQueue } from './queue.ts';
import { referenceSender, type ReferenceSender } from './reference-sender.ts';
import { type Input, publicInput, workerInput } from './runpod/input.ts';
import { acceptedSchema } from './runpod/job.ts';
import { type Connection, healthOf, jobPath, jobs, reading, RETENTION_MS, SERVICE } from './runpod/jobs.ts';
import { DEFAULT_MODEL, MODEL_LIST, type RunpodModel, WORKFLOW_MODEL } from './runpod/models.ts';
import { type Options, optionsSchema, ownEndpoint } from './runpod/options.ts';
import { priceOf } from './runpod/price.ts';
import { type FoundWorkflows, runsWorkflows, withWorkflows, workflowInput, workflowsOf } from './runpod/workflow.ts';
import { ServiceClock, timeOf } from './service-clock.ts';
import { readWorkflows, workflowWarnings } from './workflow-files.ts';

const OFFICIAL_URL = 'https://api.runpod.ai/v2';
/** Answering with an id takes about a second, a large input longer. */
const SUBMIT_TIMEOUT_MS = 60_000;
/** What /run takes at most. */
const BODY_MAX_BYTES = 10_000_000;
/** References are sent with one megapixel at most: they go inside the request. */
const REFERENCE_PIXELS_MAX = 1024 * 1024;
/** What every request needs. */
interface Parts extends Connection {
  options: Options;
  settings: ProviderSettings<Options>;
  /** The user's own endpoint. */
  ownId: string | undefined;
  workflows: FoundWorkflows;
  /** Taken where the config names none. */
  defaultModel: string;
  sendReference: ReferenceSender;
}

async function create(settings: ProviderSettings<Options>): Promise<Provider> {
  const { options, env, now } = settings;
  const service = keyedService(settings, {
    name: SERVICE,
    section: 'runpod',
    officialUrl: OFFICIAL_URL,
    urlVariable: 'RUNPOD_ENDPOINT_BASE_URL',
    headers: (key) => ({ authorization: `Bearer ${key}` }),
  });
  const parts: Parts = {
    service,
    clock: new ServiceClock(settings),
    options,
    settings,
    ownId: ownEndpoint(options, env['RUNPOD_ENDPOINT_ID']),
    workflows: await readWorkflows('runpod', options, settings.folder ?? '.'),
    defaultModel: (options.workflow ?? options.referenceWorkflow) ? WORKFLOW_MODEL : DEFAULT_MODEL,
    sendReference: referenceSender({
      limit: { service: SERVICE, maxBytes: 50_000_000 },
      inlineMaxBytes: Infinity,
      now,
    }),
  };
  return {
    name: 'runpod',
    idempotent: false,
    retentionMs: RETENTION_MS,
    baseUrl: service.baseUrl,
    answersInline: parts.ownId !== undefined,
    defaultModel: parts.defaultModel,
    capabilities: (id) => usable(parts, id).capabilities,
    price: (request) => price(request, options, now()),
    warnings: (request) => warnings(parts, request),
    submit: (request, call) => submit(parts, request, call),
    collect: (work, _request, call) =>
      collectFromQueue(jobs(parts, options.pollMs), work, { ...settings, now: timeOf(parts.clock, work) }, call),
    cancel: async (remoteId, call) => {
      await askJson(
        parts.service,
        { ...reading(parts, call, jobPath('cancel', remoteId)), method: 'POST' },
        z.unknown(),
      );
      // Whether a job that was stopped had begun, and what that costs, is not told.
      return false;
    },
    check: (call) => check(parts, call),
  };
}

const record = (id: string, nowMs: number): RunpodModel => knownModel(MODEL_LIST, id, nowMs);

/** @throws {UserError} for a worker when the user's endpoint is not named, or has no workflow to run. */
function usable({ ownId, settings, workflows }: Parts, id: string): RunpodModel {
  const model = record(id, settings.now());
  if ('worker' in model.at && ownId === undefined)
    throw new UserError(`${id} runs on an endpoint of yours, and none is named`, {
      hint: 'Set RUNPOD_ENDPOINT_ID, or providers.runpod.endpointId in the config',
    });
  return withWorkflows(model, workflows);
}

function price(request: Parameters<Provider['price']>[0], options: Options, nowMs: number): Price | undefined {
  const listed = record(request.model, nowMs).price;
  return configuredPrice(options, { model: request.model, nowMs }) ?? (listed && priceOf(listed, request));
}

function warnings({ workflows, settings }: Parts, request: ImageRequest): readonly string[] {
  const model = record(request.model, settings.now());
  if (runsWorkflows(model)) return workflowWarnings(workflowsOf(workflows), request);
  const { id, capabilities: can } = model;
  return [
    ...(request.negativePrompt && !can.negativePrompt ? [`${id} has no negative prompt: it is left out`] : []),
    ...(can.seed === 'none' ? [`${id} takes no seed: the same request gives another picture each time`] : []),
    ...(can.sizes.kind === 'any' ? [`${id} can't be asked for a size: it decides`] : []),
  ];
}

async function submit(parts: Parts, request: ImageRequest, call: SubmitContext): Promise<Submission> {
  const { service, clock, settings, sendReference } = parts;
  const model = modelForRequest(() => usable(parts, request.model));
  const how = { signal: call.signal, pixelsMax: REFERENCE_PIXELS_MAX };
  const pictures = await Promise.all(request.references.map((reference) => sendReference(reference, how)));
  const { endpointId, input } = jobOf(parts, model, request, pictures);
  const body = { input };
  const bytes = pictures.length === 0 ? 0 : Buffer.byteLength(JSON.stringify(body));
  if (bytes > BODY_MAX_BYTES)
    throw new ProviderError(
      `the ${pictures.length} references make a request of ${Math.ceil(bytes / 1e6)} MB, and ${SERVICE} takes 10: ` +
        'send fewer, or JPEG files',
      { failure: 'rejected', code: 'request_too_large' },
    );
  call.onPhase?.('sending');
  const { id } = await askJson(
    service,
    {
      asked: 'queue-submit',
      method: 'POST',
      path: `/${endpointId}/run`,
      body,
      timeoutMs: Math.min(SUBMIT_TIMEOUT_MS, settings.timeoutMs),
      signal: call.signal,
      onSending: () => call.onSending(clock.ahead()),
      onAnswer: (headers) => clock.hear(headers),
    },
    acceptedSchema,
  );
  // The first request of a process knows nothing of the service's clock; its answer tells.
  return { state: 'accepted', remoteId: `${endpointId}/${id}`, sent: clock.ahead() ?? {} };
}

function jobOf(
  { ownId = '', options, workflows }: Parts,
  model: RunpodModel,
  request: ImageRequest,
  pictures: readonly string[],
): { endpointId: string; input: Input } {
  const { at } = model;
  if (runsWorkflows(model))
    return {
      endpointId: ownId,
      input: { ...options.input, ...workflowInput(workflowsOf(workflows), request, pictures) },
    };
  if ('worker' in at) return { endpointId: ownId, input: { ...options.input, ...workerInput(at.worker, request) } };
  const endpoint = (pictures.length === 0 && at.withoutPictures) || at.endpoint;
  return { endpointId: endpoint.id, input: { ...options.input, ...publicInput(endpoint, request, pictures) } };
}

/** Asks the endpoint of the model that would be used for its queue and workers; free. */
async function check(parts: Parts, call: CallContext): Promise<Health> {
  try {
    const { at } = modelForRequest(() => usable(parts, parts.options.model ?? parts.defaultModel));
    return { ok: true, message: await healthOf(parts, 'endpoint' in at ? at.endpoint.id : (parts.ownId ?? ''), call) };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { ok: false, message: error.message };
  }
}

export default defineProvider({ name: 'runpod', optionsSchema, models: MODEL_LIST.models, create });
