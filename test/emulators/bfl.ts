/**
 * Black Forest Labs, emulated from docs.bfl.ai (its OpenAPI and errors pages), its own `bfl-api` skill, and answers
 * that others captured: a host that takes requests, tasks, and pictures whose addresses expire.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Answer, Call, Route, Service } from './service.ts';
import { inputProblems, MODELS } from './bfl/models.ts';
import { makePicture } from './picture.ts';

/** A prompt with this word is moderated before it is run. */
export const REFUSED_WORD = 'FORBIDDEN';
/** A prompt with this word is run, and its picture is moderated. */
export const FLAGGED_WORD = 'FLAGGED';
/** A prompt with this word fails. */
export const FAILED_WORD = 'BROKEN';

/** What can be set. */
export interface BflOptions {
  /** The one key that is good; without it any is. */
  key?: string;
  /** What the account can pay for, in micro-dollars; then 402. Default: enough. */
  creditMicros?: number;
  /** Tasks under way at one time; then 429. Default 24, as the service has it. */
  tasksMax?: number;
  /** Where tasks are said to be asked for; default this emulator. */
  pollingUrl?: (id: string, baseUrl: string) => string | null;
  /** The answer to a request tells no cost, as for some models. */
  hidesCost?: boolean;
  /** How long an address of a picture is good, in ms. Default ten minutes. */
  addressMs?: number;
}

interface Task {
  id: string;
  input: Record<string, unknown>;
  costMicros: number;
  endsMs: number;
}

/** Makes the service; run it with `startEmulator`. Its base URL is the emulator's. */
export function bfl(options: BflOptions = {}): Service {
  const { tasksMax = 24, addressMs = 600_000 } = options;
  const tasks = new Map<string, Task>();
  let creditMicros = options.creditMicros ?? Infinity;

  function submit(call: Call): Answer {
    const model = MODELS[call.params['model'] ?? ''];
    if (model === undefined) return { status: 404, body: { detail: 'Not Found' } };
    const problems = inputProblems(model, call.json);
    if (problems.length > 0) return { status: 422, body: { detail: problems } };
    const input = call.json as Record<string, unknown>;
    const { micros: costMicros, inputMp, outputMp } = model.cost(input);
    if (costMicros > creditMicros) return { status: 402, body: { detail: 'insufficient credits' } };
    const open = [...tasks.values()].filter(({ endsMs }) => call.now() < endsMs).length;
    if (open >= tasksMax) return { status: 429, body: { detail: `${tasksMax} active tasks` } };
    const task: Task = { id: randomUUID(), input, costMicros, endsMs: call.now() + call.latencyMs };
    tasks.set(task.id, task);
    // The service's own word on refusals is missing: here nothing is taken for what was never run.
    if (!/FORBIDDEN|BROKEN/.test(String(input['prompt']))) {
      creditMicros -= costMicros;
      const note = { model: call.params['model'], prompt: input['prompt'], seed: input['seed'] };
      call.charge({ id: task.id, amountMicros: costMicros, note });
    }
    const url = options.pollingUrl ?? ((id: string, base: string) => `${base}/v1/get_result?id=${id}`);
    const cost = options.hidesCost
      ? { cost: null, input_mp: null, output_mp: null }
      : { cost: costMicros / 10_000, input_mp: inputMp, output_mp: outputMp };
    return { body: { id: task.id, polling_url: url(task.id, call.baseUrl), ...cost } };
  }

  function poll(call: Call): Answer {
    const id = call.query.get('id') ?? '';
    const task = tasks.get(id);
    const told = { id, result: null, progress: null, details: null, preview: null };
    if (task === undefined) return { status: 404, body: { ...told, status: 'Task not found' } };
    if (call.now() < task.endsMs) return { body: { ...told, status: 'Pending', progress: 0.5 } };
    const prompt = String(task.input['prompt']);
    if (prompt.includes(FAILED_WORD))
      return { body: { ...told, status: 'Error', details: { error: 'internal_error' } } };
    const details = { 'Moderation Reasons': ['Derivative Works Filter'] };
    if (prompt.includes(REFUSED_WORD)) return { body: { ...told, status: 'Request Moderated', details } };
    if (prompt.includes(FLAGGED_WORD)) return { body: { ...told, status: 'Content Moderated', details } };
    const until = new Date(call.now() + addressMs).toISOString();
    const result = {
      sample: `${call.baseUrl}/delivery/${id}/sample.png?se=${encodeURIComponent(until)}`,
      prompt,
      seed: seedOf(task),
      start_time: task.endsMs / 1000 - 1,
      end_time: task.endsMs / 1000,
      duration: 1,
    };
    const cost = options.hidesCost ? { cost: task.costMicros / 10_000 } : {};
    return { body: { ...told, status: 'Ready', result, ...cost } };
  }

  function deliver(call: Call): Answer {
    const task = tasks.get(call.params['id'] ?? '');
    if (task === undefined || call.now() > Date.parse(call.query.get('se') ?? ''))
      return { status: 403, headers: { 'content-type': 'application/xml' }, body: '<Error/>' };
    const { width = 1024, height = 1024 } = task.input as { width?: number; height?: number };
    return { headers: { 'content-type': 'image/png' }, body: makePicture(width, height, task.id) };
  }

  const routes: Route[] = [
    { operation: 'credits', method: 'GET', path: '/v1/credits', handle: () => ({ body: { credits: 120.5 } }) },
    { operation: 'poll', method: 'GET', path: '/v1/get_result', handle: poll },
    { operation: 'submit', method: 'POST', path: '/v1/:model', handle: submit },
    { operation: 'download', method: 'GET', path: '/delivery/:id/:file', handle: deliver },
  ];
  const guard = (call: Call): Answer | undefined => {
    const key = call.headers['x-key'];
    if (!call.path.startsWith('/v1/') || (options.key === undefined ? key !== undefined : key === options.key))
      return undefined;
    return { status: 403, body: { detail: 'Not authenticated - Invalid Authentication' } };
  };
  return { name: 'bfl', routes, guard };
}

function seedOf({ input, id }: Task): number {
  return typeof input['seed'] === 'number' ? input['seed'] : createHash('sha256').update(id).digest().readUInt32BE(0);
}
