/**
 * The synchronous path: one POST to /images/generations, or to /images/edits when references go along, answered with
 * the picture itself. Nothing can be asked afterwards: an answer that is lost is lost.
 */
import type OpenAI from 'openai';
import type { ImageEditParams, ImageGenerateParams } from 'openai/resources/images';
import { ProviderError } from '../../errors.ts';
import { ANSWER_MAX_BYTES, readBytes } from '../answer.ts';
import type { CallContext, Generated, ImageRequest, SubmitContext } from '../provider.ts';
import { promptOf } from '../prompt.ts';
import { referenceFile } from '../references.ts';
import { parseAnswer, type Answer } from './answer.ts';
import { costOf } from './price.ts';
import { DEFAULT_QUALITY, type TokenPrices } from './models.ts';
import { record } from '../error-body.ts';
import { openSession, SERVICE, toldFailure, type Access, type Session } from './session.ts';

/** Each file is smaller than 50 MB (openai-openapi, EditImageBody). */
const FILE_LIMIT = { service: SERVICE, maxBytes: 50_000_000 };

/** How to ask. */
export interface AskOptions {
  /** Server-sent events instead of one JSON answer. */
  stream?: boolean | undefined;
  /** Previews on the way, 0 … 3; each is billed. */
  partialImages?: number | undefined;
  /** Strictness of the content filter; not taken by edits. */
  moderation?: 'auto' | 'low' | undefined;
}

/**
 * Makes one picture with one request.
 * @param tokens what the model's tokens cost; undefined: the answer's cost is not counted.
 * @throws {ProviderError}
 */
export async function makeImage(
  access: Access,
  tokens: TokenPrices | undefined,
  request: ImageRequest,
  ask: { options: AskOptions; call: SubmitContext },
): Promise<Generated> {
  const { options, call } = ask;
  const session = await openSession(access, call, 'sync-submit');
  try {
    // Read whole: a multipart body needs their length.
    const files = await Promise.all(request.references.map((reference) => referenceFile(reference, FILE_LIMIT)));
    call.signal.throwIfAborted();
    call.onPhase?.('sending');
    const response = await send(session, request, files, options);
    const streamed = /^text\/event-stream/i.test(response.headers.get('content-type') ?? '');
    const answer = streamed
      ? await lastEvent(session, response, call, options.partialImages ?? 0)
      : await wholeAnswer(response);
    return pictureIn(answer, tokens);
  } catch (error) {
    throw session.failure(error);
  }
}

function send(session: Session, request: ImageRequest, files: File[], options: AskOptions): Promise<Response> {
  const { images } = session.client;
  const partial = options.partialImages ?? 0;
  const common = {
    model: request.model,
    prompt: promptOf(request),
    n: 1,
    size: `${request.width}x${request.height}`,
    quality: (request.quality ?? DEFAULT_QUALITY) as 'auto',
    output_format: 'png' as const,
    ...(request.transparent ? { background: 'transparent' as const } : {}),
  };
  const streaming = options.stream || partial > 0 ? { stream: true as const, partial_images: partial } : {};
  if (files.length > 0) {
    const body: ImageEditParams = { ...common, image: files.length === 1 && files[0] ? files[0] : files, ...streaming };
    return images.edit(body, session.options).asResponse();
  }
  const body: ImageGenerateParams = {
    ...common,
    ...(options.moderation ? { moderation: options.moderation } : {}),
    ...streaming,
  };
  return images.generate(body, session.options).asResponse();
}

/** The JSON answer. Its content type is not asked: the bytes tell. Checked by hand, and never copied by a schema. */
async function wholeAnswer(response: Response): Promise<Answer> {
  const bytes = await readBytes(response, ANSWER_MAX_BYTES);
  const status = response.status;
  try {
    return parseAnswer(bytes);
  } catch {
    const begun = bytes.subarray(0, 100).toString('latin1').trimStart().startsWith('{');
    const message = begun
      ? 'its answer broke off'
      : bytes.length === 0
        ? 'it answered with nothing'
        : 'it answered with something that is not JSON';
    // Half an answer is the same case as a broken connection: it was accepted, and is lost.
    throw new ProviderError(
      `${SERVICE}: ${message}`,
      begun ? { failure: 'unknown', status } : { failure: 'unusable', charged: 'maybe', status },
    );
  }
}

/** Reads events up to the finished picture; the previews before it are told as progress. */
async function lastEvent(
  session: Session,
  response: Response,
  call: CallContext,
  partialImages: number,
): Promise<Answer> {
  const { Stream } = await import('openai/core/streaming');
  const events = Stream.fromSSEResponse<Record<string, unknown>>(
    capped(response),
    new AbortController(),
    session.client as OpenAI,
  );
  for await (const event of events) {
    const type = String(event['type']);
    if (type.endsWith('.completed'))
      return { document: { data: [{ b64_json: event['b64_json'] }], usage: event['usage'] } };
    if (type.endsWith('.partial_image'))
      call.onPhase?.('waiting', Math.min(1, (Number(event['partial_image_index']) + 1) / (partialImages + 1)));
  }
  throw new ProviderError(`${SERVICE}: the stream ended before the picture came`, { failure: 'unknown' });
}

/** The same answer, failing once it is larger than any picture with its previews. */
function capped(response: Response): Response {
  let size = 0;
  const cap = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      size += chunk.length;
      if (size > 4 * ANSWER_MAX_BYTES)
        throw new ProviderError(`${SERVICE}: the answer is too large`, { failure: 'unusable', charged: 'maybe' });
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body?.pipeThrough(cap) ?? null, { status: response.status, headers: response.headers });
}

/** The picture in an answer, with what it cost. */
export function pictureIn({ document, picture }: Answer, tokens: TokenPrices | undefined): Generated {
  const first = Array.isArray(document['data']) ? record(document['data'][0]) : {};
  const { usage } = document;
  const costMicros = costOf(tokens, usage);
  const encoded = first['b64_json'];
  if (picture ?? (typeof encoded === 'string' && encoded !== '')) {
    const bytes = picture ?? Buffer.from(String(encoded), 'base64');
    return {
      image: { kind: 'bytes', bytes },
      ...(costMicros === undefined ? {} : { costMicros }),
      ...(usage === undefined ? {} : { usage }),
    };
  }
  if (document['error']) throw toldFailure(document['error'], 'unusable');
  if (first['error'] ?? first['moderation_details']) throw toldFailure(first['error'] ?? first, 'unusable');
  throw new ProviderError(`${SERVICE}: the answer holds no picture`, {
    failure: 'unusable',
    charged: costMicros === 0 ? 'no' : usage === undefined ? 'maybe' : 'yes',
  });
}
