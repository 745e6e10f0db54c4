/**
 * Replicate, emulated from its HTTP reference: predictions, models, files, account, and the delivery of outputs.
 */
import type { Answer, Call, Route, Service } from './service.ts';
import { type Model, MODELS, priceOf } from './replicate/models.ts';
import { newId, type Prediction, predictionBody, seedOf, statusOf } from './replicate/prediction.ts';
import { type StoredFile, upload, fileBody, onFile, sizeMade } from './replicate/files.ts';
import { bucket } from './replicate/bucket.ts';
import { problem, notFound, pageOfList, onModel, onVersion } from './replicate/answers.ts';
import { bodyProblem, hold, durationMs, fateOf, modelOf, versionOf } from './replicate/create.ts';
import { deliver } from './replicate/delivery.ts';
import type { ReplicateOptions } from './replicate/options.ts';
import { trainingRoutes } from './replicate/trainings.ts';
import { realEsrgan } from './replicate/works.ts';

const ACCOUNT = {
  type: 'user',
  username: 'emulated',
  name: 'Emulated Account',
  github_url: 'https://github.com/emulated',
};

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
    if (creditMicros < priceOf(model, (call.json as { input: Record<string, unknown> }).input))
      return problem(
        402,
        'Insufficient credit',
        'You have insufficient credit to run this model. Go to ' +
          'https://replicate.com/account/billing#billing to purchase credit.',
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
      ...sizeMade(model, input, files),
      ...(webhook === undefined ? {} : { webhook }),
      ...(cancelAfterMs === undefined ? {} : { deadlineMs: now + cancelAfterMs }),
    };
    if (cancelAfterMs !== undefined && prediction.endsMs > now + cancelAfterMs)
      prediction.canceledMs = now + cancelAfterMs;
    predictions.set(id, prediction);
    const take = (): void => {
      if (prediction.canceledMs !== undefined && prediction.canceledMs < prediction.startsMs) return;
      const amountMicros = priceOf(model, input);
      creditMicros -= amountMicros;
      call.charge({
        id,
        amountMicros,
        note: { model: `${model.owner}/${model.name}`, prompt: input['prompt'], seed: input['seed'] },
      });
    };
    // Failed and aborted runs of per-image models are not billed.
    if (prediction.fate.end !== 'succeeded') return prediction;
    if (queueMs === 0) take();
    else setTimeout(take, queueMs).unref();
    return prediction;
  }

  function cancel(call: Call, prediction: Prediction): Answer {
    const now = call.now();
    if (['starting', 'processing'].includes(statusOf(prediction, now))) prediction.canceledMs = now;
    return { body: predictionBody(prediction, now, call.baseUrl) };
  }

  const known = (call: Call, use: (prediction: Prediction) => Answer): Answer => {
    const prediction = predictions.get(call.params['id'] ?? '');
    return prediction === undefined ? notFound() : use(prediction);
  };
  const models = [...MODELS, realEsrgan, ...(options.models ?? [])];
  const { destinations = ['studio/lora'] } = options;
  const routes: Route[] = [
    ...trainingRoutes({ files, queueMs, pageSize, destinations }),
    {
      operation: 'submit',
      method: 'POST',
      path: '/v1/models/:owner/:name/predictions',
      handle: (call) => (modelOf(models, call)?.official ? create(call, modelOf(models, call)) : notFound()),
    },
    {
      operation: 'submit',
      method: 'POST',
      path: '/v1/predictions',
      handle: (call) => create(call, versionOf(models, call.json)),
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
    {
      operation: 'list',
      method: 'GET',
      path: '/v1/predictions',
      handle: (call) => pageOfList(call, predictions.values(), { pageSize, listLagMs }),
    },
    {
      operation: 'model',
      method: 'GET',
      path: '/v1/models/:owner/:name',
      handle: (call) => onModel(modelOf(models, call)),
    },
    {
      operation: 'version',
      method: 'GET',
      path: '/v1/models/:owner/:name/versions/:version',
      handle: (call) => onVersion(modelOf(models, call), call.params['version'] ?? ''),
    },
    { operation: 'upload', method: 'POST', path: '/v1/files', handle: (call) => upload(call, files) },
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
    { operation: 'account', method: 'GET', path: '/v1/account', handle: () => ({ body: ACCOUNT }) },
    {
      operation: 'download',
      method: 'GET',
      path: '/delivery/:id/:file',
      handle: (call) => deliver(call, predictions.get(call.params['id'] ?? ''), options.pictureBytes),
    },
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
