/**
 * OpenAI's image service, emulated from the types of its package and its documentation: strict in what it takes,
 * charging the moment it accepts. Operations for faults: `submit` (generations, edits, responses), `poll`, `cancel`,
 * `models`.
 * Its base URL is the emulator's with `/v1`.
 */
import type { Answer, Call, Route, Service } from './service.ts';
import type { StoredBatch } from './openai/batch-rules.ts';
import { type BatchControl, batchRoutes } from './openai/batches.ts';
import { createResponse, responseBody, statusOf, type StoredResponse } from './openai/responses.ts';
import { LIVE_MODELS } from './openai/models.ts';
import { looksLikeImage, understand, type Asked } from './openai/rules.ts';
import { refuse, Refusal } from './openai/refusal.ts';
import { imagesBody, imagesEvents, makeWork } from './openai/work.ts';
import { fieldsOf, formOf, jsonEdit, worded, unauthorized } from './openai/requests.ts';

/** What can be set. */
export interface OpenAIOptions {
  /** The one key that is good; without it any is. */
  apiKey?: string;
  /** Size of the pictures' files. Default: small. */
  pictureBytes?: number;
  /** Time of a background response in the queue, in ms. Default 0. */
  queueMs?: number;
  /** What the account can pay for, in micro-dollars; then 429 `insufficient_quota`. Default: enough. */
  creditMicros?: number;
  /** Pictures a minute; then 429 with `retry-after`. Default: no limit. */
  perMinute?: number;
  /** How batches go. */
  batch?: Partial<BatchControl>;
}

/** A prompt with this word is refused by moderation. */
export const FORBIDDEN = 'forbidden-content';
/** A prompt with this word is charged and brings no picture. */
export const NOTHING = 'bring-nothing';

/** With what it holds. */
export interface OpenAIService extends Service {
  responses: Map<string, StoredResponse>;
  batches: readonly StoredBatch[];
  control: BatchControl;
}

/** Makes the service; run it with `startEmulator`. */
export function openai(options: OpenAIOptions = {}): OpenAIService {
  const responses = new Map<string, StoredResponse>();
  const batches: StoredBatch[] = [];
  const control: BatchControl = { batchMs: 0, made: Infinity, ends: 'completed', listLagMs: 0, ...options.batch };
  const { queueMs = 0, pictureBytes } = options;
  const admitted: number[] = [];
  let spentMicros = 0;

  /** Refuses for want of money or pace, before anything is looked at. */
  function admit(call: Call): void {
    if (spentMicros >= (options.creditMicros ?? Infinity)) {
      throw new Refusal(
        refuse(429, 'You exceeded your current quota, please check your plan and billing details.', {
          type: 'insufficient_quota',
          code: 'insufficient_quota',
        }),
      );
    }
    const now = call.now();
    const recent = admitted.filter((at) => at > now - 60_000);
    if (recent.length >= (options.perMinute ?? Infinity)) {
      const seconds = Math.ceil(((recent[0] ?? now) + 60_000 - now) / 1000);
      const refused = refuse(429, `Rate limit reached for images per minute. Please try again in ${seconds}s.`, {
        type: 'requests',
        code: 'rate_limit_exceeded',
      });
      throw new Refusal({ ...refused, headers: { 'retry-after': String(seconds) } });
    }
    admitted.push(now);
  }

  /** The same call with the books watched, for `creditMicros`. */
  function billed(call: Call): Call {
    return { ...call, charge: (charge) => ((spentMicros += charge.amountMicros), call.charge(charge)) };
  }

  async function answer(call: Call, asked: Asked, prefix: string): Promise<Answer> {
    if (asked.prompt.includes(FORBIDDEN)) {
      return refuse(
        400,
        'Your request was rejected by the safety system. If you believe this is an error, contact ' +
          'us at help.openai.com and include the request ID. safety_violations=[violence].',
        {
          type: 'image_generation_user_error',
          code: 'moderation_blocked',
          moderation_details: { moderation_stage: 'input', categories: ['violence'] },
        },
      );
    }
    const work = makeWork(
      asked,
      billed(call),
      asked.prompt.includes(NOTHING) ? { pictureBytes, count: 0 } : { pictureBytes },
    );
    await call.work();
    if (asked.stream)
      return {
        headers: { 'content-type': 'text/event-stream; charset=utf-8' },
        body: imagesEvents(asked, work, { prefix, nowMs: call.now() }),
      };
    return { body: imagesBody(asked, work, call.now()) };
  }

  async function generate(call: Call): Promise<Answer> {
    admit(call);
    const fields = fieldsOf(call);
    return answer(
      call,
      understand(fields, 'generate', { prompt: fields['prompt'], references: 0 }),
      'image_generation',
    );
  }

  async function edit(call: Call): Promise<Answer> {
    admit(call);
    const { fields, images } = /^multipart\/form-data/i.test(call.headers['content-type'] ?? '')
      ? await formOf(call)
      : jsonEdit(call);
    if (images.length === 0)
      return refuse(400, "Missing required parameter: 'image'.", {
        param: 'image',
        code: 'missing_required_parameter',
      });
    if (!images.every(looksLikeImage))
      return refuse(400, 'Invalid image file or mode for image 1, please check your image file.', {
        type: 'image_generation_user_error',
        param: 'image',
        code: 'invalid_image_file',
      });
    return answer(
      call,
      understand(fields, 'edit', { prompt: fields['prompt'], references: images.length }),
      'image_edit',
    );
  }

  function stored(call: Call): StoredResponse {
    const found = responses.get(call.params['id'] ?? '');
    if (!found) throw new Refusal(refuse(404, `Response with id '${call.params['id']}' not found.`));
    return found;
  }

  const routes: Route[] = [
    ...batchRoutes(control, batches, { '/v1/images/generations': generate, '/v1/images/edits': edit }),
    { operation: 'submit', method: 'POST', path: '/v1/images/generations', handle: generate },
    { operation: 'submit', method: 'POST', path: '/v1/images/edits', handle: edit },
    {
      operation: 'submit',
      method: 'POST',
      path: '/v1/responses',
      handle: (call) => {
        admit(call);
        const response = createResponse(billed(call), { queueMs, pictureBytes, forbidden: FORBIDDEN });
        responses.set(response.id, response);
        return responseBody(response, call.now() - 1);
      },
    },
    {
      operation: 'poll',
      method: 'GET',
      path: '/v1/responses/:id',
      handle: (call) => responseBody(stored(call), call.now()),
    },
    {
      operation: 'cancel',
      method: 'POST',
      path: '/v1/responses/:id/cancel',
      handle: (call) => {
        const response = stored(call);
        if (!response.background) return refuse(400, 'Cannot cancel a synchronous response.');
        if (statusOf(response, call.now()) !== 'completed') response.cancelledMs ??= call.now();
        return responseBody(response, call.now());
      },
    },
    {
      operation: 'models',
      method: 'GET',
      path: '/v1/models',
      handle: () => ({
        body: {
          object: 'list',
          data: LIVE_MODELS.map(({ id, shutdown_date }) => ({
            id,
            object: 'model',
            created: 1_770_000_000,
            owned_by: 'openai',
            shutdown_date: shutdown_date ?? null,
          })),
        },
      }),
    },
  ];
  const held = { responses, batches, control };
  return { ...held, name: 'openai', routes: routes.map(worded), guard: (call) => unauthorized(call, options.apiKey) };
}
