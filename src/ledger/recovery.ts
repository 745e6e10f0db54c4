import type { Attempt, Job, Lease, Shot } from './records.ts';
import { attemptWhere } from './attempt-rows.ts';
import { putBack } from './lease.ts';
import { jobById, shotById, shotOf } from './rows.ts';
import type { Connection } from './connection.ts';

/** A shot taken over from a process that has ended, with the attempt it left open. */
export interface TakenOver {
  lease: Lease;
  job: Job;
  shot: Shot;
  attempt: Attempt;
}

/** How work is taken over that processes left behind when they ended. */
export class Recovery {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /**
   * Takes over at most `most` shots of these jobs whose process has ended, or has let them go. Never takes from a
   * process that runs; two processes that try at once get different shots. What was surely not sent goes back into the
   * queue. Gives each as soon as it is taken. `except`: ids of shots not to touch.
   */
  *takeOver(
    jobIds: readonly number[],
    most: number,
    except: ReadonlySet<number> = new Set(),
  ): Generator<TakenOver, void, undefined> {
    let taken = 0;
    for (const jobId of jobIds) {
      for (const shot of this.takeable(jobId, most - taken, except)) {
        if (taken >= most) return;
        const one = this.connection.write(() => this.take(shot));
        if (!one) continue;
        taken += 1;
        yield one;
      }
    }
  }

  /**
   * Shots held in doubt of which something may be learned by now, as `isAskable` says. They come back as open intents,
   * each as soon as it is taken.
   */
  *reopenHeld(
    jobIds: readonly number[],
    isAskable: (attempt: Attempt) => boolean,
  ): Generator<TakenOver, void, undefined> {
    for (const jobId of jobIds) {
      const held = this.connection.many(
        shotOf,
        `SELECT * FROM shots WHERE job_id = ? AND state = 'held' AND outcome IN ('unknown', 'budget')`,
        jobId,
      );
      for (const shot of held) {
        const one = this.connection.write(() => this.reopen(shot, isAskable));
        if (one) yield one;
      }
    }
  }

  /** The last attempts of a job's held shots: nobody knows what became of them. */
  held(jobId: number): Attempt[] {
    const ids = this.connection.all<{ id: number }>(
      `SELECT MAX(a.id) id FROM shots s JOIN attempts a ON a.shot_id = s.id AND a.state = 'unknown'
        WHERE s.job_id = ? AND s.state = 'held' GROUP BY s.id`,
      jobId,
    );
    return ids.flatMap(({ id }) => attemptWhere(this.connection, 'a.id = ?', id) ?? []);
  }

  /** True when shots of a job are there to be taken over. `except`: ids of shots that do not count. */
  isLeftBehind(jobId: number, except: ReadonlySet<number> = new Set()): boolean {
    return !this.takeable(jobId, 1, except).next().done;
  }

  /** Leased shots of a job whose process has ended, or has let them go. */
  private *takeable(jobId: number, most: number, except: ReadonlySet<number>): Generator<Shot, void, undefined> {
    for (const owner of this.endedOwners(jobId)) {
      const shots = this.connection.many(
        shotOf,
        `SELECT * FROM shots INDEXED BY shots_leased WHERE job_id = ? AND state = 'leased' AND owner IS ? LIMIT ?`,
        jobId,
        owner,
        most + except.size,
      );
      for (const shot of shots) if (!except.has(shot.id)) yield shot;
    }
  }

  private endedOwners(jobId: number): (string | null)[] {
    const owners = this.connection.all<{ owner: string | null }>(
      `SELECT DISTINCT owner FROM shots INDEXED BY shots_leased WHERE job_id = ? AND state = 'leased'`,
      jobId,
    );
    return owners
      .map((row) => row.owner)
      .filter((owner) => owner === null || (owner !== this.connection.owner && !this.connection.isRunning(owner)));
  }

  private take(seen: Shot): TakenOver | undefined {
    const changed = this.connection.run(
      `UPDATE shots SET owner = ?, token = token + 1 WHERE id = ? AND state = 'leased' AND owner IS ? AND token = ?`,
      this.connection.owner,
      seen.id,
      seen.owner,
      seen.token,
    );
    const open = `a.shot_id = ? AND a.state IN ('intent', 'accepted', 'generated') ORDER BY a.id DESC`;
    const attempt = attemptWhere(this.connection, open, seen.id);
    if (changed !== 1 || !attempt) return undefined;
    if (attempt.state === 'intent' && attempt.sentAtMs === null) {
      putBack(this.connection, { shotId: seen.id, jobId: seen.jobId, attemptId: attempt.id });
      return undefined;
    }
    return this.taken(seen.id, attempt);
  }

  private reopen(seen: Shot, isAskable: (attempt: Attempt) => boolean): TakenOver | undefined {
    const inDoubt = `a.shot_id = ? AND a.state = 'unknown' ORDER BY a.id DESC`;
    const attempt = attemptWhere(this.connection, inDoubt, seen.id);
    if (!attempt || !isAskable(attempt)) return undefined;
    const changed = this.connection.run(
      `UPDATE shots SET state = 'leased', owner = ?, token = token + 1, ended_at_ms = NULL
        WHERE id = ? AND state = 'held' AND token = ?`,
      this.connection.owner,
      seen.id,
      seen.token,
    );
    if (changed !== 1) return undefined;
    // With its remote id known there is nothing to look for: a look-up passes over ids that the ledger knows.
    const state = attempt.remoteId === null ? 'intent' : 'accepted';
    this.connection.run(`UPDATE attempts SET state = ?, ended_at_ms = NULL WHERE id = ?`, state, attempt.id);
    return this.taken(seen.id, { ...attempt, state });
  }

  private taken(shotId: number, attempt: Attempt): TakenOver {
    this.connection.run('UPDATE attempts SET taken_over_at_ms = ? WHERE id = ?', this.connection.now(), attempt.id);
    const shot = shotById(this.connection, shotId);
    const job = jobById(this.connection, attempt.jobId);
    const lease: Lease = {
      shotId,
      jobId: job.id,
      characterId: job.characterId,
      shot: shot.name,
      attemptId: attempt.id,
      token: shot.token,
    };
    return { lease, job, shot, attempt };
  }
}
