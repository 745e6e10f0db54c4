import type { BudgetCap } from '../events.ts';
import { checkLimits, isScarce, takeSend, type LimitVerdict } from './limits.ts';
import { freeDependents } from './attempts.ts';
import { checkCaps, reserve, type Caps, type Total } from './budget.ts';
import type { Attempt, AttemptRequest, Job, Lease, Shot } from './records.ts';
import { attemptOf, jobOf, shotOf } from './rows.ts';
import type { Connection } from './connection.ts';

/** One way to make a shot: a provider that can take it, what it would cost, and what would be sent. */
export interface Route {
  provider: string;
  model: string;
  /** Provider and fingerprint of its key: whose limits apply. */
  scope: string;
  /** The pace the config asks for, in milliseconds between two sends; 0 for none. */
  intervalMs: number;
  worstMicros: number;
  expectedMicros: number;
  attemptKey: string;
  requestHash: string;
  /** What is asked beside prompt and seed. */
  request: AttemptRequest;
}

/** What a claim needs. */
export interface ClaimRequest {
  /** Whose shots, the most urgent first. */
  jobIds: readonly number[];
  caps: Caps;
  /** The ways to make a shot, in order of preference; the later ones are asked while the earlier are down. Pure. */
  routes: (job: Job, shot: Shot) => readonly Route[];
}

/** A claimed shot with its new attempt, committed before anything is sent. */
export interface Claimed {
  kind: 'claimed';
  lease: Lease;
  job: Job;
  shot: Shot;
  attempt: Attempt;
}

/** What a claim came to. */
export type ClaimResult =
  | Claimed
  /** Nothing may be sent before then (backoff, pause, pace); `untilMs` undefined: until something settles. */
  | { kind: 'wait'; untilMs: number | undefined; reason: 'backoff' | 'limits' | 'budget' | 'others' }
  | { kind: 'budget'; cap: BudgetCap; jobId: number; spentMicros: number; reservedMicros: number }
  /** All ways to make what is left are down. */
  | { kind: 'down'; provider: string }
  /** Nothing is left to claim in these jobs. */
  | { kind: 'none' };

/** A stored moment further away than this was written by a clock that has since been set back. */
const PLAUSIBLE_MS = 2 * 3_600_000;
/** How often to look again when only other processes are at work. */
const OTHERS_POLL_MS = 250;

/**
 * Leases the next shot and commits its attempt and reservation: T1 and T2 of ledger.md, in one immediate transaction.
 */
export function claim(connection: Connection, request: ClaimRequest): ClaimResult {
  return connection.write(() => {
    let later: ClaimResult = { kind: 'none' };
    for (const jobId of request.jobIds) {
      const result = claimFrom(connection, request, jobId);
      if (result.kind === 'claimed' || (result.kind === 'budget' && result.cap === 'day')) return result;
      // One job at its cap, or one provider that is down, leaves the others their turn.
      if (result.kind === 'wait' && later.kind === 'wait') later = earlier(later, result);
      else if (TELLING.indexOf(result.kind) > TELLING.indexOf(later.kind)) later = result;
    }
    return later;
  });
}

/** What is said of several jobs when none gives a shot: the last of these that one of them says. */
const TELLING: readonly ClaimResult['kind'][] = ['none', 'down', 'budget', 'wait'];

function earlier<W extends { untilMs: number | undefined }>(a: W, b: W): W {
  return (b.untilMs ?? Infinity) < (a.untilMs ?? Infinity) ? b : a;
}

function claimFrom(connection: Connection, request: ClaimRequest, jobId: number): ClaimResult {
  const job = connection.one(jobOf, `SELECT * FROM jobs WHERE id = ? AND state = 'open'`, jobId);
  if (!job) return { kind: 'none' };
  const now = connection.now();
  const shot = connection.one(
    shotOf,
    `SELECT * FROM shots INDEXED BY shots_claimable
     WHERE job_id = ? AND state = 'queued' AND after_shot IS NULL AND (not_before_ms <= ? OR not_before_ms > ?)
     ORDER BY id LIMIT 1`,
    jobId,
    now,
    now + PLAUSIBLE_MS,
  );
  if (!shot) return nothingReady(connection, jobId);
  const route = chooseRoute(connection, request.routes(job, shot));
  if ('kind' in route) return route;
  if (yieldsToUrgent(connection, job, route.route))
    return { kind: 'wait', untilMs: now + OTHERS_POLL_MS, reason: 'others' };
  const verdict = checkCaps(connection, request.caps, { id: shot.id, jobId }, route.route.worstMicros);
  if (!verdict.fits) {
    // What this one shot has cost already is its own affair: the others go on.
    if (verdict.cap === 'image' && verdict.total.spentMicros > 0) {
      tooDear(connection, shot, verdict.total);
      return claimFrom(connection, request, jobId);
    }
    if (verdict.wait && someoneAtWork(connection)) return { kind: 'wait', untilMs: undefined, reason: 'budget' };
    return {
      kind: 'budget',
      cap: verdict.cap,
      jobId,
      spentMicros: verdict.total.spentMicros,
      reservedMicros: verdict.total.reservedMicros,
    };
  }
  return lease(connection, job, shot, route.route);
}

