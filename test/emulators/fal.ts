/**
 * fal, emulated from its Queue API reference (fal.ai/docs/api-reference/inference-api), its errors page and fal's own
 * `api.py`: the queue, the results with the model's own status, the storage, and the delivery of pictures.
 */
import { randomUUID } from 'node:crypto';
import type { Answer, Call, Route, Service } from './service.ts';
import { makePicture } from './picture.ts';
import { makeWeights } from './weights.ts';
import { ENDPOINTS, type Endpoint } from './fal/models.ts';
import { type FalRequest, fateOf, resultOf, statusBody } from './fal/request.ts';

/** What can be set. */
export interface FalOptions {
  /** The one key that is good; without it any is. */
  key?: string;
  /** Time in the queue before a request starts (and is charged), in ms. Default 0. */
  queueMs?: number;
  /** The account is empty: 403, as the service says it. */
  exhausted?: boolean;
  /** How long after its end an answer is kept, in ms. Default 30 days. */
  keptMs?: number;
  /** What stands in place of the addresses in the answer to a request. */
  addresses?: (work: string) => Record<string, unknown>;
  /** What a training makes; default the weights of a LoRA. */
  weights?: (requestId: string) => Buffer;
  /** Where files are put that are uploaded; default this emulator. */
  uploadHost?: string;
}

/** The emulated service with what it holds. */
export interface FalService extends Service {
  requests: Map<string, FalRequest>;
  files: Map<string, Buffer>;
}

/** Makes the service; run it with `startEmulator`. Its base URL is the emulator's. */
export function fal(options: FalOptions = {}): FalService {
  const { queueMs = 0, keptMs = 30 * 86_400_000 } = options;
  const requests = new Map<string, FalRequest>();
  const files = new Map<string, Buffer>();

  function submit(call: Call): Answer {
    const id = call.path.slice(1);
    const endpoint = ENDPOINTS[id];
    const app = id.split('/').slice(0, 2).join('/');
    if (!Object.keys(ENDPOINTS).some((known) => known === app || known.startsWith(`${app}/`)))
      return { status: 404, body: { detail: `Application "${app}" not found` } };
    if (options.exhausted) return { status: 403, body: { detail: EXHAUSTED } };
    const input = call.json;
    if (typeof input !== 'object' || input === null || Array.isArray(input))
      return { status: 400, body: { detail: 'The request body is not valid JSON', error_type: 'bad_request' } };
    const request = begin(call, id, { endpoint, input: input as Record<string, unknown> });
    const work = `${call.baseUrl}/${app}/requests/${request.id}`;
    const addresses = options.addresses?.(work) ?? {
      response_url: work,
      status_url: `${work}/status`,
      cancel_url: `${work}/cancel`,
    };
    return {
      body: { status: 'IN_QUEUE', request_id: request.id, ...addresses, logs: null, metrics: {}, queue_position: 0 },
    };
  }

  function begin(
    call: Call,
    id: string,
    { endpoint, input }: { endpoint: Endpoint | undefined; input: Record<string, unknown> },
  ): FalRequest {
    const request: FalRequest = {
      id: randomUUID(),
      app: id.split('/').slice(0, 2).join('/'),
      endpoint,
      input,
      fate: fateOf(id, endpoint, input),
      startsMs: call.now() + queueMs,
      endsMs: call.now() + queueMs + call.latencyMs,
    };
    requests.set(request.id, request);
    const take = (): void => {
      if (request.canceledMs !== undefined && request.canceledMs < request.startsMs) return;
      if (endpoint === undefined || !request.fate.billed) return;
      const amountMicros = endpoint.units(input) * endpoint.unitMicros;
      const note = endpoint.trains
        ? { images: input['images_data_url'] }
        : { prompt: input['prompt'], seed: input['seed'] };
      call.charge({ id: request.id, amountMicros, note: { model: id, ...note } });
    };
    if (queueMs === 0) take();
    else setTimeout(take, queueMs).unref();
    return request;
  }

  const known =
    (use: (request: FalRequest, call: Call) => Answer) =>
    (call: Call): Answer => {
      const request = requests.get(call.params['id'] ?? '');
      const isHere = request?.app === `${call.params['owner']}/${call.params['app']}`;
      if (!request || !isHere || call.now() > request.endsMs + keptMs)
        return { status: 404, body: { status: 'NOT_FOUND' } };
      return use(request, call);
    };

  const poll = known((request, call) => {
    const body = statusBody(request, call.now(), call.baseUrl);
    return { status: body['status'] === 'COMPLETED' ? 200 : 202, body };
  });
  const result = known((request, call) => resultOf(request, call.now(), call.baseUrl));
  const cancel = known((request, call) => {
    if (call.now() >= request.endsMs) return { status: 400, body: { status: 'ALREADY_COMPLETED' } };
    if (call.now() < request.startsMs) {
      request.canceledMs = call.now();
      return { body: { status: 'OK' } };
    }
    return { status: 202, body: { status: 'CANCELLATION_REQUESTED' } };
  });

  function deliver(call: Call): Answer {
    const request = requests.get(call.params['id'] ?? '');
    if (request === undefined) return { status: 404, body: 'Not Found' };
    if (request.endpoint?.trains) return { body: options.weights?.(request.id) ?? makeWeights(request.id) };
    const { width = 1024, height = 1024 } = (request.input['image_size'] ?? {}) as { width?: number; height?: number };
    return { headers: { 'content-type': 'image/png' }, body: makePicture(width, height, request.id) };
  }

  const initiate = (call: Call): Answer => {
    const isZip = (call.json as { content_type?: string }).content_type === 'application/zip';
    const name = `${randomUUID()}.${isZip ? 'zip' : 'png'}`;
    const host = options.uploadHost ?? call.baseUrl;
    return { body: { upload_url: `${host}/put/${name}`, file_url: `${call.baseUrl}/files/${name}` } };
  };
  const put = (call: Call): Answer => {
    if (call.headers.authorization !== undefined) return { status: 400, body: 'a key that was not asked for' };
    files.set(call.params['name'] ?? '', call.body);
    return { body: '' };
  };

  const work = '/:owner/:app/requests/:id';
  const routes: Route[] = [
    { operation: 'upload', method: 'POST', path: '/storage/upload/initiate', handle: initiate },
    { operation: 'submit', method: 'POST', path: '/*endpoint', handle: submit },
    { operation: 'poll', method: 'GET', path: `${work}/status`, handle: poll },
    { operation: 'result', method: 'GET', path: work, handle: result },
    { operation: 'result', method: 'GET', path: `${work}/response`, handle: result },
    { operation: 'cancel', method: 'PUT', path: `${work}/cancel`, handle: cancel },
    { operation: 'put', method: 'PUT', path: '/put/:name', handle: put },
    { operation: 'download', method: 'GET', path: '/delivery/:id/:file', handle: deliver },
  ];
  const guard = (call: Call): Answer | undefined => {
    if (/^\/(put|delivery)\//.test(call.path)) return undefined;
    const key = /^Key (\S+)$/.exec(call.headers.authorization ?? '')?.[1];
    const good = options.key === undefined ? key !== undefined : key === options.key;
    return good ? undefined : { status: 401, body: { detail: 'No user found for Key ID and Secret' } };
  };
  return { name: 'fal', routes, guard, requests, files };
}

const EXHAUSTED = 'User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.';
