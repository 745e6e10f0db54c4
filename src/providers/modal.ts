/**
 * Modal (modal.com): an app of the user's own behind an HTTPS address. `docs/modal_app.py` is one to deploy. With the
 * pattern `job` a request is taken once for its key, and is found again by it; with `plain` one POST answers with the
 * picture or, after 150 s, with the address of the result.
 */
import { ProviderError, UserError } from '../errors.ts';
import type { ModelRecord } from './capabilities.ts';
import { defineProvider, type ProviderSettings } from './definition.ts';
import { askModal, type Connection, SERVICE } from './modal/ask.ts';
import { addressOf, connector, NO_ADDRESS } from './modal/connect.ts';
import { capabilitiesOf, type Options, optionsSchema } from './modal/options.ts';
import { findJob, resultOf, RETENTION_MS, submittedSchema, work } from './modal/work.ts';
import { configuredPrice } from './price.ts';
import type { CallContext, Health, ImageRequest, Provider, Submission, SubmitContext } from './provider.ts';
import { collectFromQueue } from './queue.ts';
import { referenceSender, type ReferenceSender } from './reference-sender.ts';
import { ServiceClock, timeOf } from './service-clock.ts';

/** Taking a job starts no model: it is answered within seconds, or while a container starts. */
const SUBMIT_TIMEOUT_MS = 120_000;
const CHECK_TIMEOUT_MS = 30_000;
/** A result that there is none of: asked for without starting the app's function. */
const NO_RESULT = '__modal_function_call_id=fc-none';
/** Stands for whatever the app makes pictures with. */
const DEFAULT_MODEL = 'app';

const MODELS: readonly ModelRecord[] = [
  {
    id: DEFAULT_MODEL,
    capabilities: capabilitiesOf({ pattern: 'job', takes: ['seed', 'negative_prompt'], referencesMax: 0 }),
    priceNote: 'GPU time of your own app: set priceUsd',
  },
];

/** What every request needs. */
interface Parts {
  options: Options;
  settings: ProviderSettings<Options>;
  /** @throws {ProviderError} when the address or half of the key is missing. */
  connect: () => Connection;
  sendReference: ReferenceSender;
}

async function create(settings: ProviderSettings<Options>): Promise<Provider> {
  const { options, now, env } = settings;
  const clock = new ServiceClock(settings);
  const baseUrl = addressOf(options, env['MODAL_BASE_URL']);
  const connect = connector(settings, baseUrl, clock);
  const limit = { service: SERVICE, maxBytes: 20_000_000 };
  const sendReference = referenceSender({ limit, inlineMaxBytes: Infinity, now });
  const parts: Parts = { options, settings, connect, sendReference };
  const capabilities = capabilitiesOf(options);
  const provider: Provider = {
    name: 'modal',
    idempotent: false,
    retentionMs: RETENTION_MS,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    answersInline: true,
    defaultModel: DEFAULT_MODEL,
    capabilities: () => {
      if (baseUrl !== undefined) return capabilities;
      throw new UserError(NO_ADDRESS, {
        hint: 'Set providers.modal.baseUrl in the config or MODAL_BASE_URL; docs/modal_app.py is an app to deploy',
      });
    },
    price: ({ model }) => configuredPrice(options, { model, nowMs: now() }),
    warnings: (request) => warnings(request, options),
    submit: (request, call) => submit(parts, request, call),
    collect: (accepted, _request, call) => {
      const queue = work(connect(), options.pollMs);
      return collectFromQueue(queue, accepted, { ...settings, now: timeOf(clock, accepted) }, call);
    },
    check: (call) => check(parts, call),
  };
  if (options.pattern === 'plain') return provider;
  return {
    ...provider,
    findAfterMs: options.settleMs,
    find: (lost, call) => findJob(connect(), lost, call),
    cancel: async (remoteId, { signal }) => {
      const connection = connect();
      const url = `${connection.baseUrl}/cancel/${encodeURIComponent(remoteId)}`;
      await askModal(connection, { paid: false, method: 'POST', url, signal, timeoutMs: CHECK_TIMEOUT_MS });
      // Whether the call had begun is not told.
      return false;
    },
  };
}

