import { isDeepStrictEqual } from 'node:util';
import type { BudgetCap } from '../events.ts';
import { busyBlockers, freeBehindUnmade, idleBlockers } from './blocked.ts';
import { checkCaps, toldAbove, type CapVerdict, type Total } from './budget.ts';
import { nextCandidate, OTHERS_POLL_MS, sameCandidate, type Candidate, type None, type Wait } from './candidates.ts';
import type { Connection } from './connection.ts';
import { leaseShot, type Claimed, type Route } from './lease.ts';
import { checkLimits, isScarce } from './limits.ts';
import type { Job, Shot } from './records.ts';
import { usdOf, usdText } from '../money.ts';

/** One more attempt would pass a cap, whatever those in flight will have cost. */
export interface CapReached {
  kind: 'budget';
  cap: BudgetCap;
  jobId: number;
  spentMicros: number;
  reservedMicros: number;
}

/** What a claim came to. */
export type ClaimResult =
  | Claimed
  | Wait
  | CapReached
  /** All ways to make the shot are down; `provider`: the first of them. */
  | { kind: 'down'; provider: string }
  /** The candidate is no longer one (another process was faster, the job has changed): ask for the next. */
  | { kind: 'changed' };

/**
 * How a shot is claimed, in three steps: `candidate` reads the next one, the runner chooses its routes with nothing
 * locked, `claim` checks again that nothing has changed and leases it (docs/ledger.md).
 */
export class Claims {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** The next shot of these jobs, the most urgent job first. Changes nothing. */
  candidate(jobIds: readonly number[]): Candidate | Wait | None {
    return nextCandidate(this.connection, jobIds);
  }

  /** Jobs that shots of a job of this run (`jobIds`) wait for, and that nobody works on. */
  idleBlockers(jobId: number, jobIds: readonly number[]): number[] {
    return idleBlockers(this.connection, jobId, jobIds);
  }

  /** Jobs of another run that make what shots of a job of this run (`jobIds`) wait for. */
  busyBlockers(jobId: number, jobIds: readonly number[]): number[] {
    return busyBlockers(this.connection, jobId, jobIds);
  }

  /**
   * Leases a candidate and commits its attempt and reservation: T1 and T2 of docs/ledger.md, in one immediate
   * transaction. A power cut may take it back: nothing is sent before T2b, which is synced.
   * @param routes the ways to make it, at least one, in order of preference: a later one is taken while the earlier are
   * down.
   */
  claim(candidate: Candidate, routes: readonly Route[]): ClaimResult {
    return this.connection.writeUnsynced(() => claimIn(this.connection, candidate, routes));
  }
}

function claimIn(connection: Connection, candidate: Candidate, routes: readonly Route[]): ClaimResult {
  const current = sameCandidate(connection, candidate);
  // Routes that were chosen for other settings are not taken.
  if (!current || !isDeepStrictEqual(current.job.settings, candidate.job.settings)) return { kind: 'changed' };
  const { job, shot } = current;
  const chosen = chooseRoute(connection, inTurn(routes, Math.floor(shot.attempts / job.settings.attemptsMax)));
  if (chosen.kind !== 'route') return chosen;
  if (yieldsToUrgent(connection, job, chosen.route))
    return { kind: 'wait', untilMs: connection.now() + OTHERS_POLL_MS, reason: 'urgent' };
  const route = pricedAsTold(connection, job, chosen.route);
  const verdict = checkCaps(connection, job.settings.caps, shot, route.worstMicros);
  return verdict.fits ? leaseShot(connection, current, route) : capped(connection, shot, { verdict, route });
}

/** A service that has charged this job more than its price list said is held to what it charged. */
function pricedAsTold(connection: Connection, job: Job, route: Route): Route {
  const toldMicros = toldAbove(connection, { jobId: job.id, ...route });
  return toldMicros > route.worstMicros ? { ...route, worstMicros: toldMicros } : route;
}

