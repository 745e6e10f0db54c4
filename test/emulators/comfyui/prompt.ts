/** A prompt on its way through the emulated ComfyUI, one after another, as one GPU works. */
import type { SentGraph } from './nodes.ts';
import { outputNodes } from './nodes.ts';

/** A prompt with this word runs out of memory; with `FAIL(text)` it fails with that text. */
export const FULL_WORD = 'TOO-LARGE';

/** One prompt. */
export interface Prompt {
  id: string;
  /** Of the charge: one for each time that it was queued. */
  chargeId: string;
  number: number;
  graph: SentGraph;
  clientId: string | undefined;
  createdMs: number;
  startsMs: number;
  endsMs: number;
  interruptedMs?: number;
  /** Of the file that it makes. */
  counter: number;
}

/** Where it is. */
export function stateOf({ startsMs, endsMs, interruptedMs }: Prompt, nowMs: number): 'waiting' | 'running' | 'ended' {
  if (interruptedMs !== undefined || nowMs >= endsMs) return 'ended';
  return nowMs >= startsMs ? 'running' : 'waiting';
}

/** As the lists of the queue have it: number, id, graph, more, outputs. */
export function queueItem({ number, id, graph, clientId, createdMs }: Prompt): unknown[] {
  const more = { ...(clientId === undefined ? {} : { client_id: clientId }), create_time: createdMs };
  return [number, id, graph, more, outputNodes(graph)];
}

/** The size, the text and the seed of what it makes. */
export function askedOf({ graph }: Pick<Prompt, 'graph'>): {
  width: number;
  height: number;
  text: string;
  seed: unknown;
} {
  const inputs = Object.values(graph).map((node) => node.inputs ?? {});
  const sized = inputs.find((one) => one['width'] !== undefined);
  const sampler = Object.values(graph).find((node) => node.class_type === 'KSampler')?.inputs ?? {};
  return {
    width: Number(sized?.['width'] ?? 512),
    height: Number(sized?.['height'] ?? 512),
    text: String(inputs.find((one) => typeof one['text'] === 'string')?.['text'] ?? ''),
    seed: sampler['seed'],
  };
}

/** The file that it makes. */
export function filenameOf({ counter }: Prompt): string {
  return `imggen_${String(counter).padStart(5, '0')}_.png`;
}

/** What the history tells of it. */
export function historyEntry(prompt: Prompt): object {
  const { id, startsMs, endsMs, interruptedMs } = prompt;
  const start = ['execution_start', { prompt_id: id, timestamp: startsMs }];
  const failure = interruptedMs === undefined ? failureOf(prompt) : interrupted(id, interruptedMs);
  const messages = [start, failure ?? ['execution_success', { prompt_id: id, timestamp: endsMs }]];
  const saved = { images: [{ filename: filenameOf(prompt), subfolder: '', type: 'output' }] };
  const outputs = failure ? {} : Object.fromEntries(outputNodes(prompt.graph).map((node) => [node, saved]));
  return {
    prompt: queueItem(prompt),
    outputs,
    status: { status_str: failure ? 'error' : 'success', completed: !failure, messages },
    meta: failure ? {} : Object.fromEntries(outputNodes(prompt.graph).map((node) => [node, metaOf(node)])),
  };
}

function metaOf(node: string): object {
  return { node_id: node, display_node: node, parent_node: null, real_node_id: node };
}

function failureOf(prompt: Prompt): unknown[] | undefined {
  const { text } = askedOf(prompt);
  const said = /FAIL\((.*?)\)/.exec(text)?.[1];
  if (text.includes(FULL_WORD)) return error(prompt, 'torch.OutOfMemoryError', 'Allocation on device 0 would exceed');
  return said === undefined ? undefined : error(prompt, 'RuntimeError', said);
}

function error({ id, graph, endsMs }: Prompt, type: string, message: string): unknown[] {
  const node = Object.keys(graph).find((one) => graph[one]?.class_type === 'KSampler') ?? '';
  const told = { prompt_id: id, node_id: node, node_type: 'KSampler', executed: [], exception_message: message };
  const more = { exception_type: type, traceback: [], current_inputs: {}, current_outputs: [], timestamp: endsMs };
  return ['execution_error', { ...told, ...more }];
}

function interrupted(id: string, atMs: number): unknown[] {
  return [
    'execution_interrupted',
    { prompt_id: id, node_id: '3', node_type: 'KSampler', executed: [], timestamp: atMs },
  ];
}

/** What a listener of a running prompt is told: how long the queue is, a step, a preview, a step of another's. */
export function stepsOf({ id }: Prompt): (object | Buffer)[] {
  const step = (promptId: string, value: number) => ({
    type: 'progress',
    data: { value, max: 20, prompt_id: promptId, node: '3' },
  });
  const status = { type: 'status', data: { status: { exec_info: { queue_remaining: 1 } }, sid: id } };
  return [status, step(id, 5), Buffer.alloc(300), step('another', 19)];
}
