/** Answers as bytes. */
import type { ServerResponse } from 'node:http';
import type { Answer } from './service.ts';

/** Sends an answer as it is meant. */
export function send(response: ServerResponse, answer: Answer): void {
  if (response.headersSent || response.destroyed) return;
  const { bytes, type } = encoded(answer);
  response.writeHead(answer.status ?? 200, {
    ...(type === undefined ? {} : { 'content-type': type }),
    'content-length': String(bytes.length),
    ...answer.headers,
  });
  response.end(bytes);
}

/** The bytes of an answer and the type they have by default. */
export function encoded(answer: Answer): { bytes: Buffer; type: string | undefined } {
  const { body } = answer;
  if (body === undefined || body === null) return { bytes: Buffer.alloc(0), type: undefined };
  if (Buffer.isBuffer(body)) return { bytes: body, type: 'application/octet-stream' };
  if (typeof body === 'string') return { bytes: Buffer.from(body), type: 'text/plain; charset=utf-8' };
  return { bytes: Buffer.from(JSON.stringify(body)), type: 'application/json' };
}
