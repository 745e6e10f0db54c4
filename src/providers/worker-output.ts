/**
 * What programs on rented machines answer with: each has a form of its own for the picture, and words for why there is
 * none. Pure.
 */
import { type Charged, ProviderError } from '../errors.ts';
import { microsOf } from '../money.ts';
import { oneLine } from './error-body.ts';
import type { Generated, ProviderImage } from './provider.ts';

/** A picture; or why there is none: what the worker says is wrong, or that it says nothing. */
export type Output = Pick<Generated, 'image' | 'seedUsed' | 'costMicros' | 'warnings'> | Problem | Nothing;
interface Problem {
  problem: unknown;
}
interface Nothing {
  nothing: string;
}

const REFUSED = /nsfw|safety|sensitive|flagged|moderat|content polic|prohibited/i;
const REJECTED = new RegExp(
  'invalid|must be|required|unsupported|not supported|validation|missing|failed to load|' +
    // worker-comfyui: of its workflow.
    'workflow execution error|has no outputs|custom node|error decoding base64',
  'i',
);
/** The next try may get a machine with enough memory. */
const FULL = /out ?of ?memory/i;
/** Things that a worker says besides its picture, at most. */
const SAID_MAX = 5;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads an output: `{image_url, cost}` or `{result}` of public endpoints, `{images, seed}` of worker-sdxl,
 * `{images, info}` of worker-a1111, `{images: [{type, data}]}` of worker-comfyui, `{message}` of its versions before 5,
 * `{image}` of an app on Modal.
 */
export function pictureIn(output: unknown): Output {
  const fields: Fields = isRecord(output) ? output : { image_url: output };
  const pictures = listOf(fields['images']);
  // A workflow saves its steps first, and its result last.
  const isWorkflow = pictures.some(isRecord);
  const inOrder = isWorkflow ? pictures.toReversed() : pictures;
  const candidates = [fields['image_url'], fields['result'], fields['image'], ...inOrder, fields['message']];
  const image = candidates.map(imageOf).find((one) => one !== undefined);
  if (image === undefined) return whyNone(fields);
  const seedUsed = seedOf(fields);
  const cost = fields['cost'];
  const kept = isWorkflow ? 'last' : 'first';
  const warnings = [
    ...(pictures.length > 1 ? [`an answer holds ${pictures.length} pictures: the ${kept} is kept`] : []),
    ...listOf(fields['errors'])
      .slice(0, SAID_MAX)
      .map((said) => `the worker says: ${wordsOf(said) || 'an error'}`),
  ];
  return {
    image,
    ...(seedUsed === undefined ? {} : { seedUsed }),
    ...(typeof cost === 'number' ? { costMicros: microsOf(cost) } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

function whyNone(fields: Fields): Problem | Nothing {
  if (fields['status'] === 'success_no_images')
    return { nothing: 'its workflow made no picture: it needs a node that saves one (SaveImage)' };
  const problem = fields['error'] ?? fields['detail'] ?? fields['errors'];
  if (problem === undefined) return { nothing: 'there is no picture in its output' };
  return { problem: [problem, ...detailsIn(fields)] };
}

/** What worker-comfyui says besides its `error`. */
export function detailsIn(output: unknown): readonly unknown[] {
  return isRecord(output) ? listOf(output['details']).slice(0, SAID_MAX) : [];
}

function imageOf(value: unknown): ProviderImage | undefined {
  const text = isRecord(value) ? value['data'] : value;
  if (typeof text !== 'string' || text === '') return undefined;
  if (/^https?:\/\//i.test(text)) return { kind: 'url', url: text };
  const base64 = /^(?:data:image\/[\w.+-]+;base64,)?([A-Za-z0-9+/\s]{32,}={0,2}\s*)$/.exec(text)?.[1];
  return base64 === undefined ? undefined : { kind: 'bytes', bytes: Buffer.from(base64, 'base64') };
}

/** AUTOMATIC1111 tells it in a text of JSON. */
function seedOf(fields: Fields): number | undefined {
  const told = fields['seed'] ?? infoOf(fields['info'])['seed'];
  return typeof told === 'number' && Number.isInteger(told) && told >= 0 ? told : undefined;
}

function infoOf(info: unknown): Fields {
  if (typeof info !== 'string') return {};
  try {
    const parsed: unknown = JSON.parse(info);
    return isRecord(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The failure that a worker tells of, by its words: there are no codes. RunPod tells an exception as JSON in a text
 * (runpod-python rp_job.py).
 */
export function workerFailure(service: string, error: unknown, charged: Charged): ProviderError {
  const said = wordsOf(error) || 'the job failed without a reason';
  return new ProviderError(`${service}: ${said}`, { failure: failureIn(said), charged, code: 'FAILED' });
}

function failureIn(said: string): 'refused' | 'rejected' | 'unavailable' {
  if (FULL.test(said)) return 'unavailable';
  if (REFUSED.test(said)) return 'refused';
  return REJECTED.test(said) ? 'rejected' : 'unavailable';
}

function wordsOf(error: unknown): string {
  if (Array.isArray(error)) return oneLine(error.map(wordsOf).filter(Boolean).join('; '));
  if (typeof error === 'object' && error !== null) {
    const told = error as Record<string, unknown>;
    return wordsOf(told['error_message'] ?? told['message'] ?? told['msg'] ?? told['error']);
  }
  if (typeof error !== 'string') return '';
  try {
    const inner: unknown = JSON.parse(error);
    return wordsOf(inner) || oneLine(error);
  } catch {
    return oneLine(error);
  }
}
