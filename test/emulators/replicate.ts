/**
 * Replicate, emulated from its HTTP reference: predictions, models, files, account, and the delivery of outputs.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import type { Answer, Call, Route, Service } from './emulator.ts';
import { makePicture } from './picture.ts';
import { type InvalidField, invalidFields, type Model, modelBody, MODELS, versionBody } from './replicate/models.ts';
import {
  type Fate,
  isExpired,
  newId,
  type Prediction,
  predictionBody,
  seedOf,
  statusOf,
} from './replicate/prediction.ts';

/** What can be set. */
export interface ReplicateOptions {
  /** The one token that is good; without it any is. */
  token?: string;
  /** Time in the queue before a prediction starts (and is charged), in ms. Default 0. */
  queueMs?: number;
  /** How long after its end a prediction's data lives, in ms. Default one hour. */
  expireMs?: number;
  /** Creates a minute, and how many may come at once. Default: no limit. */
  limit?: { perMinute: number; burst: number };
  /** What the account can pay for, in micro-dollars; then 402. Default: enough. */
  creditMicros?: number;
  /**
   * Refuses input fields that the model does not have; the real service drops them. Default true: it finds our
   * mistakes.
   */
  strict?: boolean;
  /** Predictions a page. Default 100. */
  pageSize?: number;
  /** Size of the pictures' files. Default: small. */
  pictureBytes?: number;
  /** How long a new prediction stays out of the list, in ms. Default 0. */
  listLagMs?: number;
}

/** A prompt with this word is refused by the model's safety checker. */
export const REFUSED_WORD = 'FORBIDDEN';
/** A prompt with `FAIL(text)` fails with that text; with this word it succeeds with nothing to show. */
export const FLAGGED_WORD = 'FLAGGED';
/** What the safety checker says (replicate/cog-flux predict.py). */
const NSFW = 'All generated images contained NSFW content. Try running it again with a different prompt.';
/** Sides at one megapixel (replicate/cog-flux). */
const SIDES: Record<string, [number, number]> = {
  '1:1': [1024, 1024],
  '16:9': [1344, 768],
  '21:9': [1536, 640],
  '3:2': [1216, 832],
  '2:3': [832, 1216],
  '4:5': [896, 1088],
  '5:4': [1088, 896],
  '3:4': [896, 1152],
  '4:3': [1152, 896],
  '9:16': [768, 1344],
  '9:21': [640, 1536],
};

interface StoredFile {
  id: string;
  name: string;
  type: string;
  bytes: Buffer;
  createdMs: number;
}

/** The emulated service with what it holds. */
export interface ReplicateService extends Service {
  predictions: Map<string, Prediction>;
  files: Map<string, StoredFile>;
}

