/** Files that were uploaded to Replicate. */
import { createHash } from 'node:crypto';
import type { Answer, Call } from '../service.ts';
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