/** A shot whose earlier attempts have used up what one picture may cost: it ends, until a person raises the cap and retries. */
function tooDear(connection: Connection, shot: Shot, total: Total): void {
  connection.run(
    `UPDATE shots SET state = 'failed', outcome = 'budget', message = 'one more attempt would pass the cap of a picture', ended_at_ms = ? WHERE id = ?`,
    connection.now(),
    shot.id,
  );
  freeDependents(connection, shot.id);
  connection.record(
    shot.jobId,
    {
      event: 'budget_reached',
      shot: shot.name,
      cap: 'image',
      spent_usd: total.spentMicros / 1e6,
      reserved_usd: total.reservedMicros / 1e6,
    },
    shot.id,
  );
}

/** Says why nothing can be claimed from a job now. */
function nothingReady(connection: Connection, jobId: number): ClaimResult {
  const soonest = connection.get<{ at: number | null }>(
    `SELECT MIN(not_before_ms) at FROM shots INDEXED BY shots_claimable WHERE job_id = ? AND state = 'queued' AND after_shot IS NULL`,
    jobId,
  )?.at;
  if (soonest !== undefined && soonest !== null) return { kind: 'wait', untilMs: soonest, reason: 'backoff' };
  const elsewhere = connection.get(
    `SELECT 1 FROM shots INDEXED BY shots_leased WHERE job_id = ? AND state = 'leased' AND (owner IS NULL OR owner <> ?) LIMIT 1`,
    jobId,
    connection.owner,
  );
  const blocked = connection.get(
    `SELECT 1 FROM shots WHERE job_id = ? AND state = 'queued' AND after_shot IS NOT NULL LIMIT 1`,
    jobId,
  );
  return elsewhere || blocked
    ? { kind: 'wait', untilMs: connection.now() + OTHERS_POLL_MS, reason: 'others' }
    : { kind: 'none' };
}

/** True while a live process holds a lease: what it has reserved may yet settle for less. */
function someoneAtWork(connection: Connection): boolean {
  const owners = connection.all<{ owner: string }>(
    `SELECT DISTINCT owner FROM shots INDEXED BY shots_leased WHERE state = 'leased' AND owner IS NOT NULL`,
  );
  return owners.some((row) => row.owner === connection.owner || connection.isAlive(row.owner));
}

function chooseRoute(connection: Connection, routes: readonly Route[]): { route: Route } | ClaimResult {
  let soonest = Infinity;
  let down: string | undefined;
  for (const route of routes) {
    const verdict: LimitVerdict = checkLimits(connection, route.scope, route.provider);
    if (verdict.state === 'go') return { route };
    if (verdict.state === 'busy') return { kind: 'wait', untilMs: connection.now() + OTHERS_POLL_MS, reason: 'limits' };
    if (verdict.state === 'wait') return { kind: 'wait', untilMs: verdict.untilMs, reason: 'limits' };
    if (verdict.state === 'open') soonest = Math.min(soonest, verdict.untilMs);
    else down ??= route.provider;
  }
  if (soonest < Infinity) return { kind: 'wait', untilMs: soonest, reason: 'limits' };
  return { kind: 'down', provider: down ?? '' };
}

/** Where a provider's places are scarce, a job lets more urgent ones that other live processes work on go first. */
function yieldsToUrgent(connection: Connection, job: Job, route: Route): boolean {
  if (job.priority === 0 || !(route.intervalMs > 0 || isScarce(connection, route.scope))) return false;
  const owners = connection.all<{ owner: string }>(
    `SELECT DISTINCT l.owner FROM jobs j JOIN shots l ON l.job_id = j.id AND l.state = 'leased' AND l.owner IS NOT NULL
     WHERE j.state = 'open' AND j.priority < ? AND json_extract(j.settings, '$.provider') = ? AND l.owner <> ?
       AND EXISTS (SELECT 1 FROM shots s WHERE s.job_id = j.id AND s.state = 'queued' AND s.after_shot IS NULL AND s.not_before_ms <= ?)`,
    job.priority,
    route.provider,
    connection.owner,
    connection.now(),
  );
  return owners.some((row) => connection.isAlive(row.owner));
}

function lease(connection: Connection, job: Job, shot: Shot, route: Route): Claimed {
  const now = connection.now();
  const token = shot.token + 1;
  connection.run(
    `UPDATE shots SET state = 'leased', owner = ?, token = ?, attempts = attempts + 1, not_before_ms = 0 WHERE id = ?`,
    connection.owner,
    token,
    shot.id,
  );
  const ordinal =
    (connection.get<{ n: number }>('SELECT COUNT(*) n FROM attempts WHERE shot_id = ?', shot.id)?.n ?? 0) + 1;
  const attemptId = connection.insert(
    `INSERT INTO attempts (key, shot_id, job_id, ordinal, provider, model, request_hash, request, intent_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    route.attemptKey,
    shot.id,
    job.id,
    ordinal,
    route.provider,
    route.model,
    route.requestHash,
    JSON.stringify(route.request),
    now,
  );
  reserve(connection, { attemptId, jobId: job.id, shotId: shot.id, ...route });
  takeSend(connection, route.scope, route.intervalMs);
  connection.record(
    job.id,
    {
      event: 'generation_started',
      shot: shot.name,
      character_id: job.characterId,
      model: route.model,
      provider: route.provider,
      attempt: ordinal,
    },
    shot.id,
  );
  const attempt = connection.one(attemptOf, 'SELECT * FROM attempts WHERE id = ?', attemptId);
  if (!attempt) throw new Error('the attempt just inserted is not there');
  return {
    kind: 'claimed',
    lease: { shotId: shot.id, jobId: job.id, characterId: job.characterId, shot: shot.name, attemptId, token },
    job,
    shot: { ...shot, state: 'leased', token, attempts: shot.attempts + 1 },
    attempt,
  };
}