/** Makes the service; run it with `startEmulator`. Its base URL is the emulator's with `/v1`. */
export function replicate(options: ReplicateOptions = {}): ReplicateService {
  const { queueMs = 0, expireMs = 3_600_000, strict = true, pageSize = 100, listLagMs = 0 } = options;
  const predictions = new Map<string, Prediction>();
  const files = new Map<string, StoredFile>();
  let creditMicros = options.creditMicros ?? Infinity;
  const limiter = options.limit === undefined ? undefined : bucket(options.limit);

  async function create(call: Call, model: Model | undefined): Promise<Answer> {
    const waitSeconds = limiter?.(call.now()) ?? 0;
    if (waitSeconds > 0)
      return {
        status: 429,
        body: {
          detail: `Request was throttled. Your rate limit resets in ~${waitSeconds}s.`,
          status: 429,
          retry_after: waitSeconds,
        },
      };
    if (model === undefined)
      return problem(
        422,
        'Invalid version or not permitted',
        "The specified version does not exist (or perhaps you don't have permission to use it?)",
      );
    const wrong = bodyProblem(call, model, strict);
    if (wrong !== undefined) return wrong;
    if (creditMicros < model.priceMicros)
      return problem(
        402,
        'Insufficient credit',
        'You have insufficient credit to run this model. Go to https://replicate.com/account/billing#billing to purchase credit.',
      );
    const prediction = begin(call, model);
    await hold(call, prediction);
    const body = predictionBody(prediction, call.now(), call.baseUrl);
    const open = body['status'] === 'starting' || body['status'] === 'processing';
    return {
      status: call.headers.prefer !== undefined && open ? 202 : 201,
      headers: { location: `${call.baseUrl}/v1/predictions/${prediction.id}` },
      body,
    };
  }

  function begin(call: Call, model: Model): Prediction {
    const { input, webhook } = call.json as { input: Record<string, unknown>; webhook?: string };
    const now = call.now();
    const cancelAfterMs = durationMs(call.headers['cancel-after']);
    const id = newId();
    const prediction: Prediction = {
      id,
      model,
      input,
      fate: fateOf(input, files),
      createdMs: now,
      startsMs: now + queueMs,
      endsMs: now + queueMs + call.latencyMs,
      expireMs,
      seed: seedOf(input, id),
      ...(webhook === undefined ? {} : { webhook }),
      ...(cancelAfterMs === undefined ? {} : { deadlineMs: now + cancelAfterMs }),
    };
    if (cancelAfterMs !== undefined && prediction.endsMs > now + cancelAfterMs)
      prediction.canceledMs = now + cancelAfterMs;
    predictions.set(id, prediction);
    const take = (): void => {
      if (prediction.canceledMs !== undefined && prediction.canceledMs < prediction.startsMs) return;
      creditMicros -= model.priceMicros;
      call.charge({
        id,
        amountMicros: model.priceMicros,
        note: { model: `${model.owner}/${model.name}`, prompt: input['prompt'], seed: input['seed'] },
      });
    };
    // Failed and aborted runs of per-image models are not billed.
    if (prediction.fate.end !== 'succeeded') return prediction;
    if (queueMs === 0) take();
    else setTimeout(take, queueMs).unref();
    return prediction;
  }

  function list(call: Call): Answer {
    const [after, before] = ['created_after', 'created_before'].map((name) => call.query.get(name));
    if ([after, before].some((time) => time && Number.isNaN(Date.parse(time))))
      return problem(400, 'Bad request', 'created_after and created_before must be ISO 8601 times');
    const all = [...predictions.values()]
      .reverse()
      .filter((prediction) => prediction.createdMs + listLagMs <= call.now())
      .filter(
        ({ createdMs }) => (!after || createdMs >= Date.parse(after)) && (!before || createdMs < Date.parse(before)),
      );
    const start = Number(Buffer.from(call.query.get('cursor') ?? '', 'base64').toString() || 0);
    const page = (from: number): string | null => {
      if (from < 0 || from >= all.length) return null;
      const query = new URLSearchParams(call.query);
      query.set('cursor', Buffer.from(String(from)).toString('base64'));
      return `${call.baseUrl}/v1/predictions?${query}`;
    };
    const results = all
      .slice(start, start + pageSize)
      // The list is documented without logs.
      .map((prediction) => ({ ...predictionBody(prediction, call.now(), call.baseUrl), logs: undefined }));
    return { body: { previous: start === 0 ? null : page(start - pageSize), next: page(start + pageSize), results } };
  }

  function cancel(call: Call, prediction: Prediction): Answer {
    const now = call.now();
    if (['starting', 'processing'].includes(statusOf(prediction, now))) prediction.canceledMs = now;
    return { body: predictionBody(prediction, now, call.baseUrl) };
  }

  async function upload(call: Call): Promise<Answer> {
    const form = await new Response(new Uint8Array(call.body), {
      headers: { 'content-type': call.headers['content-type'] ?? '' },
    })
      .formData()
      .catch(() => undefined);
    const content = form?.get('content');
    if (!(content instanceof File)) return problem(400, 'Bad request', 'Missing content');
    const file = {
      id: newId(),
      name: content.name,
      type: content.type,
      bytes: Buffer.from(await content.arrayBuffer()),
      createdMs: call.now(),
    };
    files.set(file.id, file);
    return { status: 201, body: fileBody(file, call.baseUrl) };
  }

  async function deliver(call: Call): Promise<Answer> {
    const prediction = predictions.get(call.params['id'] ?? '');
    const gone =
      prediction === undefined || statusOf(prediction, call.now()) !== 'succeeded' || isExpired(prediction, call.now());
    if (gone) return { status: 404, headers: { 'content-type': 'text/plain' }, body: 'Not Found' };
    const format = String(
      prediction.input['output_format'] ?? (prediction.model.enums['output_format'] === undefined ? 'png' : 'webp'),
    );
    const [width, height] = sizeOf(prediction.input);
    const png = makePicture(
      width,
      height,
      prediction.id,
      options.pictureBytes === undefined ? {} : { sizeBytes: options.pictureBytes },
    );
    const body =
      format === 'png'
        ? png
        : await sharp(png)
            .toFormat(format === 'jpg' ? 'jpeg' : 'webp')
            .toBuffer();
    return {
      headers: {
        'content-type': `image/${format === 'jpg' ? 'jpeg' : format}`,
        'cache-control': 'public, max-age=3600',
      },
      body,
    };
  }

  const known = (call: Call, use: (prediction: Prediction) => Answer): Answer => {
    const prediction = predictions.get(call.params['id'] ?? '');
    return prediction === undefined ? notFound() : use(prediction);
  };
  const modelOf = (call: Call): Model | undefined =>
    MODELS.find(({ owner, name }) => owner === call.params['owner'] && name === call.params['name']);
  const routes: Route[] = [
    {
      operation: 'submit',
      method: 'POST',
      path: '/v1/models/:owner/:name/predictions',
      handle: (call) => (modelOf(call)?.official ? create(call, modelOf(call)) : notFound()),
    },
    {
      operation: 'submit',
      method: 'POST',
      path: '/v1/predictions',
      handle: (call) => create(call, versionOf(call.json)),
    },
    {
      operation: 'poll',
      method: 'GET',
      path: '/v1/predictions/:id',
      handle: (call) => known(call, (prediction) => ({ body: predictionBody(prediction, call.now(), call.baseUrl) })),
    },
    {
      operation: 'cancel',
      method: 'POST',
      path: '/v1/predictions/:id/cancel',
      handle: (call) => known(call, (prediction) => cancel(call, prediction)),
    },
    { operation: 'list', method: 'GET', path: '/v1/predictions', handle: list },
    { operation: 'model', method: 'GET', path: '/v1/models/:owner/:name', handle: (call) => onModel(modelOf(call)) },
    {
      operation: 'version',
      method: 'GET',
      path: '/v1/models/:owner/:name/versions/:version',
      handle: (call) => onVersion(modelOf(call), call.params['version'] ?? ''),
    },
    { operation: 'upload', method: 'POST', path: '/v1/files', handle: upload },
    {
      operation: 'files',
      method: 'GET',
      path: '/v1/files',
      handle: (call) => ({
        body: { previous: null, next: null, results: [...files.values()].map((file) => fileBody(file, call.baseUrl)) },
      }),
    },
    {
      operation: 'file',
      method: 'GET',
      path: '/v1/files/:id',
      handle: (call) => onFile(files.get(call.params['id'] ?? ''), call.baseUrl),
    },
    {
      operation: 'account',
      method: 'GET',
      path: '/v1/account',
      handle: () => ({
        body: {
          type: 'user',
          username: 'emulated',
          name: 'Emulated Account',
          github_url: 'https://github.com/emulated',
        },
      }),
    },
    { operation: 'download', method: 'GET', path: '/delivery/:id/:file', handle: deliver },
  ];
  const guard = (call: Call): Answer | undefined => {
    const token = /^(?:Bearer|Token) (\S+)$/.exec(call.headers.authorization ?? '')?.[1];
    const good = options.token === undefined ? token !== undefined : token === options.token;
    return good || !call.path.startsWith('/v1/')
      ? undefined
      : problem(401, 'Unauthenticated', 'You did not pass a valid authentication token');
  };
  return { name: 'replicate', routes, guard, predictions, files };
}

