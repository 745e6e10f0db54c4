/** worker-comfyui, emulated from its handler.py (github.com/runpod-workers/worker-comfyui, 5.8): a ComfyUI in a job. */
import { FULL_WORD, askedOf } from '../comfyui/prompt.ts';
import { outputNodes, refusalOf, type SentGraph } from '../comfyui/nodes.ts';
import { makePicture } from '../picture.ts';
import { type EndpointFacts, inputProblem } from './inputs.ts';
import type { Job, JobFailure } from './job-record.ts';

type Input = Record<string, unknown>;

const FACTS: EndpointFacts = {
  inputs: {
    workflow: (value) => (typeof value === 'object' ? undefined : 'must be an object'),
    images: (value) => (isImages(value) ? undefined : "must be a list of objects with 'name' and 'image' keys"),
  },
  required: ['workflow'],
};
const DATA = /^(?:data:image\/(?:png|jpeg|webp);base64,)?[A-Za-z0-9+/]+={0,2}$/;

function isImages(value: unknown): value is { name: string; image: string }[] {
  if (!Array.isArray(value) || value.some((one) => typeof one?.name !== 'string' || !DATA.test(one?.image)))
    return false;
  return new Set(value.map(({ name }) => name as string)).size === value.length;
}

/** The prompt and the seed of a job's workflow. */
export function askedOfWorkflow(input: Input): ReturnType<typeof askedOf> {
  return askedOf({ graph: (input['workflow'] ?? {}) as SentGraph });
}

/** What is wrong with an input, as the handler tells it; undefined when the workflow runs well. */
export function workflowProblem(input: Input): JobFailure | undefined {
  const wrong = inputProblem(FACTS, input);
  if (wrong !== undefined) return { error: wrong };
  const graph = input['workflow'] as SentGraph;
  const images = isImages(input['images']) ? input['images'] : [];
  const refusal = refusalOf(graph, new Set(images.map(({ name }) => name)));
  if (refusal !== undefined) return { error: refusedAs(refusal) };
  const { text } = askedOf({ graph });
  const said = text.includes(FULL_WORD) ? 'Allocation on device, out of memory' : /FAIL\((.+?)\)/.exec(text)?.[1];
  if (said === undefined) return undefined;
  const details = [`Workflow execution error: Node Type: KSampler, Node ID: 12, Message: ${said}`];
  return { error: 'Job processing failed', output: { details } };
}

/** handler.py `queue_workflow`. */
function refusedAs(refusal: object): string {
  const { error, node_errors: nodes } = refusal as { error: { type: string; message: string }; node_errors: object };
  const isNodes = error.type === 'prompt_outputs_failed_validation';
  const message = isNodes ? 'Workflow validation failed' : error.message;
  const details = Object.entries(nodes).flatMap(([id, node]) =>
    Object.entries(node as object).map(([kind, told]) => `• Node ${id} (${kind}): ${JSON.stringify(told)}`),
  );
  if (details.length > 0) return `${message}:\n${details.join('\n')}`;
  return `${message}. Raw response: ${JSON.stringify(refusal)}`;
}

/** The nodes that save a picture. */
function savingNodes({ input }: Job): string[] {
  const graph = input['workflow'] as SentGraph;
  return outputNodes(graph).filter((id) => graph[id]?.class_type === 'SaveImage');
}

const filenameOf = (index: number): string => `ComfyUI_${String(index + 1).padStart(5, '0')}_.png`;

/** One of the pictures that it saves, by the file's name; the last is what was paid for. */
export function workflowPicture(job: Job, filename: string): Buffer {
  const { width, height } = askedOfWorkflow(job.input);
  const isResult = filename === filenameOf(savingNodes(job).length - 1);
  return makePicture(width, height, isResult ? job.id : `${job.id} ${filename}`);
}

/** What the worker answers with, in the order of the nodes; previews (`temp`) are left out. */
export function workflowOutput(job: Job, baseUrl: string): object {
  const saving = savingNodes(job);
  if (saving.length === 0) return { status: 'success_no_images', images: [] };
  return {
    images: saving.map((_, index) => {
      const filename = filenameOf(index);
      if (job.bucket) return { filename, type: 's3_url', data: `${baseUrl}/image/${job.id}/${filename}` };
      return { filename, type: 'base64', data: workflowPicture(job, filename).toString('base64') };
    }),
  };
}
