/**
 * The base of every emulated service: a loopback server that routes requests to a service's handlers, records
 * them, books every charge (before it answers, so that the books survive any kill) and misbehaves when told to.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, type FaultKind, faultPicker, isHandled } from './faults.ts';
import { misbehave, reset } from './misbehave.ts';

export type { Fault, FaultKind } from './faults.ts';

/** Money taken for one piece of work. */
export interface Charge {
  /** ISO time. */
  at: string;
  service: string;
  /**
   * The service's id of the work: charging the same id twice is a bug of the emulator; the same picture under two ids
   * is paying twice.
   */
  id: string;
  amountMicros: number;
  /** Whatever helps a test tell what was paid for: prompt, seed, attempt key. */
  note?: Record<string, unknown>;
}

/** What a handler gets. */
export interface Call {
  operation: string;
  method: string;
  /** Decoded, without the query. */
  path: string;
  /** Values of `:name` (one segment) and `*name` (the rest) of the route, decoded. */
  params: Record<string, string>;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** The body as JSON; undefined when it is none. */
  json: unknown;
  /** The emulator's own address, without a slash at the end. */
  baseUrl: string;
  /** Position of this call among the calls of its operation, from 1. */
  position: number;
  latencyMs: number;
  now: () => number;
  /** Waits `latencyMs`: what the work takes. */
  work: () => Promise<void>;
  /** Books a charge at once; for handlers that charge before their answer is ready. */
  charge: (charge: Omit<Charge, 'at' | 'service'>) => void;
}

/** What a handler answers. An object as body is sent as JSON. */
export interface Answer {
  /** Default 200. */
  status?: number | undefined;
  headers?: Record<string, string> | undefined;
  body?: Buffer | string | object | null | undefined;
  /** Booked before the answer (or the fault in its place) is sent. */
  charge?: Omit<Charge, 'at' | 'service'> | undefined;
}

/** One (method, path) of a service. */
export interface Route {
  /** The word that faults and recorded requests call it by. */
  operation: string;
  method: string;
  /** As `/v1/predictions/:id` or `/files/*path`, matched against the decoded path. */
  path: string;
  handle: (call: Call) => Answer | Promise<Answer>;
}

/** An emulated service. */
export interface Service {
  name: string;
  /** Tried in order; the first match answers. No match: 404, recorded as operation `none`. */
  routes: readonly Route[];
  /** Answers before the route does, for what holds everywhere (authentication); undefined lets the call through. */
  guard?: (call: Call) => Answer | undefined;
}

/** A request as it came in. */
export interface RecordedRequest {
  /** Epoch ms. */
  at: number;
  operation: string;
  method: string;
  /** As sent: with the query, not decoded. */
  path: string;
  headers: IncomingHttpHeaders;
  /** Parsed when it was JSON, else the bytes. */
  body: unknown;
  /** The fault it met. */
  faulted?: FaultKind;
  /** The status it was answered with, once it was. */
  status?: number;
}

/** A running emulator. */
export interface Emulator {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  url: string;
  /** Everything that arrived, oldest first. */
  requests: RecordedRequest[];
  /** May be changed while it runs. */
  faults: Fault[];
  /** Everything charged, oldest first, with what the journal held at the start. */
  charges: () => Charge[];
  /** Drops every connection, also hanging ones. */
  close: () => Promise<void>;
}

/** How to run an emulator. */
export interface EmulatorOptions {
  /** File that charges are appended to, a JSON line each, synced before the answer. */
  journal?: string;
  /** What a picture takes, in ms. Default 0. */
  latencyMs?: number;
  faults?: Fault[];
  /** Of the random that `Fault.share` uses. Default 1. */
  seed?: number;
  now?: () => number;
  /** Default 0: any free port. */
  port?: number;
}

