/** OpenAI's GPT Image models, through the official `openai` package. */
import { z } from 'zod';
import { ProviderError } from '../errors.ts';
import { baseUrlOf, keyOf } from './access.ts';
import { readJson } from './answer.ts';
import {
  cancelInBackground,
  DEFAULT_TEXT_MODEL,
  responses,
  RETENTION_MS,
  startInBackground,
} from './openai/background.ts';
import { modelForRequest } from './models.ts';
import { makeImage } from './openai/images.ts';
import { inBatches } from './openai/batch.ts';
import { DEFAULT_MODEL, MODELS, modelOf } from './openai/models.ts';
import { priceOf } from './openai/price.ts';
import { openSession, SERVICE, type Access } from './openai/session.ts';
import { commonOptions } from './options.ts';
import { defineProvider, type ProviderSettings } from './definition.ts';
import type { CallContext, Health, ImageRequest, Provider } from './provider.ts';
import { collectFromQueue } from './queue.ts';
import { ServiceClock, timeOf } from './service-clock.ts';

/** A health check waits this long. */
const CHECK_TIMEOUT_MS = 15_000;
const DAY_MS = 86_400_000;

const optionsSchema = z.strictObject({
  ...commonOptions,
  background: z
    .boolean()
    .optional()
    .describe(
      'Run as a background response: dearer by a text model’s tokens, but an interrupted run can collect its ' +
        'pictures later. Default false.',
    ),
  textModel: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe(`The text model that calls the image tool when background is on. Default ${DEFAULT_TEXT_MODEL}.`),
  stream: z.boolean().optional().describe('Ask for server-sent events instead of one answer. Default false.'),
  partialImages: z
    .number()
    .int()
    .min(0)
    .max(3)
    .optional()
    .describe('Previews that show progress, each billed as 100 output tokens; more than 0 turns stream on. Default 0.'),
  moderation: z
    .enum(['auto', 'low'])
    .optional()
    .describe(
      "Strictness of OpenAI's content filter. Default auto. Not sent along with references, where it is not taken.",
    ),
});
type Options = z.infer<typeof optionsSchema>;

const modelsSchema = z.object({ data: z.array(z.object({ id: z.string(), shutdown_date: z.string().nullish() })) });

async function create(settings: ProviderSettings<Options>): Promise<Provider> {
  const { options } = settings;
  const access: Access = {
    key: keyOf(settings.env, settings.keyVariables, SERVICE),
    baseUrl: baseUrlOf(
      [options.baseUrl, settings.env['OPENAI_BASE_URL'], 'https://api.openai.com/v1'],
      'providers.openai.baseUrl',
    ),
    settings,
    clock: new ServiceClock(settings),
  };
  const model = (id: string): ReturnType<typeof modelOf> => modelOf(id, settings.now());
  const provider: Provider = {
    name: 'openai',
    idempotent: false,
    answersInline: true,
    baseUrl: access.baseUrl,
    defaultModel: options.model ?? DEFAULT_MODEL,
    capabilities: (id) => model(id).capabilities,
    price: (request) => priceOf(model(request.model), request, options, settings.now()),
    warnings: (request) => warningsOf(request, options, model(request.model).retiresOn),
    submit: async (request, call) => {
      const record = usable(request, call, model);
      return {
        state: 'generated',
        ...(await makeImage(access, record.price?.tokens, request, { options, call })),
      };
    },
    check: (call) => check(access, options.model ?? DEFAULT_MODEL, call),
  };
  const plainPrice: Provider['price'] = (request) =>
    priceOf(model(request.model), request, { ...options, background: false, partialImages: 0 }, settings.now());
  const plainWarnings: Provider['warnings'] = (request) =>
    warningsOf(request, { ...options, background: false }, model(request.model).retiresOn);
  const { moderation } = options;
  const plain = { ...provider, price: plainPrice, warnings: plainWarnings };
  const batch = inBatches(access, { provider: plain, model, moderation });
  return { ...(options.background ? inBackground(provider, access, options) : provider), batch };
}

/** The same provider with work that has an id. */
function inBackground(provider: Provider, access: Access, options: Options): Provider {
  const model = (id: string): ReturnType<typeof modelOf> => modelOf(id, access.settings.now());
  return {
    ...provider,
    retentionMs: RETENTION_MS,
    capabilities: (id) => ({ ...model(id).capabilities, cancel: true, reattach: true }),
    submit: async (request, call) => {
      usable(request, call, model);
      const remoteId = await startInBackground(access, request, { options, call });
      // The first request of a process knows nothing of the service's clock; its answer tells.
      return { state: 'accepted', remoteId, sent: access.clock.ahead() ?? {} };
    },
    // Asks for no model: work of one that has gone since is collected all the same, it is paid.
    collect: (work, _request, call) =>
      collectFromQueue(responses(access), work, { ...access.settings, now: timeOf(access.clock, work) }, call),
    cancel: (remoteId, call) => cancelInBackground(access, remoteId, call),
  };
}

/** The model's record, if the request may be sent at all. */
function usable(
  request: ImageRequest,
  call: CallContext,
  model: (id: string) => ReturnType<typeof modelOf>,
): ReturnType<typeof modelOf> {
  if (call.signal.aborted) throw new ProviderError('stopped before anything was sent', { failure: 'interrupted' });
  return modelForRequest(() => model(request.model));
}

function warningsOf(request: ImageRequest, options: Options, retiresOn: string | undefined): string[] {
  return [
    `${SERVICE} takes no seed: the same request gives another picture each time.`,
    ...(request.negativePrompt
      ? [`${SERVICE} has no negative prompt: what to leave out is said at the end of the prompt ("Avoid: …").`]
      : []),
    ...(retiresOn ? [`${SERVICE} shuts ${request.model} down on ${retiresOn}: use ${DEFAULT_MODEL}.`] : []),
    ...(options.background
      ? [`On the background path a text model (${options.textModel ?? DEFAULT_TEXT_MODEL}) may reword the prompt.`]
      : []),
  ];
}

/** Asks for the list of models: it needs a good key and costs nothing. */
async function check(access: Access, modelId: string, call: CallContext): Promise<Health> {
  const session = await openSession(access, call, 'read', Math.min(CHECK_TIMEOUT_MS, access.settings.timeoutMs));
  try {
    const response = await session.client.models.list(session.options).asResponse();
    const { data } = await readJson(response, modelsSchema, { service: SERVICE, paid: false });
    const found = data.find(({ id }) => id === modelId);
    const note = found ? '' : `, but this key does not list ${modelId}`;
    const endsMs = Date.parse(found?.shutdown_date ?? '');
    const days = Math.ceil((endsMs - access.settings.now()) / DAY_MS);
    const end = Number.isNaN(endsMs) ? '' : `; ${modelId} is shut down on ${found?.shutdown_date}, in ${days} days`;
    return { ok: true, message: `${SERVICE} answers${note}${end}` };
  } catch (error) {
    return { ok: false, message: session.failure(error).message };
  }
}

export default defineProvider({ name: 'openai', optionsSchema, models: MODELS, create });
