/**
 * Does to a response what a fault says.
 */
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Answer } from './service.ts';
import type { Fault } from './faults.ts';

/** The answer that would have been given (undefined: the work was not done), and when the emulator closes. */
interface Scene {
  answer: Answer | undefined;
  signal: AbortSignal;
}

/** A thousand times its size on the wire, and soon read. What passes a cap takes `unpackedBytes`. */
const UNPACKED_BYTES = 8 * 1024 * 1024;
const bombs = new Map<number, Buffer>();

function bombOf(bytes: number): Buffer {
  const made = bombs.get(bytes) ?? gzipSync(Buffer.alloc(bytes));
  bombs.set(bytes, made);
  return made;
}

/** Sends what the fault says in place of the answer. Returns when nothing more will be sent. */
export async function misbehave(response: ServerResponse, fault: Fault, scene: Scene): Promise<void> {
  if (fault.delayMs !== undefined && fault.kind !== 'slow-loris')
    await sleep(fault.delayMs, undefined, { signal: scene.signal });
  if (response.destroyed) return;
  const kind = fault.kind;
  if (kind === 'reset-before' || kind === 'reset-after') reset(response);
  else if (kind === 'hang' || kind === 'hang-before') return;
  else if (kind === 'slow-loris') await trickle(response, fault, scene);
  else if (kind === 'truncate-length' || kind === 'truncate-chunked' || kind === 'truncate-close')
    await truncate(response, kind, scene);
  else replace(response, fault, scene);
}

/** Ends a connection with a TCP reset. */
export function reset(response: ServerResponse): void {
  const { socket } = response;
  if (socket === null) response.destroy();
  else socket.resetAndDestroy();
}

async function trickle(response: ServerResponse, fault: Fault, scene: Scene): Promise<void> {
  const bytes = bytesOf(scene.answer);
  response.writeHead(scene.answer?.status ?? 200, {
    ...headersOf(scene.answer),
    'content-length': String(bytes.length),
  });
  for (const byte of bytes) {
    if (response.destroyed) return;
    response.write(Buffer.from([byte]));
    await sleep(fault.delayMs ?? 50, undefined, { signal: scene.signal });
  }
  response.end();
}

async function truncate(
  response: ServerResponse,
  kind: 'truncate-length' | 'truncate-chunked' | 'truncate-close',
  scene: Scene,
): Promise<void> {
  const bytes = bytesOf(scene.answer);
  const half = bytes.subarray(0, Math.max(1, Math.floor(bytes.length / 2)));
  const status = scene.answer?.status ?? 200;
  const headers = headersOf(scene.answer);
  if (kind === 'truncate-close') {
    response.useChunkedEncodingByDefault = false;
    response.shouldKeepAlive = false;
    response.writeHead(status, { ...headers, connection: 'close' });
    response.end(half);
    return;
  }
  response.writeHead(
    status,
    kind === 'truncate-length' ? { ...headers, 'content-length': String(bytes.length) } : headers,
  );
  await new Promise<void>((resolve) => response.write(half, () => resolve()));
  response.socket?.destroySoon();
}

function replace(response: ServerResponse, fault: Fault, scene: Scene): void {
  const own = { ...fault.headers };
  const give = (status: number, headers: Record<string, string>, body: Buffer | string): void => {
    response.writeHead(fault.status ?? status, {
      'content-length': String(Buffer.byteLength(body)),
      ...headers,
      ...own,
    });
    response.end(body);
  };
  const json = { 'content-type': 'application/json' };
  const page = '<!doctype html><title>Sign in</title><h1>Sign in to the hotel network</h1>';
  switch (fault.kind) {
    case 'status':
      return give(500, json, fault.body ?? JSON.stringify({ detail: `emulated status ${fault.status ?? 500}` }));
    case 'redirect':
      return give(302, { location: 'http://169.254.169.254/latest/meta-data/' }, fault.body ?? '');
    case 'html':
      return give(200, { 'content-type': 'text/html; charset=utf-8' }, fault.body ?? page);
    case 'error-json':
      return give(
        200,
        json,
        fault.body ?? JSON.stringify({ error: { message: 'Something went wrong', code: 'internal_error' } }),
      );
    case 'not-image':
      return give(200, { 'content-type': 'image/png' }, fault.body ?? 'this is no picture');
    case 'empty':
      return give(200, headersOf(scene.answer), '');
    case 'gzip-bomb':
      return give(
        200,
        { 'content-type': 'image/png', 'content-encoding': 'gzip' },
        bombOf(fault.unpackedBytes ?? UNPACKED_BYTES),
      );
    case 'header-bomb':
      return give(200, { ...headersOf(scene.answer), 'x-bomb': 'x'.repeat(512 * 1024) }, bytesOf(scene.answer));
    default:
      return give(scene.answer?.status ?? 200, { 'content-type': 'text/plain; charset=utf-8' }, bytesOf(scene.answer));
  }
}

function bytesOf(answer: Answer | undefined): Buffer {
  const body = answer?.body;
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function headersOf(answer: Answer | undefined): Record<string, string> {
  const type =
    answer?.body !== null && typeof answer?.body === 'object' && !Buffer.isBuffer(answer.body)
      ? 'application/json'
      : undefined;
  return { ...(type === undefined ? {} : { 'content-type': type }), ...answer?.headers };
}