/** Starts a service on a loopback port. */
export async function startEmulator(service: Service, options: EmulatorOptions = {}): Promise<Emulator> {
  const { latencyMs = 0, faults = [], seed = 1, now = Date.now } = options;
  const books = openBooks(service.name, options.journal, now);
  const pick = faultPicker(faults, seed);
  const positions = new Map<string, number>();
  const requests: RecordedRequest[] = [];
  const closing = new AbortController();
  let url = '';

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const { route, call } = callOf(request, body);
    const fault = pick(call.operation);
    const json = call.json;
    const recorded: RecordedRequest = {
      at: now(),
      operation: call.operation,
      method: call.method,
      path: request.url ?? '/',
      headers: request.headers,
      body: json === undefined ? body : json,
      ...(fault === undefined ? {} : { faulted: fault.kind }),
    };
    requests.push(recorded);
    response.setHeader('date', new Date(now()).toUTCString());
    response.once('finish', () => (recorded.status = response.statusCode));
    const answer = fault === undefined || isHandled(fault) ? await answerTo(route, call) : undefined;
    if (fault === undefined) send(response, answer ?? {});
    else await misbehave(response, fault, { answer, signal: closing.signal });
  }

  async function answerTo(route: Route | undefined, call: Call): Promise<Answer> {
    const answer: Answer = service.guard?.(call) ??
      (await route?.handle(call)) ?? { status: 404, body: { detail: 'Not found' } };
    if (answer.charge !== undefined) books.charge(answer.charge);
    return answer;
  }

  function callOf(request: IncomingMessage, body: Buffer): { route: Route | undefined; call: Call } {
    const target = new URL(request.url ?? '/', url);
    const path = decoded(target.pathname);
    const method = request.method ?? 'GET';
    const { route, params } = matchRoute(service.routes, method, path);
    const operation = route?.operation ?? 'none';
    const position = (positions.get(operation) ?? 0) + 1;
    positions.set(operation, position);
    const work = (): Promise<void> => sleep(latencyMs, undefined, { signal: closing.signal });
    return {
      route,
      call: {
        operation,
        method,
        path,
        params,
        query: target.searchParams,
        headers: request.headers,
        body,
        json: jsonOf(request, body),
        baseUrl: url,
        position,
        latencyMs,
        now,
        work,
        charge: books.charge,
      },
    };
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    response.on('error', () => {});
    serve(request, response).catch((error: unknown) => {
      if (closing.signal.aborted || request.destroyed) return reset(response);
      send(response, { status: 500, body: { detail: `emulator bug: ${String(error)}` } });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function close(): Promise<void> {
    closing.abort();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
    books.close();
  }
  return { url, requests, faults, charges: () => [...books.charges], close };
}

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

/** The charges: in memory, and in the journal where there is one. */
function openBooks(service: string, journal: string | undefined, now: () => number) {
  const charges: Charge[] = journal !== undefined && existsSync(journal) ? readJournal(journal) : [];
  const file = journal === undefined ? undefined : openSync(journal, 'a');
  let closed = false;
  return {
    charges,
    charge(charge: Omit<Charge, 'at' | 'service'>): void {
      if (closed) return;
      const booked: Charge = { at: new Date(now()).toISOString(), service, ...charge };
      if (file !== undefined) {
        writeSync(file, `${JSON.stringify(booked)}\n`);
        fsyncSync(file);
      }
      charges.push(booked);
    },
    close(): void {
      closed = true;
      if (file !== undefined) closeSync(file);
    },
  };
}

/** The charges in a journal file, oldest first; readable while the emulator (maybe of another process) runs. */
export function readJournal(journal: string): Charge[] {
  const lines = readFileSync(journal, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Charge);
}

function matchRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route?: Route; params: Record<string, string> } {
  const asked = path.split('/');
  for (const route of routes) {
    if (route.method !== method) continue;
    const params = matchPath(route.path.split('/'), asked);
    if (params !== undefined) return { route, params };
  }
  return { params: {} };
}

function matchPath(wanted: readonly string[], asked: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const segment = asked[index];
    if (segment === undefined) return undefined;
    if (part.startsWith('*')) return { ...params, [part.slice(1)]: asked.slice(index).join('/') };
    if (part.startsWith(':')) {
      if (segment === '') return undefined;
      params[part.slice(1)] = segment;
    } else if (part !== segment) return undefined;
  }
  return wanted.length === asked.length ? params : undefined;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function jsonOf(request: IncomingMessage, body: Buffer): unknown {
  if (!/json/i.test(request.headers['content-type'] ?? '') || body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
