/**
 * What a model answers with: whether a picture can be read out of it, told by its schema before anything is paid, and
 * the picture itself. Pure.
 */
import { DEPTH_MAX, type Json, listOf, record, resolved, schemasOf } from './schema.ts';

/** Endings of files that hold no picture that imggen reads, and of those that do. */
const OTHER_FILES = new RegExp(
  '\\.(svg|gif|mp4|webm|mov|avi|mkv|mp3|wav|flac|ogg|m4a|zip|tar|glb|gltf|obj|ply|json|txt|srt|pdf|' +
    'safetensors|bin|ckpt)$',
);
const PICTURE_FILES = /\.(png|jpe?g|webp)$/;
/** Where an object holds its pictures, best first. */
const PICTURE_KEYS =
  /^(images?|paths?|outputs?|files?|results?|urls?|pictures?|media|payload)(_?(urls?|paths?|files?))?$/i;

/**
 * Why no picture can be had from a model's answers, as a predicate; undefined when one can, or its schema says nothing
 * of them.
 * @param openapi the model's `openapi_schema`.
 * @param example the output of the example on its page (`default_example.output`): the only place that tells a file's
 *   kind.
 */
export function outputProblem(openapi: unknown, example?: unknown): string | undefined {
  const schemas = schemasOf(openapi);
  const output = schemas['Output'];
  if (output !== undefined && !holdsFile(record(output), schemas, 0))
    return `answers with ${formOf(resolved(record(output), schemas))}, not with a picture`;
  const shown = addressesIn(example, 0);
  const kinds = shown.flatMap((url) => OTHER_FILES.exec(pathOf(url))?.[1] ?? []);
  return shown.length > 0 && kinds.length === shown.length
    ? `answers with files of another kind (.${kinds[0]}), not with PNG, JPEG or WebP`
    : undefined;
}

/**
 * The picture in an answer: an address or a data URI. Of several frames the last; undefined when there is none.
 */
export function pictureOf(output: unknown): string | undefined {
  const found = addressesIn(output, 0);
  return found.findLast((url) => PICTURE_FILES.test(pathOf(url))) ?? found.at(-1);
}

/** How many pictures an answer holds. */
export function picturesIn(output: unknown): number {
  return addressesIn(output, 0).length;
}

function holdsFile(schema: Json, schemas: Json, depth: number): boolean {
  if (depth > DEPTH_MAX) return false;
  const own = resolved(schema, schemas);
  const deeper = (inner: unknown): boolean => holdsFile(record(inner), schemas, depth + 1);
  const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((key) => listOf(own[key]));
  if (parts.some(deeper)) return true;
  if ([own['type']].flat().includes('string')) return own['format'] === 'uri';
  if ([own['type']].flat().includes('array')) return deeper(own['items']);
  return Object.entries(record(own['properties'])).some(([, inner]) => deeper(inner));
}

function formOf({ type, format, items }: Json): string {
  const inner = record(items)['type'];
  if (type === 'string') return format === undefined ? 'text' : `a ${String(format)}`;
  if (type === 'array' && inner !== undefined) return `a list of ${inner === 'string' ? 'texts' : `${String(inner)}s`}`;
  return type === undefined ? 'something that its schema does not describe' : `an ${String(type)} without files`;
}

/** Addresses and data URIs, in order; in an object those under names of pictures come last, as the best. */
function addressesIn(output: unknown, depth: number): string[] {
  if (typeof output === 'string') return isAddress(output) ? [output] : [];
  if (depth > DEPTH_MAX) return [];
  if (Array.isArray(output)) return output.flatMap((inner) => addressesIn(inner, depth + 1));
  const entries = Object.entries(record(output));
  const named = (isBest: boolean): string[] =>
    entries
      .filter(([name]) => PICTURE_KEYS.test(name) === isBest)
      .flatMap(([, inner]) => addressesIn(inner, depth + 1));
  return [...named(false), ...named(true)];
}

function isAddress(text: string): boolean {
  return /^data:image\/[\w.+-]+;base64,/.test(text) || (/^https?:\/\//.test(text) && URL.canParse(text));
}

function pathOf(url: string): string {
  return url.startsWith('data:') ? '' : new URL(url).pathname.toLowerCase();
}
