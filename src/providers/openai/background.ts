/**
 * The background path (`providers.openai.background`): a text model is told to call the image tool once. It is dearer
 * by the text model's tokens, and the prompt may be reworded; in return the work has an id, and another process can
 * wait for it.
 */
import type { ResponseCreateParamsNonStreaming } from 'openai/resources/responses/responses';
import { z } from 'zod';
import { ProviderError } from '../../errors.ts';
import { readJson } from '../answer.ts';
import type { CallContext, ImageRequest, SubmitContext } from '../provider.ts';
import { promptOf } from '../prompt.ts';
import type { Queue } from '../queue.ts';
import { referenceDataUri } from '../references.ts';
import { type BackgroundResponse, responseSchema, resultOf } from './background-response.ts';
import { DEFAULT_QUALITY } from './models.ts';
import { openSession, readTimeoutOf, SERVICE, type Access } from './session.ts';

/** The text model that calls the image tool, when none is set. */
export const DEFAULT_TEXT_MODEL = 'gpt-5.5';
/** Responses are kept at least this long with `store: true` (developers.openai.com, background guide, 2026-11). */
export const RETENTION_MS = 30 * 86_400_000;

/** An `image_url` has at most 20,971,520 characters; base64 makes four of three bytes. */
const INLINE_LIMIT = { service: SERVICE, maxBytes: 15_700_000 };

const acceptedSchema = z.object({ id: z.string().regex(/^[\w-]{1,200}$/), status: z.string().nullish() });

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
  ask: { options: BackgroundOptions; call: SubmitContext },
): Promise<string> {
  const { options, call } = ask;
  const session = await openSession(access, call, 'queue-submit');
  try {
    const body = await bodyOf(request, options);
    call.signal.throwIfAborted();
    call.onPhase?.('sending');
    const response = await session.client.responses.create(body, session.options).asResponse();
    const accepted = await readJson(response, acceptedSchema, { service: SERVICE, paid: true }).catch(inDoubt);
    return accepted.id;
  } catch (error) {
    throw session.failure(error);
  }
}

/** An answer without a good id: the work may have begun, and nobody can ask for it. */
function inDoubt(error: unknown): never {
  if (!(error instanceof ProviderError) || error.failure !== 'unusable') throw error;
  throw new ProviderError(`${error.message}; whether the request was accepted is not known`, { failure: 'unknown' });
}

async function bodyOf(request: ImageRequest, options: BackgroundOptions): Promise<ResponseCreateParamsNonStreaming> {
  const references = await Promise.all(
    request.references.map((reference) => referenceDataUri(reference, INLINE_LIMIT)),
  );
  return {
    model: options.textModel ?? DEFAULT_TEXT_MODEL,
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: promptOf(request) },
          ...references.map((dataUri) => ({
            type: 'input_image' as const,
            detail: 'auto' as const,
            image_url: dataUri,
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
        ...(request.transparent ? { background: 'transparent' as const } : {}),
        action: references.length > 0 ? 'auto' : 'generate',
        ...(options.moderation ? { moderation: options.moderation } : {}),
      },
    ],
  };
}

/** Background responses as a queue. */
export function responses(access: Access): Queue<BackgroundResponse> {
  return {
    service: SERVICE,
    retentionMs: RETENTION_MS,
    pollMs: 1000,
    pollMaxMs: 5000,
    read: async (remoteId, call) => {
      const session = await openSession(access, call, 'read', readTimeoutOf(access));
      try {
        const response = await session.client.responses.retrieve(remoteId, {}, session.options).asResponse();
        return await readJson(response, responseSchema, { service: SERVICE, paid: false });
      } catch (error) {
        throw session.failure(error);
      }
    },
    resultOf,
  };
}

/**
 * Asks the service to stop.
 * @returns false: it does not say that stopped work is free.
 * @throws {ProviderError}
 */
export async function cancelInBackground(access: Access, remoteId: string, call: CallContext): Promise<boolean> {
  const session = await openSession(access, call, 'read', readTimeoutOf(access));
  try {
    await session.client.responses.cancel(remoteId, session.options).asResponse();
    return false;
  } catch (error) {
    throw session.failure(error);
  }
}
