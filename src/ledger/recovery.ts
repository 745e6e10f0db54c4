import type { AttemptRow, ImageRow, JobRow, Lease, ShotRow } from './rows.ts';
import type { Session } from './session.ts';

/** A shot taken over from a process that is gone, with the attempt it left open. */
export interface TakenOver {
  lease: Lease;
  job: JobRow;
  shot: ShotRow;
  attempt: AttemptRow;
  /** Named already, when the other died between its naming and its end. */
  image: ImageRow | undefined;
}

/** What dead processes left behind, and how the living take it over. */
export class Recovery {
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  /**
   * Takes over at most `most` shots of these jobs whose holder is dead or has let them go.
   * Never robs a live owner; two processes that try at once get different shots. `except`: ids of shots not to touch.
   */
  takeOver(jobIds: readonly number[], most: number, except: ReadonlySet<number> = new Set()): TakenOver[] {
    const taken: TakenOver[] = [];
    for (const jobId of jobIds) {
      for (const owner of this.deadOwners(jobId)) {
        const shots = this.session.all<ShotRow>(
          `SELECT * FROM shots INDEXED BY shots_leased WHERE job_id = ? AND state = 'leased' AND owner IS ? LIMIT ?`,
          jobId,
          owner,
          most - taken.length + except.size,
        );
        for (const shot of shots) {
          if (except.has(shot.id) || taken.length >= most) continue;
          const one = this.session.write(() => this.take(shot));
          if (one) taken.push(one);
        }
      }
    }
    return taken;
  }

  /** Shots held in doubt whose provider (one of `providers`) can be asked again. They come back as open intents. */
  reopenHeld(jobIds: readonly number[], providers: readonly string[]): TakenOver[] {
    const taken: TakenOver[] = [];
    for (const jobId of jobIds) {
      const held = this.session.all<ShotRow>(
        `SELECT * FROM shots WHERE job_id = ? AND state = 'hold' AND outcome = 'unknown'`,
        jobId,
      );
      for (const shot of held) {
        const one = this.session.write(() => this.reopen(shot, providers));
        if (one) taken.push(one);
      }
    }
    return taken;
  }

  private deadOwners(jobId: number): (string | null)[] {
    const owners = this.session.all<{ owner: string | null }>(
      `SELECT DISTINCT owner FROM shots INDEXED BY shots_leased WHERE job_id = ? AND state = 'leased'`,
      jobId,
    );
    return owners
      .map((row) => row.owner)
      .filter((owner) => owner === null || (owner !== this.session.owner && !this.session.isAlive(owner)));
  }

  private take(seen: ShotRow): TakenOver | undefined {
    const changed = this.session.run(
      `UPDATE shots SET owner = ?, token = token + 1 WHERE id = ? AND state = 'leased' AND owner IS ? AND token = ?`,
      this.session.owner,
      seen.id,
      seen.owner,
      seen.token,
    );
    const attempt = this.session.get<AttemptRow>(
      `SELECT * FROM attempts WHERE shot_id = ? AND state IN ('intent', 'accepted', 'generated') ORDER BY id DESC LIMIT 1`,
      seen.id,
    );
    return changed === 1 && attempt ? this.taken(seen.id, attempt) : undefined;
  }

  private reopen(seen: ShotRow, providers: readonly string[]): TakenOver | undefined {
    const attempt = this.session.get<AttemptRow>(
      `SELECT * FROM attempts WHERE shot_id = ? AND state = 'unknown' ORDER BY id DESC LIMIT 1`,
      seen.id,
    );
    if (!attempt || !providers.includes(attempt.provider)) return undefined;
    const changed = this.session.run(
      `UPDATE shots SET state = 'leased', owner = ?, token = token + 1, ended_at_ms = NULL WHERE id = ? AND state = 'hold' AND token = ?`,
      this.session.owner,
      seen.id,
      seen.token,
    );
    if (changed !== 1) return undefined;
    // With its remote id known there is nothing to look for: a look-up passes over ids that the ledger knows.
    const state = attempt.remote_id === null ? 'intent' : 'accepted';
    this.session.run(`UPDATE attempts SET state = ?, ended_at_ms = NULL WHERE id = ?`, state, attempt.id);
    return this.taken(seen.id, { ...attempt, state });
  }

  private taken(shotId: number, attempt: AttemptRow): TakenOver {
    const shot = this.session.get<ShotRow>('SELECT * FROM shots WHERE id = ?', shotId);
    const job = this.session.get<JobRow>('SELECT * FROM jobs WHERE id = ?', attempt.job_id);
    if (!shot || !job) throw new Error(`shot ${shotId} or its job vanished`);
    const image = this.session.get<ImageRow>('SELECT * FROM images WHERE shot_id = ?', shotId);
    const lease: Lease = {
      shotId,
      jobId: job.id,
      characterId: job.character_id,
      shot: shot.name,
      attemptId: attempt.id,
      token: shot.token,
    };
    return { lease, job, shot, attempt, image };
  }
}
