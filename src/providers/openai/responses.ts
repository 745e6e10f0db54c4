/**
 * The background path (`providers.openai.background`): a text model is told to call the image tool once. It is dearer by
 * the text model's tokens, and the prompt may be reworded; in return the work has an id, and another process can wait for it.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ResponseCreateParamsNonStreaming } from 'openai/resources/responses/responses';
import { z } from 'zod';
import { ProviderError } from '../../errors.ts';
import { readJson } from '../http.ts';
import type { CallContext, Generated, ImageRequest } from '../provider.ts';
import { promptOf } from './images.ts';
import { DEFAULT_QUALITY } from './models.ts';
import { openSession, SERVICE, toldFailure, type Access } from './session.ts';

/** The text model that calls the image tool, when none is set. */
export const DEFAULT_TEXT_MODEL = 'gpt-5.5';
/** Between two looks: soon at first, then patiently. */
const POLL_MIN_MS = 1000;
const POLL_MAX_MS = 5000;
const POLL_GROWTH = 1.4;
/** One look at the work may take this long. */
const LOOK_TIMEOUT_MS = 60_000;

const acceptedSchema = z.object({ id: z.string().regex(/^[\w-]{1,200}$/), status: z.string().nullish() });
const errorSchema = z.looseObject({ code: z.string().nullish(), message: z.string().nullish() });
const responseSchema = z.object({
  status: z.string(),
  model: z.string().nullish(),
  error: errorSchema.nullish(),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
  output: z.array(z.looseObject({ type: z.string() })).nullish(),
  usage: z.unknown().optional(),
  tool_usage: z.looseObject({ image_gen: z.unknown().optional() }).nullish(),
});
const pictureSchema = z.object({ result: z.string().nullish(), error: errorSchema.nullish() });
type BackgroundResponse = z.infer<typeof responseSchema>;

/** How to ask. */
export interface BackgroundOptions {
  textModel?: string | undefined;
  moderation?: 'auto' | 'low' | undefined;
}

/**
 * Starts the work with one request.
 * @returns its id, `resp_…`
 * @throws {ProviderError}
 */
export async function startInBackground(
  access: Access,
  request: ImageRequest,
  ask: { options: BackgroundOptions; call: CallContext },
): Promise<string> {
  const { options, call } = ask;
  const session = await openSession(access, call, 'queue-submit');
  try {
    const body = await bodyOf(request, options);
    call.signal.throwIfAborted();
    call.onPhase?.('sending');
    const response = await session.client.responses.create(body, { signal: session.signal }).asResponse();
    const accepted = await readJson(response, acceptedSchema, { service: SERVICE, paid: true });
    return accepted.id;
  } catch (error) {
    throw session.failure(error);
  }
}

async function bodyOf(request: ImageRequest, options: BackgroundOptions): Promise<ResponseCreateParamsNonStreaming> {
  const references = await Promise.all(
    request.references.map(async ({ path, mime }) => ({ mime, base64: await base64Of(path) })),
  );
  return {
    model: options.textModel ?? DEFAULT_TEXT_MODEL,
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: promptOf(request) },
          ...references.map(({ mime, base64 }) => ({
            type: 'input_image' as const,
            detail: 'auto' as const,
            image_url: `data:${mime};base64,${base64}`,
          })),
        ],
      },
    ],
    background: true,
    // Left out, projects without data retention delete a background response after ten minutes.
    store: true,
    metadata: { imggen_attempt: request.attemptKey },
    tool_choice: { type: 'image_generation' },
    tools: [
      {
        type: 'image_generation',
        model: request.model,
        size: `${request.width}x${request.height}`,
        quality: (request.quality ?? DEFAULT_QUALITY) as 'auto',
        output_format: 'png',
        action: references.length > 0 ? 'auto' : 'generate',
        ...(options.moderation ? { moderation: options.moderation } : {}),
      },
    ],
  };
}

async function base64Of(path: string): Promise<string> {
  try {
    return (await readFile(path)).toString('base64');
  } catch (error) {
    throw new ProviderError(`the reference ${basename(path)} can't be read`, {
      failure: 'rejected',
      code: (error as NodeJS.ErrnoException).code ?? 'unreadable',
    });
  }
}

/**
 * Waits for accepted work, asking again through outages until the time-out is over.
 * @throws {ProviderError} `unknown` when it is not ready in time or the wait is stopped: the work goes on at the service.
 */
