/** What a service is to its emulator: routes, what they are given, and what they answer. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

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
  /** Takes over a connection that asks to become a WebSocket; absent: it is answered as any other request. */
  upgrade?: (request: IncomingMessage, socket: Duplex) => void;
  /** Answers before the route does, for what holds everywhere (authentication); undefined lets the call through. */
  guard?: (call: Call) => Answer | undefined;
}
