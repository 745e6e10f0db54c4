/**
 * The base of every emulated service: a loopback server that routes requests to a service's handlers, records
 * them, books every charge (before it answers, so that the books survive any kill) and misbehaves when told to.
 */
import type { Duplex } from 'node:stream';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, type FaultKind, faultPicker, isHandled } from './faults.ts';
import { misbehave, reset } from './misbehave.ts';
import type { Charge, Service, Route, Call, Answer } from './service.ts';
import { openBooks } from './books.ts';
import { bodyOf, decoded, matchRoute, jsonOf } from './routes.ts';
import { send } from './answer.ts';

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
  // These are no connections of the server any more: `closeAllConnections` leaves them, and `close` waits for them.
  const upgraded = new Set<Duplex>();
  server.on('upgrade', (request, socket) => {
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    if (service.upgrade) service.upgrade(request, socket);
    else socket.destroy();
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
    for (const socket of upgraded) socket.destroy();
    await closed;
    books.close();
  }
  return { url, requests, faults, charges: () => [...books.charges], close };
}