export async function collectFromBackground(access: Access, remoteId: string, call: CallContext): Promise<Generated> {
  const { settings } = access;
  const endsAtMs = settings.now() + settings.timeoutMs;
  let waitMs = POLL_MIN_MS;
  let trouble: ProviderError | undefined;
  while (!call.signal.aborted && settings.now() <= endsAtMs) {
    const seen = await look(access, remoteId, call);
    trouble = seen instanceof ProviderError ? seen : undefined;
    if (!(seen instanceof ProviderError)) {
      if (seen.status !== 'queued' && seen.status !== 'in_progress') return pictureIn(seen);
      call.onPhase?.('waiting');
    }
    await settings.sleep(Math.max(waitMs, trouble?.retryAfterMs ?? 0), call.signal).catch(() => {});
    waitMs = Math.min(POLL_MAX_MS, waitMs * POLL_GROWTH);
  }
  const why = call.signal.aborted
    ? 'the wait was stopped'
    : trouble
      ? `it could not be asked (${trouble.message})`
      : 'it is not ready in time';
  throw stillRunning(`${SERVICE}: ${remoteId} was not collected: ${why}`, 'unknown');
}

/** The work goes on at the service and stays paid, whatever kept us from it: `still-running` tells the runner not to give it up. */
function stillRunning(message: string, failure: ProviderError['failure'], status?: number): ProviderError {
  return new ProviderError(`${message}; run again to collect it`, {
    failure,
    charged: 'maybe',
    code: 'still-running',
    ...(status === undefined ? {} : { status }),
  });
}

/**
 * One look at the work.
 * @returns the failure of the look itself, where asking again may help.
 * @throws {ProviderError} where it can't: the work is gone, or the key is refused.
 */
async function look(access: Access, remoteId: string, call: CallContext): Promise<BackgroundResponse | ProviderError> {
  const session = await openSession(access, call, 'read', Math.min(LOOK_TIMEOUT_MS, access.settings.timeoutMs));
  try {
    const response = await session.client.responses.retrieve(remoteId, {}, { signal: session.signal }).asResponse();
    return await readJson(response, responseSchema, { service: SERVICE, paid: false });
  } catch (error) {
    const failure = session.failure(error);
    if (failure.status === 404 || failure.status === 410)
      throw new ProviderError(`${SERVICE} no longer has ${remoteId}`, {
        failure: 'unusable',
        charged: 'maybe',
        status: failure.status,
        expired: true,
      });
    if (failure.failure === 'unavailable' || failure.failure === 'rate-limited' || failure.failure === 'interrupted')
      return failure;
    throw stillRunning(failure.message, failure.failure, failure.status);
  }
}

/** What became of finished work. */
function pictureIn(response: BackgroundResponse): Generated {
  const { status, usage, tool_usage: tools } = response;
  const calls = (response.output ?? [])
    .filter((item) => item.type === 'image_generation_call')
    .map((item) => pictureSchema.safeParse(item).data);
  const encoded = calls.find((item) => item?.result)?.result;
  if (encoded) {
    const warnings =
      calls.length > 1 ? [`${SERVICE} made ${calls.length} pictures for one request; the first is kept`] : undefined;
    return {
      image: { kind: 'bytes', bytes: Buffer.from(encoded, 'base64') },
      // No cost: the text model's price is not known here, so the quoted price is booked.
      usage: { ...(usage ? { text_model: usage } : {}), ...(tools ? { image_gen: tools.image_gen } : {}) },
      ...(warnings ? { warnings } : {}),
    };
  }
  const reason = response.error ?? calls.find((item) => item?.error)?.error;
  if (reason) throw toldFailure(reason);
  const why = response.incomplete_details?.reason;
  if (why === 'content_filter')
    throw new ProviderError(`${SERVICE}: stopped by the content filter`, {
      failure: 'refused',
      code: why,
      charged: 'maybe',
    });
  if (status === 'cancelled')
    throw new ProviderError(`${SERVICE}: the work was cancelled`, {
      failure: 'timeout',
      charged: 'maybe',
      code: 'cancelled',
    });
  if (status === 'failed')
    throw new ProviderError(`${SERVICE}: the work failed, it gave no reason`, { failure: 'unavailable' });
  throw new ProviderError(`${SERVICE}: the answer holds no picture${why ? ` (${why})` : ''}`, { failure: 'unusable' });
}

/**
 * Asks the service to stop.
 * @returns false: it does not say that stopped work is free.
 * @throws {ProviderError}
 */
export async function cancelInBackground(access: Access, remoteId: string, call: CallContext): Promise<boolean> {
  const session = await openSession(access, call, 'read', Math.min(LOOK_TIMEOUT_MS, access.settings.timeoutMs));
  try {
    await session.client.responses.cancel(remoteId, { signal: session.signal }).asResponse();
    return false;
  } catch (error) {
    throw session.failure(error);
  }
}
