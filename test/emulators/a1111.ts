/**
 * AUTOMATIC1111's web UI with `--api`, emulated from its sources: strict in its fields, one picture at a time. Pictures
 * cost nothing, and are booked all the same. Operations for faults: `submit` (txt2img, img2img), `progress`, `models`.
 * Its base URL is the emulator's own.
 */
import { makePicture } from './picture.ts';
import type { Answer, Call, Service } from './service.ts';

/** What can be set. */
export interface A1111Options {
  /** `user:password`; without it no login is asked for. */
  login?: string;
  /** The first picture takes until somebody has looked so often how far it is. Default 0. */
  looks?: number;
}

/** A prompt with this word needs more memory than there is. */
export const TOO_LARGE = 'too-large-for-memory';

const CHECKPOINTS = [{ title: 'sd_xl_base_1.0.safetensors [31e35c80fc]', model_name: 'sd_xl_base_1.0' }];
const FIELDS = (
  'prompt negative_prompt seed width height batch_size n_iter steps cfg_scale sampler_name send_images save_images ' +
  'force_task_id override_settings denoising_strength'
).split(' ');

/** Makes the service; run it with `startEmulator`. */
export function a1111(options: A1111Options = {}): Service {
  let queue: Promise<void> = Promise.resolve();
  const { looks = 0 } = options;
  let looked = 0;
  let seenEnough = (): void => {};
  const enough = looks === 0 ? Promise.resolve() : new Promise<void>((done) => (seenEnough = done));
  let current: { task: string; sinceMs: number; latencyMs: number } | undefined;

  function made(known: readonly string[]) {
    return async (call: Call): Promise<Answer> => {
      const fields = (call.json ?? {}) as Record<string, unknown>;
      const problem = problemOf(fields, known);
      if (problem !== undefined) return problem;
      const task = String(fields['force_task_id']);
      const id = `${task}-${call.position}`;
      const references = (fields['init_images'] as unknown[] | undefined)?.length ?? 0;
      call.charge({ id, amountMicros: 0, note: { prompt: fields['prompt'], references } });
      const before = queue;
      let end = (): void => {};
      queue = new Promise((done) => (end = done));
      await before;
      current = { task, sinceMs: call.now(), latencyMs: call.latencyMs };
      try {
        await Promise.all([call.work(), enough]);
      } finally {
        current = undefined;
        end();
      }
      const { seed, width, height, prompt } = fields;
      const picture = makePicture(Number(width), Number(height), id).toString('base64');
      const info = JSON.stringify({ prompt, seed, all_seeds: [seed], width, height, infotexts: [String(prompt)] });
      return { body: { images: [picture], parameters: fields, info } };
    };
  }

  function progress(call: Call): Answer {
    if (current !== undefined && ++looked >= looks) seenEnough();
    const share = current && Math.min(0.99, (call.now() - current.sinceMs) / Math.max(1, current.latencyMs));
    const state = {
      skipped: false,
      interrupted: false,
      stopping_generation: false,
      job: current ? 'scripts_txt2img' : '',
      job_count: current ? 1 : 0,
      job_timestamp: '20261122014200',
      job_no: 0,
      sampling_step: 0,
      sampling_steps: 20,
    };
    const seen = { progress: share ?? 0, eta_relative: 0, state, current_image: null, textinfo: null };
    return { body: { ...seen, current_task: current?.task ?? null } };
  }

  function authorized(call: Call): Answer | undefined {
    if (options.login === undefined) return undefined;
    const given = Buffer.from(call.headers.authorization?.replace(/^Basic /, '') ?? '', 'base64').toString();
    if (given === options.login) return undefined;
    // The service does not repeat what it was given; a proxy may.
    return failed(401, 'HTTPException', `Incorrect username or password ${given} ${call.headers.authorization}`);
  }

  return {
    name: 'a1111',
    guard: authorized,
    routes: [
      { operation: 'submit', method: 'POST', path: '/sdapi/v1/txt2img', handle: made(FIELDS) },
      { operation: 'submit', method: 'POST', path: '/sdapi/v1/img2img', handle: made([...FIELDS, 'init_images']) },
      { operation: 'progress', method: 'GET', path: '/sdapi/v1/progress', handle: progress },
      {
        operation: 'models',
        method: 'GET',
        path: '/sdapi/v1/sd-models',
        handle: (): Answer => ({ body: CHECKPOINTS }),
      },
    ],
  };
}

function problemOf(fields: Record<string, unknown>, known: readonly string[]): Answer | undefined {
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown !== undefined) return invalid(unknown, 'extra fields not permitted');
  for (const name of ['seed', 'width', 'height', 'batch_size', 'n_iter'])
    if (!Number.isInteger(fields[name])) return invalid(name, 'value is not a valid integer');
  for (const text of (fields['init_images'] as string[] | undefined) ?? [])
    if (!Buffer.from(text, 'base64').toString('latin1', 0, 4).endsWith('PNG'))
      return failed(500, 'HTTPException', 'Invalid encoded image');
  const wanted = (fields['override_settings'] as Record<string, unknown> | undefined)?.['sd_model_checkpoint'];
  if (wanted !== undefined && !CHECKPOINTS.some(({ title, model_name: name }) => wanted === title || wanted === name))
    return failed(404, 'HTTPException', 'Model not found');
  return String(fields['prompt']).includes(TOO_LARGE)
    ? failed(500, 'OutOfMemoryError', '', 'CUDA out of memory. Tried to allocate 58.00 MiB')
    : undefined;
}

function failed(status: number, error: string, detail: string, errors = ''): Answer {
  return { status, body: { error, detail, body: '', errors } };
}

function invalid(field: string, msg: string): Answer {
  return { status: 422, body: { detail: [{ loc: ['body', field], msg, type: 'value_error' }] } };
}