function warnings({ negativePrompt }: ImageRequest, { takes }: Options): readonly string[] {
  return [
    ...(negativePrompt && !takes.includes('negative_prompt')
      ? ['The app on Modal has no negative prompt: it is left out']
      : []),
    ...(takes.includes('seed') ? [] : ['The app on Modal takes no seed: the same request gives another picture']),
  ];
}

async function submit(parts: Parts, request: ImageRequest, call: SubmitContext): Promise<Submission> {
  const { options, settings, connect } = parts;
  const connection = connect();
  const body = await bodyOf(parts, request, call.signal);
  const isJob = options.pattern === 'job';
  call.onPhase?.('sending');
  const answer = await askModal(connection, {
    paid: true,
    method: 'POST',
    url: isJob ? `${connection.baseUrl}/submit` : connection.baseUrl,
    body,
    signal: call.signal,
    timeoutMs: isJob ? Math.min(SUBMIT_TIMEOUT_MS, settings.timeoutMs) : settings.timeoutMs,
    onSending: () => call.onSending(connection.clock.ahead()),
  }).catch((error: unknown) => {
    throw isJob ? doubtful(error) : error;
  });
  const sent = connection.clock.ahead() ?? {};
  if (!isJob && answer.kind === 'moved') return { state: 'accepted', remoteId: answer.to, sent };
  if (!isJob && answer.kind !== 'pending') {
    const made = resultOf(answer);
    const answeredMs = connection.clock.nowMs();
    if (made.state === 'generated') return { ...made, ...(answeredMs !== undefined && { sent: { answeredMs } }) };
  }
  const { data } = submittedSchema.safeParse(isJob && answer.kind === 'json' ? answer.json : undefined);
  if (data !== undefined) return { state: 'accepted', remoteId: data.call_id, sent };
  throw new ProviderError('Modal answered in an unexpected form; whether the request was accepted is not known', {
    failure: 'unknown',
  });
}

/** An answer to a job that can't be read may leave accepted work behind. */
function doubtful(error: unknown): unknown {
  if (!(error instanceof ProviderError) || error.failure !== 'unusable') return error;
  return new ProviderError(`${error.message}; whether the request was accepted is not known`, { failure: 'unknown' });
}

async function bodyOf(
  { options, sendReference }: Parts,
  request: ImageRequest,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const { attemptKey, model, prompt, negativePrompt, seed, width, height, references } = request;
  const images = await Promise.all(references.map((reference) => sendReference(reference, { signal })));
  return {
    ...options.input,
    job_key: attemptKey,
    ...(model === DEFAULT_MODEL ? {} : { model }),
    prompt,
    ...(negativePrompt && options.takes.includes('negative_prompt') ? { negative_prompt: negativePrompt } : {}),
    ...(options.takes.includes('seed') ? { seed } : {}),
    width,
    height,
    ...(images.length > 0 ? { images } : {}),
  };
}

/** Starts no model: the web part of a job app may start, for a moment of CPU time. */
async function check({ options, connect, settings }: Parts, { signal }: CallContext): Promise<Health> {
  const timeoutMs = Math.min(CHECK_TIMEOUT_MS, settings.timeoutMs);
  const isJob = options.pattern === 'job';
  try {
    const connection = connect();
    const url = isJob ? `${connection.baseUrl}/health` : `${connection.baseUrl}?${NO_RESULT}`;
    await askModal(connection, { paid: false, method: 'GET', url, signal, timeoutMs });
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const isThere = !isJob && /^(?:400|404|405|410|422)$/.test(String(error.status));
    if (!isThere) return { ok: false, message: error.message };
  }
  return { ok: true, message: 'the app answers, and the key is good' };
}

export default defineProvider({ name: 'modal', optionsSchema, models: MODELS, create });