function problem(status: number, title: string, detail: string, more: object = {}): Answer {
  return { status, headers: { 'content-type': 'application/problem+json' }, body: { title, detail, status, ...more } };
}

function notFound(): Answer {
  return problem(404, 'Not found', 'The requested resource could not be found.');
}

function onModel(model: Model | undefined): Answer {
  return model === undefined ? notFound() : { body: modelBody(model) };
}

function onVersion(model: Model | undefined, id: string): Answer {
  return model !== undefined && (model.version === id || model.earlier === id)
    ? { body: versionBody(model, id) }
    : notFound();
}

function onFile(file: StoredFile | undefined, baseUrl: string): Answer {
  return file === undefined ? notFound() : { body: fileBody(file, baseUrl) };
}

/** A 64 character hash, `owner/name:hash`, or the name of an official model. */
function versionOf(body: unknown): Model | undefined {
  const version = String((body as { version?: unknown } | undefined)?.version ?? '');
  const [id = '', hash = id] = version.split(':');
  return (
    MODELS.find(
      (model) =>
        (model.version === hash || model.earlier === hash) && (hash === id || id === `${model.owner}/${model.name}`),
    ) ?? MODELS.find((model) => model.official && version === `${model.owner}/${model.name}`)
  );
}

function bodyProblem(call: Call, model: Model, strict: boolean): Answer | undefined {
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
async function hold(call: Call, prediction: Prediction): Promise<void> {
  const wanted = /^wait(?:=(\d+))?$/.exec(String(call.headers.prefer ?? ''));
  if (wanted === null) return;
  // A timer may end a millisecond before the clock says so.
  await sleep(Math.min(prediction.endsMs - call.now() + 2, Number(wanted[1] ?? 60) * 1000, 60_000));
}

function fateOf(input: Record<string, unknown>, files: ReadonlyMap<string, StoredFile>): Fate {
  const prompt = String(input['prompt']);
  const broken = Object.values(input)
    .flat()
    .find((value) => typeof value === 'string' && isBrokenFile(value, files));
  if (broken !== undefined) return { end: 'failed', error: 'Prediction input failed: cannot identify image file' };
  if (prompt.includes(REFUSED_WORD)) return { end: 'failed', error: NSFW };
  const said = /FAIL\((.*?)\)/.exec(prompt)?.[1];
  if (said !== undefined) return { end: 'failed', error: said };
  const asked = typeof input['num_outputs'] === 'number' ? input['num_outputs'] : 1;
  return { end: 'succeeded', outputs: prompt.includes(FLAGGED_WORD) ? asked - 1 : asked };
}

function isBrokenFile(value: string, files: ReadonlyMap<string, StoredFile>): boolean {
  const file = /^http:\/\/127\.0\.0\.1:\d+\/v1\/files\/([^/?]+)/.exec(value)?.[1];
  if (file !== undefined) return !files.has(file);
  return value.startsWith('data:') && !/^data:image\/(?:png|jpeg|webp);base64,[A-Za-z0-9+/]+=*$/.test(value);
}

function sizeOf(input: Record<string, unknown>): [number, number] {
  const ratio = input['aspect_ratio'];
  if (
    (ratio === undefined || ratio === 'custom') &&
    typeof input['width'] === 'number' &&
    typeof input['height'] === 'number'
  )
    return [input['width'], input['height']];
  const [width, height] = SIDES[String(ratio)] ?? [1024, 1024];
  return input['megapixels'] === '0.25' ? [width / 2, height / 2] : [width, height];
}

function fileBody(file: StoredFile, baseUrl: string): Record<string, unknown> {
  return {
    id: file.id,
    name: file.name,
    content_type: file.type,
    size: file.bytes.length,
    etag: createHash('md5').update(file.bytes).digest('hex'),
    checksums: {
      sha256: createHash('sha256').update(file.bytes).digest('hex'),
      md5: createHash('md5').update(file.bytes).digest('hex'),
    },
    metadata: {},
    created_at: new Date(file.createdMs).toISOString(),
    expires_at: new Date(file.createdMs + 86_400_000).toISOString(),
    urls: { get: `${baseUrl}/v1/files/${file.id}` },
  };
}

/** `30s`, `5m`, `1h30m`. */
function durationMs(header: string | string[] | undefined): number | undefined {
  const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(String(header ?? ''));
  if (header === undefined || parts === null) return undefined;
  const [, hours = '0', minutes = '0', seconds = '0'] = parts;
  return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
}

/** A token bucket: seconds to wait for the next token, 0 when one was taken. */
function bucket(limit: { perMinute: number; burst: number }): (now: number) => number {
  let tokens = limit.burst;
  let lastMs: number | undefined;
  return (now) => {
    tokens = Math.min(limit.burst, tokens + ((now - (lastMs ?? now)) / 60_000) * limit.perMinute);
    lastMs = now;
    if (tokens < 1) return Math.ceil(((1 - tokens) / limit.perMinute) * 60);
    tokens -= 1;
    return 0;
  };
}
