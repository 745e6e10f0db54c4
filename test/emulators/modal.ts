/**
 * An app on Modal, emulated from docs/modal_app.py and Modal's documentation of web endpoints: a job is taken once for
 * its key; a POST to `/generate` answers with the picture, or is handed over with 303 to the address of its result.
 * Operations for faults: `submit`, `poll`, `find`, `cancel`, `health`.
 */
import { createHash } from 'node:crypto';
import type { Answer, Call, Route, Service } from './service.ts';
import { makePicture } from './picture.ts';

/** What can be set. */
export interface ModalOptions {
  /** The proxy's token; without it nobody is asked for one. */
  token?: { key: string; secret: string };
  /** After so many ms a request is handed over. Default 150 s. */
  handOverMs?: number;
  /** Where it is handed over to, in place of the own address. */
  handOverTo?: string;
  /** How long a result is kept, in ms. Default 7 days. */
  expireMs?: number;
}

/** What a picture costs: GPU time. */
export const PRICE_USD = 0.002;
/** A prompt with this word is refused by the app's filter. */
export const FORBIDDEN = 'forbidden-content';
/** A prompt with `FAIL(words)` fails with these words. */
const FAILS = /FAIL\((.+?)\)/;
const RESULT_PARAMETER = '__modal_function_call_id';

interface Work {
  id: string;
  body: Record<string, unknown>;
  endsMs: number;
  canceled?: boolean;
}

/** The fields of docs/modal_app.py, and those of the request that are required. */
const FIELDS: Record<string, (value: unknown) => boolean> = {
  job_key: (value) => /^[\w-]{1,200}$/.test(String(value)),
  prompt: (value) => typeof value === 'string' && value !== '',
  negative_prompt: (value) => typeof value === 'string',
  seed: (value) => Number.isSafeInteger(value),
  width: (value) => Number.isInteger(value) && Number(value) % 8 === 0,
  height: (value) => Number.isInteger(value) && Number(value) % 8 === 0,
  images: (value) => Array.isArray(value) && value.every((one) => String(one).startsWith('data:image/')),
  model: (value) => typeof value === 'string',
};
const REQUIRED = ['job_key', 'prompt', 'width', 'height'];

/** Makes the service; run it with `startEmulator`. */
export function modal(options: ModalOptions = {}): Service {
  const { token, handOverMs = 150_000, expireMs = 7 * 86_400_000 } = options;
  const calls = new Map<string, Work>();
  const keys = new Map<string, string>();

  function begin(call: Call): Work {
    const body = call.json as Record<string, unknown>;
    const key = String(body['job_key']);
    const id = `fc-${createHash('sha256').update(`${key} ${calls.size}`).digest('hex').slice(0, 22)}`;
    const work: Work = { id, body, endsMs: call.now() + call.latencyMs };
    calls.set(id, work);
    keys.set(key, id);
    // GPU time costs whatever comes of it.
    call.charge({ id, amountMicros: PRICE_USD * 1e6, note: { prompt: body['prompt'], key } });
    return work;
  }

  function taking(call: Call, take: () => Answer | Promise<Answer>): Answer | Promise<Answer> {
    const problem = fieldProblem(call.json);
    return problem === undefined ? take() : { status: 422, body: { detail: [problem] } };
  }

  async function generate(call: Call): Promise<Answer> {
    const work = begin(call);
    if (call.latencyMs <= handOverMs) {
      await call.work();
      return picture(work);
    }
    return handOver(call, work);
  }

  function handOver(call: Call, { id }: Work): Answer {
    const address = options.handOverTo ?? `${call.baseUrl}/generate`;
    return { status: 303, headers: { location: `${address}?${RESULT_PARAMETER}=${id}` } };
  }

  function result(call: Call, id: string | null | undefined, running: (work: Work) => Answer): Answer {
    const work = calls.get(id ?? '');
    if (work === undefined) return { status: 404, body: { detail: 'there is no such call' } };
    if (call.now() >= work.endsMs + expireMs) return { status: 410, body: { detail: 'the result has expired' } };
    if (work.canceled) return { body: { error: 'the job was canceled' } };
    return call.now() < work.endsMs ? running(work) : picture(work);
  }

  const routes: Route[] = [
    {
      operation: 'submit',
      method: 'POST',
      path: '/submit',
      handle: (call) =>
        taking(call, () => {
          const { job_key: key } = call.json as { job_key: string };
          return { body: { call_id: keys.get(key) ?? begin(call).id } };
        }),
    },
    {
      operation: 'find',
      method: 'GET',
      path: '/job/:key',
      handle: (call) => {
        const id = keys.get(call.params['key'] ?? '');
        return { body: id === undefined ? { state: 'absent' } : { state: 'accepted', call_id: id } };
      },
    },
    {
      operation: 'poll',
      method: 'GET',
      path: '/result/:id',
      handle: (call) => result(call, call.params['id'], () => ({ status: 202, body: {} })),
    },
    {
      operation: 'cancel',
      method: 'POST',
      path: '/cancel/:id',
      handle: (call) => {
        const work = calls.get(call.params['id'] ?? '');
        if (work !== undefined && call.now() < work.endsMs) work.canceled = true;
        return { body: {} };
      },
    },
    { operation: 'health', method: 'GET', path: '/health', handle: () => ({ body: { ok: true } }) },
    { operation: 'submit', method: 'POST', path: '/generate', handle: (call) => taking(call, () => generate(call)) },
    {
      operation: 'poll',
      method: 'GET',
      path: '/generate',
      handle: (call) => result(call, call.query.get(RESULT_PARAMETER), (work) => handOver(call, work)),
    },
  ];
  const guard = ({ headers }: Call): Answer | undefined => {
    if (token === undefined || (headers['modal-key'] === token.key && headers['modal-secret'] === token.secret))
      return undefined;
    const what = headers['modal-key'] === undefined ? 'missing' : 'invalid';
    return { status: 401, body: `modal-http: ${what} credentials for proxy authorization\n` };
  };
  return { name: 'modal', routes, guard };
}

function fieldProblem(body: unknown): { loc: string[]; msg: string; type: string } | undefined {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const missing = REQUIRED.find((name) => fields[name] === undefined);
  if (missing !== undefined) return { loc: ['body', missing], msg: 'Field required', type: 'missing' };
  const wrong = Object.keys(fields).find((name) => FIELDS[name]?.(fields[name]) !== true);
  return wrong === undefined
    ? undefined
    : { loc: ['body', wrong], msg: 'Input should be valid', type: FIELDS[wrong] ? 'value_error' : 'extra_forbidden' };
}

function picture({ id, body }: Work): Answer {
  const prompt = String(body['prompt']);
  const problem = prompt.includes(FORBIDDEN) ? 'flagged as NSFW by the filter' : FAILS.exec(prompt)?.[1];
  if (problem !== undefined) return { body: { error: problem } };
  const bytes = makePicture(Number(body['width']), Number(body['height']), id);
  return { headers: { 'content-type': 'image/png' }, body: bytes };
}
