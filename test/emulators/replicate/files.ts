/** Files that were uploaded to Replicate. */
import { createHash } from 'node:crypto';
import type { Answer, Call } from '../service.ts';
import type { Model } from './models.ts';
import { newId } from './prediction.ts';
import { notFound, problem } from './answers.ts';

export interface StoredFile {
  id: string;
  name: string;
  type: string;
  bytes: Buffer;
  createdMs: number;
}

export function onFile(file: StoredFile | undefined, baseUrl: string): Answer {
  return file === undefined ? notFound() : { body: fileBody(file, baseUrl) };
}

export function fileBody(file: StoredFile, baseUrl: string): Record<string, unknown> {
  return {
    id: file.id,
    name: file.name,
    content_type: file.type,
    size: file.bytes.length,
    etag: createHash('md5').update(file.bytes).digest('hex'),
    checksums: {
      sha256: createHash('sha256').update(file.bytes).digest('hex'),
      md5: createHash('md5').update(file.bytes).digest('hex'),
    },
    metadata: {},
    created_at: new Date(file.createdMs).toISOString(),
    expires_at: new Date(file.createdMs + 86_400_000).toISOString(),
    urls: { get: `${baseUrl}/v1/files/${file.id}` },
  };
}

/** Keeps the file of a form. */
export async function upload(call: Call, files: Map<string, StoredFile>): Promise<Answer> {
  const form = await new Response(new Uint8Array(call.body), {
    headers: { 'content-type': call.headers['content-type'] ?? '' },
  })
    .formData()
    .catch(() => undefined);
  const content = form?.get('content');
  if (!(content instanceof File)) return problem(400, 'Bad request', 'Missing content');
  const file = {
    id: newId(),
    name: content.name,
    type: content.type,
    bytes: Buffer.from(await content.arrayBuffer()),
    createdMs: call.now(),
  };
  files.set(file.id, file);
  return { status: 201, body: fileBody(file, call.baseUrl) };
}

/** How large the picture is that a model makes of the first PNG in its input; nothing for models that are told. */
export function sizeMade(
  { sizeOf }: Model,
  input: Record<string, unknown>,
  files: ReadonlyMap<string, StoredFile>,
): { size?: [number, number] } {
  const bytes = Object.values(input).flatMap((value) => bytesOf(value, files) ?? [])[0];
  if (!sizeOf || !bytes) return {};
  return { size: sizeOf(input, { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }) };
}

/** The picture of an input: a data URI, or a file that was uploaded. */
function bytesOf(value: unknown, files: ReadonlyMap<string, StoredFile>): Buffer | undefined {
  const text = typeof value === 'string' ? value : '';
  const [, base64] = /^data:image\/png;base64,(.+)$/.exec(text) ?? [];
  return base64 === undefined ? files.get(text.split('/').at(-1) ?? '')?.bytes : Buffer.from(base64, 'base64');
}
