/**
 * The misbehaviors an emulator can be told to show, and which call meets which.
 */

/**
 * What goes wrong. "Handled" means that the service did (and charged) the work before things went wrong;
 * each kind has its default, `Fault.handled` overrides it.
 */
export type FaultKind =
  | 'status' // not handled; answers `status` (default 500) with `headers` and `body`
  | 'reset-before' // not handled; the connection is reset
  | 'reset-after' // handled; the connection is reset instead of the answer
  | 'hang' // handled; never answered
  | 'hang-before' // not handled; never answered
  | 'slow-loris' // handled; one byte of the answer every `delayMs` (default 50)
  | 'truncate-length' // handled; Content-Length of the whole, half the bytes, connection closed
  | 'truncate-chunked' // handled; half the bytes in chunks, no last chunk, connection closed
  | 'truncate-close' // handled; no length, half the bytes, clean end: `fetch` takes it for whole
  | 'wrong-type' // handled; the right bytes under a Content-Type that lies
  | 'html' // handled; 200 and a web page
  | 'error-json' // handled; 200 and `{"error": …}`
  | 'not-image' // handled; 200, image/png, and text inside
  | 'empty' // handled; 200 and nothing
  | 'gzip-bomb' // handled; 200, 50 kB that unpack to 50 MB
  | 'header-bomb' // handled; more header than any client takes
  | 'redirect'; // not handled; 302 (or `status`) to `headers.location`

/** One misbehavior and the calls that meet it. Without `share` and `positions`: every call of that operation. */
export interface Fault {
  /** The operation (`submit`, `poll`, `download`, …), or `*`. */
  on: string;
  kind: FaultKind;
  /** Share of the calls, 0…1, by the emulator's seeded random. */
  share?: number;
  /** Which calls of the operation, counted from 1. */
  positions?: readonly number[];
  /** At most this often. */
  times?: number;
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** Waits this long before misbehaving (`slow-loris`: between bytes). */
  delayMs?: number;
  /** Of a `gzip-bomb`. Default 8 MiB. */
  unpackedBytes?: number;
  /** Overrides whether the work is done and charged. */
  handled?: boolean;
}

const UNHANDLED: readonly FaultKind[] = ['status', 'reset-before', 'hang-before', 'redirect'];

/** Whether the service does (and charges) the work before this fault shows. */
export function isHandled(fault: Fault): boolean {
  return fault.handled ?? !UNHANDLED.includes(fault.kind);
}

/**
 * Chooses the fault that a call meets: the first in the list that applies. `faults` may be changed while it is used.
 * The returned function is to be called once for each call, in order of arrival.
 */
export function faultPicker(faults: readonly Fault[], seed: number): (operation: string) => Fault | undefined {
  const random = seededRandom(seed);
  const calls = new Map<string, number>();
  const fired = new Map<Fault, number>();
  return (operation) => {
    const position = (calls.get(operation) ?? 0) + 1;
    calls.set(operation, position);
    const met = faults.find(
      (fault) =>
        (fault.on === operation || fault.on === '*') &&
        (fired.get(fault) ?? 0) < (fault.times ?? Infinity) &&
        (fault.positions === undefined || fault.positions.includes(position)) &&
        (fault.share === undefined || random() < fault.share),
    );
    if (met !== undefined) fired.set(met, (fired.get(met) ?? 0) + 1);
    return met;
  };
}

/** A seeded random source, 0 ≤ x < 1 (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
