/**
 * OpenAI's image service, emulated from the types of its package and its documentation: strict in what it takes,
 * charging the moment it accepts. Operations for faults: `submit` (generations, edits, responses), `poll`, `cancel`, `models`.
 * Its base URL is the emulator's with `/v1`.
 */
import { randomUUID } from 'node:crypto';
import type { Answer, Call, Route, Service } from './emulator.ts';
import { createResponse, responseBody, statusOf, type StoredResponse } from './openai/responses.ts';
import { LIVE_MODELS, looksLikeImage, refuse, Refusal, understand, type Asked } from './openai/rules.ts';
import { imagesBody, imagesEvents, makeWork } from './openai/work.ts';

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
}

/** A prompt with this word is refused by moderation. */
export const FORBIDDEN = 'forbidden-content';
/** A prompt with this word is charged and brings no picture. */
export const NOTHING = 'bring-nothing';

/** The emulated service with what it holds. */
export interface OpenAIService extends Service {
  responses: Map<string, StoredResponse>;
}

/** Makes the service; run it with `startEmulator`. */
export function openai(options: OpenAIOptions = {}): OpenAIService {
  const responses = new Map<string, StoredResponse>();
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
        'Your request was rejected by the safety system. If you believe this is an error, contact us at help.openai.com and include the request ID. safety_violations=[violence].',
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
  return { name: 'openai', responses, routes: routes.map(worded), guard: (call) => unauthorized(call, options.apiKey) };
}

/** Turns thrown refusals into answers, and gives every answer its request id. */
function worded(route: Route): Route {
  return {
    ...route,
    handle: async (call) => {
      const answer = await Promise.resolve()
        .then(() => route.handle(call))
        .catch((error: unknown) => {
          if (error instanceof Refusal) return error.answer;
          throw error;
        });
      return { ...answer, headers: { ...answer.headers, 'x-request-id': `req_${randomUUID().replaceAll('-', '')}` } };
    },
  };
}

/** Echoes the refused key, as services do: it must not reach a log of ours. */
function unauthorized(call: Call, apiKey: string | undefined): Answer | undefined {
  const [, key] = /^Bearer (.+)$/.exec(call.headers.authorization ?? '') ?? [];
  if (key === undefined)
    return refuse(
      401,
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth.",
    );
  if (apiKey === undefined || key === apiKey) return undefined;
  return refuse(
    401,
    `Incorrect API key provided: ${key}. You can find your API key at https://platform.openai.com/account/api-keys.`,
    { code: 'invalid_api_key' },
  );
}

function fieldsOf(call: Call): Record<string, unknown> {
  if (typeof call.json !== 'object' || call.json === null)
    throw new Refusal(refuse(400, 'We could not parse the JSON body of your request.'));
  return call.json as Record<string, unknown>;
}

function jsonEdit(call: Call): { fields: Record<string, unknown>; images: Buffer[] } {
  const fields = fieldsOf(call);
  const images = (Array.isArray(fields['images']) ? fields['images'] : []) as { image_url?: string }[];
  return {
    fields,
    images: images.map(({ image_url: url = '' }) => Buffer.from(url.replace(/^data:image\/\w+;base64,/, ''), 'base64')),
  };
}

/** The multipart body, parsed for real: one `image`, or several `image[]`. */
async function formOf(call: Call): Promise<{ fields: Record<string, unknown>; images: Buffer[] }> {
  const form = await new Response(new Uint8Array(call.body), {
    headers: { 'content-type': call.headers['content-type'] ?? '' },
  }).formData();
  const fields: Record<string, unknown> = {};
  const images: Buffer[] = [];
  for (const [name, value] of form) {
    const image = name === 'image' || name === 'image[]';
    if (image && typeof value === 'string')
      throw new Refusal(
        refuse(400, "Invalid type for 'image': expected a file, but got a string instead.", {
          param: 'image',
          code: 'invalid_type',
        }),
      );
    if (image) images.push(Buffer.from(await (value as File).arrayBuffer()));
    else if (name in fields)
      throw new Refusal(refuse(400, `Duplicate parameter: '${name}'.`, { param: name, code: 'duplicate_parameter' }));
    else fields[name] = value;
  }
  if (form.getAll('image').length > 1)
    throw new Refusal(
      refuse(400, "Duplicate parameter: 'image'. Use 'image[]' for several images.", {
        param: 'image',
        code: 'duplicate_parameter',
      }),
    );
  return { fields, images };
}
