/** Trainings at Replicate, from its HTTP reference and `train.py` of replicate/flux-fine-tuner. */
import type { Answer, Call, Route } from '../service.ts';
import { makeTar, makeWeights } from '../weights.ts';
import { notFound, problem } from './answers.ts';
import type { StoredFile } from './files.ts';
import { newId } from './prediction.ts';

/** The trainer, and its one version. */
const TRAINER = { owner: 'ostris', name: 'flux-dev-lora-trainer', version: `${'7'.repeat(63)}a` };
/** $1.85 for 1,000 steps at $0.001525 a second of an H100. */
const MICROS_PER_STEP = 1_850;
const SECONDS_PER_STEP = 1.85 / 1.525;

/** Inputs of the trainer that are sent, each with what it may be. */
const FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  input_images: (value) => typeof value === 'string',
  trigger_word: (value) => typeof value === 'string' && value !== '',
  steps: (value) => Number.isInteger(value) && Number(value) >= 3 && Number(value) <= 6_000,
  autocaption: (value) => typeof value === 'boolean',
};

/** A training that was accepted. */
interface EmulatedTraining {
  id: string;
  input: Record<string, unknown>;
  destination: string;
  createdMs: number;
  startsMs: number;
  endsMs: number;
  canceledMs?: number;
}

/** What a service with trainings is made of. */
export interface TrainingsOptions {
  files: ReadonlyMap<string, StoredFile>;
  queueMs: number;
  pageSize: number;
  /** Models of the account that may be trained into. */
  destinations: readonly string[];
}

/** The routes of trainings. */
export function trainingRoutes({ files, queueMs, pageSize, destinations }: TrainingsOptions): Route[] {
  const trainings = new Map<string, EmulatedTraining>();

  function create(call: Call): Answer {
    const { owner, name, version } = call.params;
    if (owner !== TRAINER.owner || name !== TRAINER.name || version !== TRAINER.version) return notFound();
    const { destination, input, ...more } = (call.json ?? {}) as { destination?: string; input?: object };
    if (Object.keys(more).length > 0) return problem(422, 'Input validation failed', `unknown: ${Object.keys(more)}`);
    if (!destinations.includes(destination ?? '')) return problem(404, 'Not found', 'The destination does not exist');
    const wrong = Object.entries(input ?? {}).filter(([field, value]) => !(FIELDS[field]?.(value) ?? false));
    const { input_images: images, steps = 1_000 } = (input ?? {}) as { input_images?: string; steps?: number };
    const file = files.get(String(images).replace(`${call.baseUrl}/v1/files/`, ''));
    if (wrong.length > 0 || file?.type !== 'application/zip')
      return problem(422, 'Input validation failed', `wrong: ${wrong.map(([field]) => field).join()} ${file?.type}`);
    const now = call.now();
    const startsMs = now + queueMs;
    const id = newId();
    const training = { id, input: { ...input }, destination: destination ?? '', createdMs: now, startsMs };
    trainings.set(id, { ...training, endsMs: startsMs + call.latencyMs });
    const take = (): void => {
      if (trainings.get(id)?.canceledMs !== undefined) return;
      call.charge({ id, amountMicros: steps * MICROS_PER_STEP, note: { images } });
    };
    if (queueMs === 0) take();
    else setTimeout(take, queueMs).unref();
    return { status: 201, body: bodyOf(trainings.get(id) ?? { ...training, endsMs: 0 }, call) };
  }

  const known = (call: Call, use: (training: EmulatedTraining) => void = () => {}): Answer => {
    const training = trainings.get(call.params['id'] ?? '');
    if (!training) return notFound();
    use(training);
    return { body: bodyOf(training, call) };
  };

  function list(call: Call): Answer {
    const all = [...trainings.values()].toReversed();
    const from = Number(call.query.get('cursor') ?? 0);
    const next = from + pageSize < all.length ? `${call.baseUrl}/v1/trainings?cursor=${from + pageSize}` : null;
    const results = all.slice(from, from + pageSize).map((training) => bodyOf(training, call));
    return { body: { previous: null, next, results } };
  }

  const stop = (call: Call) => (training: EmulatedTraining) => {
    if (call.now() < training.endsMs) training.canceledMs ??= call.now();
  };
  const path = '/v1/trainings';
  return [
    {
      operation: 'model',
      method: 'GET',
      path: `/v1/models/${TRAINER.owner}/${TRAINER.name}`,
      handle: () => ({ body: { owner: TRAINER.owner, name: TRAINER.name, latest_version: { id: TRAINER.version } } }),
    },
    {
      operation: 'submit',
      method: 'POST',
      path: '/v1/models/:owner/:name/versions/:version/trainings',
      handle: create,
    },
    { operation: 'list', method: 'GET', path, handle: list },
    { operation: 'poll', method: 'GET', path: `${path}/:id`, handle: (call) => known(call) },
    { operation: 'cancel', method: 'POST', path: `${path}/:id/cancel`, handle: (call) => known(call, stop(call)) },
    {
      operation: 'download',
      method: 'GET',
      path: '/weights/:id/trained_model.tar',
      handle: ({ params }) => ({ body: makeTar(makeWeights(params['id'] ?? '')) }),
    },
  ];
}

function bodyOf({ id, input, destination, ...at }: EmulatedTraining, call: Call): Record<string, unknown> {
  const now = call.now();
  const isCanceled = at.canceledMs !== undefined;
  const begun = now >= at.startsMs && !(isCanceled && (at.canceledMs ?? 0) < at.startsMs);
  const ended = !isCanceled && now >= at.endsMs;
  const iso = (ms: number): string => new Date(ms).toISOString();
  const output = {
    weights: `${call.baseUrl}/weights/${id}/trained_model.tar`,
    version: `${destination}:${'8'.repeat(64)}`,
  };
  return {
    id,
    model: `${TRAINER.owner}/${TRAINER.name}`,
    version: TRAINER.version,
    input,
    status: isCanceled ? 'canceled' : ended ? 'succeeded' : begun ? 'processing' : 'starting',
    created_at: iso(at.createdMs),
    ...(begun ? { started_at: iso(at.startsMs) } : {}),
    ...(ended ? { output, metrics: { predict_time: Number(input['steps'] ?? 1_000) * SECONDS_PER_STEP } } : {}),
    error: null,
    source: 'api',
    urls: { get: `${call.baseUrl}/v1/trainings/${id}`, cancel: `${call.baseUrl}/v1/trainings/${id}/cancel` },
  };
}
