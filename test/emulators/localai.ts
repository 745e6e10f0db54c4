/**
 * A server of one's own that speaks OpenAI's old image endpoint, emulated from LocalAI's sources: strict in its fields.
 * Its pictures cost nothing, and are booked all the same. Operations for faults: `submit`, `models`. Its base URL is
 * the emulator's with `/v1`.
 */
import { randomUUID } from 'node:crypto';
import { makePicture } from './picture.ts';
import type { Answer, Call, Service } from './service.ts';

/** What can be set. */
export interface LocalAIOptions {
  /** Without it no key is asked for. */
  apiKey?: string;
  /** True: it answers with addresses, whatever is asked for. */
  addresses?: boolean;
  /** Answered in turn, the last again and again, in place of pictures that are drawn. */
  answers?: readonly Buffer[];
}

/** A prompt with this word breaks the backend. */
export const BREAKING = 'break-the-backend';

const MODELS = ['stablediffusion', 'flux.1-dev-ggml'];
const FIELDS = ['model', 'prompt', 'n', 'size', 'response_format', 'seed', 'negative_prompt', 'step', 'ref_images'];

/** Makes the service; run it with `startEmulator`. */
export function localai(options: LocalAIOptions = {}): Service {
  const pictures = new Map<string, Buffer>();

  async function generate(call: Call): Promise<Answer> {
    const fields = (call.json ?? {}) as Record<string, unknown>;
    const unknown = Object.keys(fields).find((name) => !FIELDS.includes(name));
    if (unknown !== undefined) return failed(`the emulator knows no field ${unknown}`, 400);
    const { model, prompt, size, response_format: format, seed, ref_images: references = [] } = fields;
    if (typeof prompt !== 'string' || !MODELS.includes(String(model))) return failed('Bad Request', 400);
    const sides = /^(\d+)x(\d+)$/.exec(String(size));
    if (!sides) return failed("invalid value for 'size'", 500);
    if (seed !== undefined && (!Number.isInteger(seed) || (seed as number) > 2 ** 31 - 1))
      return failed('json: cannot unmarshal number into Go struct field PredictionOptions.seed of type int', 500);
    if (!Array.isArray(references) || references.some((text) => !isPicture(String(text))))
      return failed('Failed decoding base64 file', 500);
    if (prompt.includes(BREAKING))
      return failed('rpc error: code = Unavailable desc = error reading from server: EOF', 500);
    const id = randomUUID();
    call.charge({ id, amountMicros: 0, note: { model, prompt, references: references.length } });
    await call.work();
    const given = options.answers?.[Math.min(pictures.size, options.answers.length - 1)];
    const picture = given ?? makePicture(Number(sides[1]), Number(sides[2]), id);
    pictures.set(id, picture);
    const item =
      format === 'b64_json' && !options.addresses
        ? { b64_json: picture.toString('base64') }
        : { url: `${call.baseUrl}/generated-images/${id}.png` };
    return {
      body: {
        created: Math.floor(call.now() / 1000),
        id: randomUUID(),
        data: [{ embedding: null, index: 0, ...item }],
        usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
      },
    };
  }

  function authorized(call: Call): Answer | undefined {
    const given = call.headers.authorization?.replace(/^Bearer /, '');
    if (options.apiKey === undefined || given === options.apiKey) return undefined;
    // Not as LocalAI does it: other servers of the kind repeat the key.
    return { status: 401, body: { message: `Invalid API key${given === undefined ? '' : `: ${given}`}` } };
  }

  return {
    name: 'localai',
    guard: authorized,
    routes: [
      { operation: 'submit', method: 'POST', path: '/v1/images/generations', handle: generate },
      {
        operation: 'models',
        method: 'GET',
        path: '/v1/models',
        handle: () => ({ body: { object: 'list', data: MODELS.map((id) => ({ id, object: 'model' })) } }),
      },
      {
        operation: 'download',
        method: 'GET',
        path: '/generated-images/:file',
        handle: (call) => {
          const picture = pictures.get((call.params['file'] ?? '').replace(/\.png$/, ''));
          return picture === undefined ? { status: 404 } : { body: picture, headers: { 'content-type': 'image/png' } };
        },
      },
    ],
  };
}

function failed(message: string, code: number): Answer {
  return { status: code, body: { error: { code, message, type: '' } } };
}

function isPicture(base64: string): boolean {
  return /^(?:\x89PNG|\xff\xd8\xff)/.test(Buffer.from(base64, 'base64').toString('latin1', 0, 4));
}
