import { SET_BACK_MS } from './clock.ts';
import type { Connection } from './connection.ts';

/**
 * What is known of a provider's limits, shared by all processes on the ledger. A scope is a provider and a fingerprint
 * of its key. Three limits: a pause (the service said when), a pace and a window in flight (learned from answers 429:
 * additive increase, multiplicative decrease), and a breaker (the service is down).
 */

const WINDOW_MAX = 64;
const SUCCESSES_TO_GROW = 4;
const INTERVAL_MAX_MS = 60_000;
const INTERVAL_FLOOR_MS = 40;
const BREAKER_FAILURES = 10;
const BREAKER_FIRST_MS = 5_000;
const BREAKER_MAX_MS = 60_000;
/** After so many openings in a row without one success the provider counts as down for this run. */
const BREAKER_OPENINGS_MAX = 4;

interface LimitRow {
  paused_until_ms: number;
  window: number | null;
  interval_ms: number;
  next_send_ms: number;
  successes: number;
  grow_successes: number;
  failures: number;
  opened: number;
  open_until_ms: number;
}

const FRESH: LimitRow = {
  paused_until_ms: 0,
  window: null,
  interval_ms: 0,
  next_send_ms: 0,
  successes: 0,
  grow_successes: 0,
  failures: 0,
  opened: 0,
  open_until_ms: 0,
};

/** May one more request be sent? `down`: the breaker has opened too often, another provider is to be asked. */
export type LimitVerdict =
  | { state: 'go' }
  | { state: 'wait'; untilMs: number }
  | { state: 'busy' }
  | { state: 'open'; untilMs: number }
  | { state: 'down' };

/** The row as it counts now: what a clock wrote that has been set back since is no wait any more. */
function load(connection: Connection, scope: string): LimitRow {
  const row = connection.get<LimitRow & { as_of_ms: number }>('SELECT * FROM limits WHERE scope = ?', scope);
  if (!row) return FRESH;
  const isSetBack = row.as_of_ms > connection.now() + SET_BACK_MS;
  return isSetBack ? { ...row, paused_until_ms: 0, next_send_ms: 0, open_until_ms: 0 } : row;
}

function save(connection: Connection, scope: string, row: LimitRow): void {
  connection.run(
    `INSERT OR REPLACE INTO limits (scope, paused_until_ms, window, interval_ms, next_send_ms, successes,
       grow_successes, failures, opened, open_until_ms, as_of_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    scope,
    row.paused_until_ms,
    row.window,
    row.interval_ms,
    row.next_send_ms,
    row.successes,
    row.grow_successes,
    row.failures,
    row.opened,
    row.open_until_ms,
    connection.now(),
  );
}

/** Checks all of them. `intervalMs`: the pace the config asks for (60,000 / requests a minute), 0 for none. */
export function checkLimits(connection: Connection, scope: string, provider: string): LimitVerdict {
  const row = load(connection, scope);
  const now = connection.now();
  const isAhead = (atMs: number) => atMs > now;
  if (row.opened >= BREAKER_OPENINGS_MAX) return { state: 'down' };
  if (isAhead(row.open_until_ms)) return { state: 'open', untilMs: row.open_until_ms };
  if (isAhead(row.paused_until_ms)) return { state: 'wait', untilMs: row.paused_until_ms };
  if (isAhead(row.next_send_ms)) return { state: 'wait', untilMs: row.next_send_ms };
  const windowNow = row.opened > 0 ? 1 : row.window;
  if (windowNow !== null && inFlight(connection, provider) >= windowNow) return { state: 'busy' };
  return { state: 'go' };
}

/**
 * Attempts that a running process waits for. What others left behind, or let go, must not use up the window for ever.
 */
function inFlight(connection: Connection, provider: string): number {
  const holders = connection.all<{ owner: string; n: number }>(
    `SELECT s.owner owner, COUNT(*) n FROM attempts a INDEXED BY attempts_in_flight JOIN shots s ON s.id = a.shot_id
     WHERE a.provider = ? AND a.state IN ('intent', 'accepted') AND a.request ->> 'batch' IS NULL
       AND s.state = 'leased' AND s.owner IS NOT NULL
     GROUP BY s.owner`,
    provider,
  );
  return holders.reduce(
    (sum, { owner, n }) => (owner === connection.owner || connection.isRunning(owner) ? sum + n : sum),
    0,
  );
}

/** True while the provider's places are limited: then the more urgent go first. */
export function isScarce(connection: Connection, scope: string): boolean {
  const row = load(connection, scope);
  return row.window !== null || row.interval_ms > 0;
}

/** Takes the place of one send: the next may follow after the pace. */
export function takeSend(connection: Connection, scope: string, intervalMs: number): void {
  const row = load(connection, scope);
  const pace = Math.max(row.interval_ms, intervalMs);
  if (pace > 0) save(connection, scope, { ...row, next_send_ms: connection.now() + pace });
}

/** The service answered well: its limits are widened a little. */
export function noteSuccess(connection: Connection, scope: string): void {
  const row = load(connection, scope);
  const successesNow = row.grow_successes + 1;
  const grown = successesNow >= SUCCESSES_TO_GROW;
  const interval = grown ? Math.floor(row.interval_ms * 0.75) : row.interval_ms;
  const window = grown && row.window !== null ? row.window + 1 : row.window;
  save(connection, scope, {
    ...row,
    successes: row.successes + 1,
    grow_successes: grown ? 0 : successesNow,
    interval_ms: interval < INTERVAL_FLOOR_MS ? 0 : interval,
    window: window !== null && window > WINDOW_MAX ? null : window,
    failures: 0,
    opened: 0,
    open_until_ms: 0,
  });
}

/** The service asked to wait: everybody does, then half as many at once, at the pace it named. */
export function noteLimited(connection: Connection, scope: string, provider: string, waitMs: number): void {
  const row = load(connection, scope);
  const inFlightNow = inFlight(connection, provider);
  const now = connection.now();
  const again = row.paused_until_ms > now; // several answers to one burst count once
  save(connection, scope, {
    ...row,
    grow_successes: 0,
    paused_until_ms: Math.max(row.paused_until_ms, now + waitMs),
    window: again ? row.window : Math.max(1, Math.floor(Math.min(row.window ?? WINDOW_MAX, inFlightNow) / 2)),
    interval_ms: again
      ? row.interval_ms
      : Math.min(INTERVAL_MAX_MS, row.interval_ms > 0 ? Math.ceil(row.interval_ms * 1.34) : waitMs),
  });
}

/** The service is not there or broken: after enough of these in a row nobody asks it for a while. */
export function noteUnavailable(connection: Connection, scope: string): void {
  const row = load(connection, scope);
  const failures = row.failures + 1;
  const trips = failures >= BREAKER_FAILURES || row.opened > 0;
  if (!trips || row.open_until_ms > connection.now()) {
    save(connection, scope, { ...row, failures });
    return;
  }
  const pause = Math.min(BREAKER_MAX_MS, BREAKER_FIRST_MS * 2 ** row.opened);
  save(connection, scope, { ...row, failures: 0, opened: row.opened + 1, open_until_ms: connection.now() + pause });
}

/** A new run gives a provider that was down another chance. */
export function resetBreaker(connection: Connection, scope: string): void {
  const row = load(connection, scope);
  if (row.opened > 0) save(connection, scope, { ...row, opened: 0, failures: 0, open_until_ms: 0 });
}

/** How often the service has answered well: tells whether anything got through since a shot was last told to wait. */
export function successesOf(connection: Connection, scope: string): number {
  return load(connection, scope).successes;
}