function capped(
  connection: Connection,
  shot: Shot,
  { verdict, route }: { verdict: Exclude<CapVerdict, { fits: true }>; route: Route },
): ClaimResult {
  const { cap, total, wait } = verdict;
  // What this one shot has cost already concerns no other: they go on.
  if (cap === 'image' && total.spentMicros > 0) {
    endOverCap(connection, shot, { total, worstMicros: route.worstMicros });
    return { kind: 'changed' };
  }
  if (wait && someoneAtWork(connection)) return { kind: 'wait', untilMs: undefined, reason: 'budget' };
  return { kind: 'budget', cap, jobId: shot.jobId, ...total };
}

/**
 * A shot whose earlier attempts have used up what one picture may cost ends, until a person raises the cap and retries.
 * With an attempt that was perhaps charged it is held as before: that the user has it sent again settles no doubt.
 */
function endOverCap(connection: Connection, shot: Shot, known: { total: Total; worstMicros: number }): void {
  const { total, worstMicros } = known;
  const enough = usdText(total.spentMicros + total.reservedMicros + worstMicros);
  connection.run(
    `UPDATE shots SET outcome = 'budget', message = ?, ended_at_ms = ?,
       state = CASE WHEN EXISTS (SELECT 1 FROM reservations r WHERE r.shot_id = shots.id AND r.state = 'doubtful')
                    THEN 'held' ELSE 'failed' END WHERE id = ?`,
    `one more attempt would pass the cap of a picture: it takes ${enough}`,
    connection.now(),
    shot.id,
  );
  freeBehindUnmade(connection, shot.id);
  connection.record(
    shot.jobId,
    {
      event: 'budget_reached',
      shot: shot.name,
      cap: 'image',
      spent_usd: usdOf(total.spentMicros),
      reserved_usd: usdOf(total.reservedMicros),
    },
    shot.id,
  );
}

/** True while a process that runs holds a lease: what it has reserved may yet settle for less. */
function someoneAtWork(connection: Connection): boolean {
  const owners = connection.all<{ owner: string }>(
    `SELECT DISTINCT owner FROM shots INDEXED BY shots_leased WHERE state = 'leased' AND owner IS NOT NULL`,
  );
  return owners.some((row) => row.owner === connection.owner || connection.isRunning(row.owner));
}

/** A provider that has had its attempts at a shot is asked after all others. */
function inTurn(routes: readonly Route[], tried: number): Route[] {
  const first = Math.min(tried, routes.length - 1);
  return [...routes.slice(first), ...routes.slice(0, first)];
}

type Chosen = { kind: 'route'; route: Route } | Wait | { kind: 'down'; provider: string };

function chooseRoute(connection: Connection, routes: readonly Route[]): Chosen {
  let soonestMs = Infinity;
  for (const route of routes) {
    const verdict = checkLimits(connection, route.scope, route.provider);
    if (verdict.state === 'go') return { kind: 'route', route };
    if (verdict.state === 'busy') return { kind: 'wait', untilMs: connection.now() + OTHERS_POLL_MS, reason: 'places' };
    if (verdict.state === 'wait') return { kind: 'wait', untilMs: verdict.untilMs, reason: 'limits' };
    if (verdict.state === 'open') soonestMs = Math.min(soonestMs, verdict.untilMs);
  }
  return soonestMs < Infinity
    ? { kind: 'wait', untilMs: soonestMs, reason: 'limits' }
    : { kind: 'down', provider: routes[0]?.provider ?? '' };
}

/** Where a provider's places are scarce, a job lets more urgent ones that other processes work on go first. */
function yieldsToUrgent(connection: Connection, job: Job, route: Route): boolean {
  if (job.priority === 0 || !(route.intervalMs > 0 || isScarce(connection, route.scope))) return false;
  const owners = connection.all<{ owner: string }>(
    `SELECT DISTINCT l.owner FROM jobs j JOIN shots l ON l.job_id = j.id AND l.state = 'leased' AND l.owner IS NOT NULL
     WHERE j.state = 'open' AND j.priority < ? AND json_extract(j.settings, '$.provider') = ? AND l.owner <> ?
       AND EXISTS (SELECT 1 FROM shots s WHERE s.job_id = j.id AND s.state = 'queued' AND s.after_shot IS NULL
                   AND s.not_before_ms <= ?)`,
    job.priority,
    route.provider,
    connection.owner,
    connection.now(),
  );
  return owners.some((row) => connection.isRunning(row.owner));
}
