/** One emulated request: what becomes of it is settled when it is made; what a reader sees depends on the time. */
import { createHash } from 'node:crypto';
import type { Answer } from '../service.ts';
import type { Endpoint } from './models.ts';

/** A prompt with this word is refused by a content checker before it is run. */
export const REFUSED_WORD = 'FORBIDDEN';
/** A prompt with this word is run and billed, and its picture blacked out. */
export const FLAGGED_WORD = 'FLAGGED';
/** `BROKEN(type)` in a prompt: the runner fails with that type of error. */
const BROKEN = /BROKEN\((\w+)\)/;

/** How it ends when nobody interferes. `units`: what its answer tells that it billed, where it does. */
export type Fate = { billed: boolean } & (
  | { end: 'done'; flagged: boolean }
  | { end: 'refused'; status: number; detail: unknown; units?: number }
  | { end: 'broken'; type: string }
);

/** A request that was accepted. */
export interface FalRequest {
  id: string;
  /** `owner/app`: where its addresses are. */
  app: string;
  endpoint: Endpoint | undefined;
  input: Record<string, unknown>;
  fate: Fate;
  startsMs: number;
  endsMs: number;
  canceledMs?: number;
}

/** Pydantic's list of problems, as the service answers it. */
function invalid(endpoint: Endpoint, input: Record<string, unknown>): object[] {
  const missing = endpoint.required
    .filter((name) => input[name] === undefined)
    .map((name) => ({ loc: ['body', name], msg: 'Field required', type: 'missing' }));
  const wrong = Object.entries(input)
    .filter(([name, value]) => !(endpoint.fields[name]?.(value) ?? false))
    .map(([name]) =>
      endpoint.fields[name] === undefined
        ? { loc: ['body', name], msg: 'Extra inputs are not permitted', type: 'extra_forbidden' }
        : { loc: ['body', name], msg: 'Input is not valid', type: 'value_error' },
    );
  return [...missing, ...wrong];
}

/** What becomes of it. */
export function fateOf(id: string, endpoint: Endpoint | undefined, input: Record<string, unknown>): Fate {
  if (endpoint === undefined)
    return {
      end: 'refused',
      billed: false,
      status: 404,
      detail: `Path /${id.split('/').slice(2).join('/')} not found`,
      units: 0,
    };
  const problems = invalid(endpoint, input);
  if (problems.length > 0) return { end: 'refused', billed: false, status: 422, detail: problems, units: 0 };
  const prompt = String(input['prompt']);
  if (prompt.includes(REFUSED_WORD))
    return {
      end: 'refused',
      billed: false,
      status: 422,
      detail: [
        {
          loc: ['body', 'prompt'],
          msg: 'The content could not be processed because it contained material flagged by a content checker.',
          type: 'content_policy_violation',
          url: 'https://docs.fal.ai/errors#content_policy_violation',
          input,
        },
      ],
    };
  const type = BROKEN.exec(prompt)?.[1];
  if (type !== undefined) return { end: 'broken', billed: false, type };
  return { end: 'done', billed: true, flagged: prompt.includes(FLAGGED_WORD) };
}

/** The seed in the input, or a random one that depends on the id. */
function seedOf({ input, id }: FalRequest): number {
  return typeof input['seed'] === 'number' ? input['seed'] : createHash('sha256').update(id).digest().readUInt32BE(0);
}

/** The answer of the status address. */
export function statusBody(request: FalRequest, now: number, baseUrl: string): Record<string, unknown> {
  const { id, app, fate, startsMs, endsMs, canceledMs } = request;
  const work = `${baseUrl}/${app}/requests/${id}`;
  const where = { request_id: id, response_url: work, status_url: `${work}/status`, cancel_url: `${work}/cancel` };
  if (canceledMs !== undefined)
    return {
      status: 'COMPLETED',
      ...where,
      logs: null,
      metrics: {},
      error: 'Request cancelled',
      error_type: 'client_cancelled',
    };
  if (now < startsMs) return { status: 'IN_QUEUE', ...where, queue_position: 0 };
  if (now < endsMs) return { status: 'IN_PROGRESS', ...where, logs: null };
  const metrics = { inference_time: (endsMs - startsMs) / 1000 };
  const broken = fate.end === 'broken' ? { error: 'The runner could not finish', error_type: fate.type } : {};
  return { status: 'COMPLETED', ...where, logs: null, metrics, ...broken };
}

/** The answer of the result address: the model's own, with its own status. */
export function resultOf(request: FalRequest, now: number, baseUrl: string): Answer {
  const { id, fate, input, endpoint } = request;
  if (now < request.endsMs || request.canceledMs !== undefined)
    return { status: 400, body: { detail: 'Request is still in progress' } };
  const told = { 'x-fal-request-id': id };
  if (fate.end === 'broken')
    return {
      status: 503,
      headers: { ...told, 'x-fal-error-type': fate.type },
      body: { detail: 'The runner could not finish', error_type: fate.type },
    };
  if (fate.end === 'refused') {
    const units = fate.units === undefined ? {} : { 'x-fal-billable-units': String(fate.units) };
    return { status: fate.status, headers: { ...told, ...units }, body: { detail: fate.detail } };
  }
  if (endpoint?.trains) {
    const weights = { url: `${baseUrl}/delivery/${id}/lora.safetensors`, content_type: 'application/octet-stream' };
    const config = { url: `${baseUrl}/delivery/${id}/config.json`, content_type: 'application/json' };
    const units = { 'x-fal-billable-units': String(endpoint.units(input)) };
    return { headers: { ...told, ...units }, body: { diffusers_lora_file: weights, config_file: config } };
  }
  const { width = 1024, height = 1024 } = (input['image_size'] ?? {}) as { width?: number; height?: number };
  const image = { url: `${baseUrl}/delivery/${id}/out.png`, width, height, content_type: 'image/png' };
  const concepts = { timings: { inference: 1 }, has_nsfw_concepts: [fate.flagged], prompt: input['prompt'] };
  return {
    headers: { ...told, 'x-fal-billable-units': String(endpoint?.units(input) ?? 0) },
    body: { images: [image], seed: seedOf(request), ...(endpoint?.tellsConcepts ? concepts : {}) },
  };
}
