/** What a request for a prediction asks for, what is wrong with it, and what becomes of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Call } from '../service.ts';
import { type InvalidField, invalidFields } from './input.ts';
import type { Model } from './models.ts';
import type { Fate, Prediction } from './prediction.ts';
import { problem } from './answers.ts';
import type { StoredFile } from './files.ts';

/** A prompt with this word is refused by the model's safety checker. */
export const REFUSED_WORD = 'FORBIDDEN';

/** A prompt with `FAIL(text)` fails with that text; with this word it succeeds with nothing to show. */
export const FLAGGED_WORD = 'FLAGGED';

/** What the safety checker says (replicate/cog-flux predict.py). */
const NSFW = 'All generated images contained NSFW content. Try running it again with a different prompt.';

/** A 64 character hash, `owner/name:hash`, or the name of an official model. */
export function versionOf(models: readonly Model[], body: unknown): Model | undefined {
  const version = String((body as { version?: unknown } | undefined)?.version ?? '');
  const [id = '', hash = id] = version.split(':');
  return (
    models.find(
      (model) =>
        (model.version === hash || model.earlier === hash) && (hash === id || id === `${model.owner}/${model.name}`),
    ) ?? models.find((model) => model.official && version === `${model.owner}/${model.name}`)
  );
}

export function bodyProblem(call: Call, model: Model, strict: boolean): Answer | undefined {
  const body = call.json;
  if (typeof body !== 'object' || body === null)
    return problem(400, 'Bad request', 'The request body is not valid JSON');
  const allowed = [
    'input',
    'webhook',
    'webhook_events_filter',
    'stream',
    ...(call.path === '/v1/predictions' ? ['version'] : []),
  ];
  const unknown = Object.keys(body).filter((field) => !allowed.includes(field));
  if (unknown.length > 0)
    return inputProblem(
      unknown.map((name) => ({
        type: 'additional_property_not_allowed',
        field: '',
        description: `Additional property ${name} is not allowed`,
      })),
    );
  const { input } = body as { input?: unknown };
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return inputProblem([{ type: 'required', field: '', description: 'input is required' }]);
  const cancelAfter = call.headers['cancel-after'];
  if (cancelAfter !== undefined && (durationMs(cancelAfter) ?? 0) < 5000)
    return problem(422, 'Invalid Cancel-After', 'Cancel-After must be a duration of at least 5 seconds');
  const invalid = invalidFields(model, input as Record<string, unknown>, strict);
  return invalid.length === 0 ? undefined : inputProblem(invalid);
}

/** 422, with every field that is wrong. */
function inputProblem(invalid: readonly InvalidField[]): Answer {
  const lines = invalid.map(({ field, description }) => `- ${field === '' ? '' : `${field}: `}${description}\n`);
  return problem(422, 'Input validation failed', lines.join(''), { invalid_fields: invalid });
}

/** `Prefer: wait` or `wait=n`: holds the answer until the work has ended, 60 s at most. */
export async function hold(call: Call, prediction: Prediction): Promise<void> {
  const wanted = /^wait(?:=(\d+))?$/.exec(String(call.headers.prefer ?? ''));
  if (wanted === null) return;
  // A timer may end a millisecond before the clock says so.
  await sleep(Math.min(prediction.endsMs - call.now() + 2, Number(wanted[1] ?? 60) * 1000, 60_000));
}

export function fateOf(input: Record<string, unknown>, files: ReadonlyMap<string, StoredFile>): Fate {
  const prompt = String(input['prompt']);
  const broken = Object.values(input)
    .flat()
    .find((value) => typeof value === 'string' && isBrokenFile(value, files));
  if (broken !== undefined) return { end: 'failed', error: 'Prediction input failed: cannot identify image file' };
  if (prompt.includes(REFUSED_WORD)) return { end: 'failed', error: NSFW };
  const said = Object.values(input).flatMap((value) => /^[^]{0,2000}?FAIL\((.*?)\)/.exec(String(value))?.[1] ?? [])[0];
  if (said !== undefined) return { end: 'failed', error: said };
  const asked = typeof input['num_outputs'] === 'number' ? input['num_outputs'] : 1;
  return { end: 'succeeded', outputs: prompt.includes(FLAGGED_WORD) ? asked - 1 : asked };
}

function isBrokenFile(value: string, files: ReadonlyMap<string, StoredFile>): boolean {
  const file = /^http:\/\/127\.0\.0\.1:\d+\/v1\/files\/([^/?]+)/.exec(value)?.[1];
  if (file !== undefined) return !files.has(file);
  return value.startsWith('data:') && !/^data:image\/(?:png|jpeg|webp);base64,[A-Za-z0-9+/]+=*$/.test(value);
}

/** `30s`, `5m`, `1h30m`. */
export function durationMs(header: string | string[] | undefined): number | undefined {
  const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(String(header ?? ''));
  if (header === undefined || parts === null) return undefined;
  const [, hours = '0', minutes = '0', seconds = '0'] = parts;
  return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
}

/** The model that a path names. */
export function modelOf(models: readonly Model[], call: Call): Model | undefined {
  return models.find(({ owner, name }) => owner === call.params['owner'] && name === call.params['name']);
}
