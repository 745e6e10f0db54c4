/**
 * ComfyUI, emulated from its server's source (Comfy-Org/ComfyUI server.py and execution.py): one GPU, a queue, a
 * history in memory, files on its disk. It has no key; `refuses` puts something before it that wants one.
 */
import { makePicture } from './picture.ts';
import { infoOf, problem, refusalOf, type SentGraph } from './comfyui/nodes.ts';
import { askedOf, filenameOf, historyEntry, type Prompt, queueItem, stateOf, stepsOf } from './comfyui/prompt.ts';
import { tellListener } from './comfyui/socket.ts';
import type { Answer, Call, Route, Service } from './service.ts';

/** How it is run. */
export interface ComfyOptions {
  /** Answers 401 to everything, as a proxy does. */
  refuses?: boolean;
  /** Before ids of the client's own were taken: it makes up its own. */
  old?: boolean;
}

/** The emulated service with what it holds. */
export interface ComfyService extends Service {
  prompts: Map<string, Prompt>;
  /** Names of files in the folder of inputs. */
  uploads: Set<string>;
  /** Started again: queue and history are empty, files stay. */
  restart: () => void;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const FIELDS = ['prompt', 'prompt_id', 'client_id', 'extra_data', 'front', 'number', 'partial_execution_targets'];

/** Makes the service; run it with `startEmulator`. Its base URL is the emulator's. */
export function comfyui(options: ComfyOptions = {}): ComfyService {
  const prompts = new Map<string, Prompt>();
  const files = new Map<string, Prompt>();
  const uploads = new Set<string>();
  let counter = 0;
  let freeMs = 0;

  function submit(call: Call): Answer {
    const body = call.json as Record<string, unknown> | undefined;
    const unknown = Object.keys(body ?? {}).filter((name) => !FIELDS.includes(name));
    if (body === undefined || unknown.length > 0) return { status: 500, body: `500: ${unknown.join()}` };
    const { prompt: graph, prompt_id: given, client_id: clientId } = body;
    if (typeof graph !== 'object' || graph === null) return no(problem('no_prompt', 'No prompt provided'));
    if (given !== undefined && !UUID.test(String(given)))
      return no(problem('invalid_prompt_id', 'prompt_id must be a valid UUID', 'canonical lowercase hyphenated form'));
    const refusal = refusalOf(graph as SentGraph, uploads);
    if (refusal !== undefined) return no(refusal);
    const id = options.old || given === undefined ? crypto.randomUUID() : String(given);
    const number = counter++;
    const startsMs = Math.max(call.now(), freeMs);
    freeMs = startsMs + call.latencyMs;
    // Taken twice under one id it runs twice: nothing here looks whether it is known.
    const chargeId = prompts.has(id) ? `${id}#${number}` : id;
    const prompt: Prompt = {
      id,
      chargeId,
      number,
      graph: graph as SentGraph,
      clientId: clientId === undefined ? undefined : String(clientId),
      createdMs: call.now(),
      startsMs,
      endsMs: freeMs,
      counter,
    };
    prompts.set(id, prompt);
    files.set(filenameOf(prompt), prompt);
    const { text, seed } = askedOf(prompt);
    return {
      body: { prompt_id: id, number, node_errors: {} },
      charge: { id: chargeId, amountMicros: 0, note: { prompt: text, seed } },
    };
  }

  function listQueue(call: Call): Answer {
    const all = [...prompts.values()];
    const inState = (state: string) => all.filter((one) => stateOf(one, call.now()) === state).map(queueItem);
    return { body: { queue_running: inState('running'), queue_pending: inState('waiting') } };
  }

  function changeQueue(call: Call): Answer {
    const { delete: ids = [] } = call.json as { delete?: string[] };
    for (const id of ids) {
      const found = prompts.get(id);
      if (found && stateOf(found, call.now()) === 'waiting') prompts.delete(id);
    }
    return { status: 200 };
  }

  function interrupt(call: Call): Answer {
    const { prompt_id: id } = (call.json ?? {}) as { prompt_id?: string };
    for (const prompt of prompts.values())
      if (stateOf(prompt, call.now()) === 'running' && (id === undefined || id === prompt.id))
        prompt.interruptedMs = call.now();
    return { status: 200 };
  }

  function history(call: Call): Answer {
    const prompt = prompts.get(call.params['id'] ?? '');
    if (prompt === undefined || stateOf(prompt, call.now()) !== 'ended') return { body: {} };
    return { body: { [prompt.id]: historyEntry(prompt) } };
  }

  function view(call: Call): Answer {
    const prompt = files.get(call.query.get('filename') ?? '');
    if (prompt === undefined || call.query.get('type') !== 'output') return { status: 404 };
    const { width, height } = askedOf(prompt);
    return { headers: { 'content-type': 'image/png' }, body: makePicture(width, height, prompt.chargeId) };
  }

  async function upload(call: Call): Promise<Answer> {
    const headers = { 'content-type': call.headers['content-type'] ?? '' };
    const form = await new Response(new Uint8Array(call.body), { headers }).formData().catch(() => undefined);
    const image = form?.get('image');
    if (!(image instanceof File) || form?.get('type') !== 'input') return { status: 400 };
    uploads.add(image.name);
    return { body: { name: image.name, subfolder: '', type: 'input' } };
  }

  const routes: Route[] = [
    { operation: 'submit', method: 'POST', path: '/prompt', handle: submit },
    { operation: 'history', method: 'GET', path: '/history/:id', handle: history },
    { operation: 'queue', method: 'GET', path: '/queue', handle: listQueue },
    { operation: 'queue-change', method: 'POST', path: '/queue', handle: changeQueue },
    { operation: 'interrupt', method: 'POST', path: '/interrupt', handle: interrupt },
    { operation: 'download', method: 'GET', path: '/view', handle: view },
    { operation: 'upload', method: 'POST', path: '/upload/image', handle: upload },
    {
      operation: 'node',
      method: 'GET',
      path: '/object_info/:node',
      handle: (call) => ({ body: infoOf(call.params['node'] ?? '') }),
    },
    { operation: 'stats', method: 'GET', path: '/system_stats', handle: () => ({ body: STATS }) },
  ];
  const guard = (): Answer | undefined => (options.refuses ? { status: 401, body: 'Unauthorized' } : undefined);
  const restart = (): void => {
    prompts.clear();
    freeMs = 0;
  };
  const upgrade: Service['upgrade'] = (request, socket) => {
    const listener = new URL(request.url ?? '/', 'http://any').searchParams.get('clientId');
    const running = [...prompts.values()].find(
      ({ clientId, interruptedMs }) => clientId === listener && !interruptedMs,
    );
    tellListener(request, socket, running === undefined ? [] : stepsOf(running));
  };
  return { name: 'comfyui', routes, guard, upgrade, prompts, uploads, restart };
}

function no(body: object): Answer {
  return { status: 400, body };
}

const STATS = {
  system: {
    os: 'posix',
    ram_total: 67_000_000_000,
    ram_free: 40_000_000_000,
    comfyui_version: '0.3.64',
    python_version: '3.12.3',
    pytorch_version: '2.8.0+cu128',
    embedded_python: false,
    argv: ['main.py'],
  },
  devices: [
    {
      name: 'cuda:0 NVIDIA GeForce RTX 4090 : cudaMallocAsync',
      type: 'cuda',
      index: 0,
      vram_total: 25_000_000_000,
      vram_free: 23_000_000_000,
      torch_vram_total: 0,
      torch_vram_free: 0,
    },
  ],
};
