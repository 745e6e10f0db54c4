/**
 * RunPod serverless, emulated from its documentation (github.com/runpod/docs) and the sources of its workers: strict in
 * what it takes, charging the moment it accepts what it will make. Operations for faults: `submit`, `poll`, `cancel`,
 * `health`, `download`. Its base URL is the emulator's with `/v2`.
 */
import type { Answer, Call, Route, Service } from './service.ts';
import { workflowProblem } from './runpod/comfyui.ts';
import { inputProblem, PUBLIC, WORKERS } from './runpod/inputs.ts';
import type { Job, JobFailure } from './runpod/job-record.ts';
import { isGone, jobBody, newJobId, pictureOf, promptOf, statusOf } from './runpod/job.ts';

/** What can be set. */
export interface RunpodOptions {
  /** The one key that is good; without it any is. */
  apiKey?: string;
  /** Time in the queue, in ms. Default 0. */
  queueMs?: number;
  /** How long a finished job is kept, in ms. Default 30 minutes. */
  expireMs?: number;
  /** What runs on the endpoint `OWN_ENDPOINT`. Default worker-sdxl. */
  worker?: Exclude<Job['worker'], 'public'>;
  /** Its workers upload pictures to a bucket (worker-comfyui). */
  bucket?: boolean;
}

/** The endpoint of the emulated account's own. */
export const OWN_ENDPOINT = 'emulated1own2';
/** What a job on it is booked with: GPU time. */
export const OWN_PRICE_USD = 0.004;
/** A prompt with this word is refused by the safety checker. */
export const FORBIDDEN = 'forbidden-content';
/** A prompt with `FAIL(words)` fails with these words. */
const FAILS = /FAIL\((.+?)\)/;
const BODY_MAX_BYTES = 10 * 1024 * 1024;

/** The emulated service with what it holds. */
export interface RunpodService extends Service {
  jobs: Map<string, Job>;
}

/** Makes the service; run it with `startEmulator`. */
export function runpod(options: RunpodOptions = {}): RunpodService {
  const { queueMs = 0, expireMs = 30 * 60_000, worker = 'worker-sdxl', bucket = false } = options;
  const jobs = new Map<string, Job>();

  const kindOf = (endpointId: string): Job['worker'] | undefined =>
    endpointId === OWN_ENDPOINT ? worker : PUBLIC[endpointId] && 'public';

  function run(call: Call): Answer {
    const endpointId = call.params['endpoint'] ?? '';
    const kind = kindOf(endpointId);
    if (kind === undefined) return { status: 404, body: { error: 'endpoint not found' } };
    if (call.body.length > BODY_MAX_BYTES) return { status: 413, body: { error: 'request body too large' } };
    const body = call.json as { input?: Record<string, unknown> } | undefined;
    if (typeof body?.input !== 'object' || Object.keys(body).some((key) => !/^(input|webhook|policy)$/.test(key)))
      return { status: 400, body: { error: 'bad request: input is required' } };
    const job = begin(call, { endpointId, worker: kind, input: body.input });
    return { body: { id: job.id, status: 'IN_QUEUE' } };
  }

  function begin(call: Call, asked: Pick<Job, 'endpointId' | 'worker' | 'input'>): Job {
    const now = call.now();
    const { endpointId, input } = asked;
    const failure = failureOf(asked);
    const job: Job = {
      ...asked,
      id: newJobId(),
      ...(failure && { failure }),
      bucket,
      costUsd: PUBLIC[endpointId]?.costUsd?.(input) ?? OWN_PRICE_USD,
      createdMs: now,
      startsMs: now + queueMs,
      endsMs: now + queueMs + call.latencyMs,
      expireMs,
    };
    jobs.set(job.id, job);
    const { prompt, seed } = promptOf(job);
    const take = (): void => {
      if (job.canceledMs !== undefined && job.canceledMs < job.startsMs) return;
      const amountMicros = Math.ceil(Math.round(job.costUsd * 1e9) / 1e3);
      call.charge({ id: job.id, amountMicros, note: { endpointId, prompt, seed } });
    };
    // Failed generations of public endpoints are not billed; a machine of one's own is, whatever it did.
    if (failure !== undefined && job.worker === 'public') return job;
    if (queueMs === 0) take();
    else setTimeout(take, queueMs).unref();
    return job;
  }

  function known(call: Call, use: (job: Job) => Answer): Answer {
    const job = jobs.get(call.params['id'] ?? '');
    if (job === undefined || job.endpointId !== call.params['endpoint'] || isGone(job, call.now()))
      return { status: 404, body: { error: 'job not found' } };
    return use(job);
  }

  function health(call: Call): Answer {
    const { endpoint = '' } = call.params;
    if (kindOf(endpoint) === undefined) return { status: 404, body: { error: 'endpoint not found' } };
    const count = (status: string): number =>
      [...jobs.values()].filter((job) => job.endpointId === endpoint && statusOf(job, call.now()) === status).length;
    return {
      body: {
        jobs: {
          completed: count('COMPLETED'),
          failed: count('FAILED'),
          inProgress: count('IN_PROGRESS'),
          inQueue: count('IN_QUEUE'),
          retried: 0,
        },
        workers: { idle: 1, running: Math.min(1, count('IN_PROGRESS')) },
      },
    };
  }

  const path = (rest: string): string => `/v2/:endpoint/${rest}`;
  const routes: Route[] = [
    { operation: 'submit', method: 'POST', path: path('run'), handle: run },
    {
      operation: 'poll',
      method: 'GET',
      path: path('status/:id'),
      handle: (call) => known(call, (job) => ({ body: jobBody(job, call.now(), call.baseUrl) })),
    },
    {
      operation: 'cancel',
      method: 'POST',
      path: path('cancel/:id'),
      handle: (call) =>
        known(call, (job) => {
          if (statusOf(job, call.now()).startsWith('IN_')) job.canceledMs = call.now();
          return { body: { id: job.id, status: 'CANCELLED' } };
        }),
    },
    { operation: 'health', method: 'GET', path: path('health'), handle: health },
    {
      operation: 'download',
      method: 'GET',
      path: '/image/:id/:name',
      handle: (call) => {
        const job = jobs.get(call.params['id'] ?? '');
        if (job === undefined || statusOf(job, call.now()) !== 'COMPLETED') return { status: 404, body: 'Not Found' };
        return { headers: { 'content-type': 'image/png' }, body: pictureOf(job, call.params['name']) };
      },
    },
  ];
  const guard = (call: Call): Answer | undefined => {
    const key = /^Bearer (\S+)$/.exec(call.headers.authorization ?? '')?.[1];
    const good = options.apiKey === undefined ? key !== undefined : key === options.apiKey;
    return good || !call.path.startsWith('/v2/') ? undefined : { status: 401, body: 'Unauthorized' };
  };
  return { name: 'runpod', routes, guard, jobs };
}

function failureOf({
  endpointId,
  worker,
  input,
}: Pick<Job, 'endpointId' | 'worker' | 'input'>): JobFailure | undefined {
  if (worker === 'worker-comfyui') return workflowProblem(input);
  const facts = worker === 'public' ? PUBLIC[endpointId] : WORKERS[worker];
  const error = (facts && inputProblem(facts, input)) ?? fateOf(String(input['prompt']));
  return error === undefined ? undefined : { error };
}

function fateOf(prompt: string): string | undefined {
  if (prompt.includes(FORBIDDEN)) return 'The content was flagged as NSFW by the safety checker';
  return FAILS.exec(prompt)?.[1];
}
