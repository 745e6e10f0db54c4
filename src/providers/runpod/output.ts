/** The picture in a job's output: public endpoints and workers each have a form of their own. Pure. */
import { microsOf } from '../../money.ts';
import type { Generated, ProviderImage } from '../provider.ts';

/** A picture; or why there is none: what the worker says is wrong, or that it says nothing. */
export type Output = Pick<Generated, 'image' | 'seedUsed' | 'costMicros' | 'warnings'> | Problem | Nothing;
interface Problem {
  problem: unknown;
}
interface Nothing {
  nothing: string;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads an output: `{image_url, cost}` or `{result}` of public endpoints, `{images, seed}` of worker-sdxl,
 * `{images, info}` of worker-a1111, `{images: [{type, data}]}` of worker-comfyui, `{message}` of its versions before 5.
 */
export function pictureIn(output: unknown): Output {
  const fields: Fields = isRecord(output) ? output : { image_url: output };
  const candidates = [fields['image_url'], fields['result'], ...listOf(fields['images']), fields['message']];
  const images = candidates.map(imageOf).filter((image) => image !== undefined);
  const [image] = images;
  if (image === undefined) {
    const problem = fields['error'] ?? fields['detail'] ?? fields['errors'];
    return problem === undefined ? { nothing: 'there is no picture in its output' } : { problem };
  }
  const seedUsed = seedOf(fields);
  const cost = fields['cost'];
  const pictures = listOf(fields['images']).length;
  return {
    image,
    ...(seedUsed === undefined ? {} : { seedUsed }),
    ...(typeof cost === 'number' ? { costMicros: microsOf(cost) } : {}),
    ...(pictures > 1 ? { warnings: [`an answer holds ${pictures} pictures: the first is kept`] } : {}),
  };
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
