import { alikeShots, type AlikeShots, type WhichShots } from './alike.ts';
import { totalOf, type Total } from './budget.ts';
import * as blocked from './blocked.ts';
import { changeJob } from './change-job.ts';
import type { Connection } from './connection.ts';
import { continued, findOrMake, type JobRequest, type OpenedJob, type SameJob } from './new-job.ts';
import { doubtful, endedInVain, PAID, paidInVain, type PaidInVain, type LeftOut } from './paid-in-vain.ts';
import type { Job, Shot } from './records.ts';
import { rerollJob, type RerollRequest } from './reroll.ts';
import { isAskedFor, isTaken, renewSeeds, waitForAvatar, type AskedPrompt, type MadeWith } from './second-take.ts';
import { jobById, jobOf } from './rows.ts';
import { OpenRun } from './runs.ts';
import type { JobChanges } from './settings.ts';
import { countShots, type ShotCounts } from './shot-counts.ts';

/** States of shots that ended without a picture. */
export type EndedState = 'failed' | 'refused' | 'held' | 'canceled';

/** Everything about jobs and their shots as a whole. */
export class Jobs {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** A job by id (a number), or as people name it: by its key, else by the text of its id. */
  find(name: string | number): Job | undefined {
    if (typeof name === 'number') return this.connection.one(jobOf, 'SELECT * FROM jobs WHERE id = ?', name);
    const byKey = this.connection.one(jobOf, 'SELECT * FROM jobs WHERE key = ?', name);
    if (byKey) return byKey;
    return /^\d{1,15}$/.test(name) ? this.find(Number(name)) : undefined;
  }

  /** Unfinished jobs, the most urgent first. */
  open(): Job[] {
    return this.connection.many(jobOf, `SELECT * FROM jobs WHERE state = 'open' ORDER BY priority, id`);
  }

  /** Newest first. */
  list(limit: number): Job[] {
    return this.connection.many(jobOf, 'SELECT * FROM jobs ORDER BY id DESC LIMIT ?', limit);
  }

  /** The newest job of a character that makes pictures. */
  newestOf(characterKey: number): Job | undefined {
    const sql = `SELECT * FROM jobs INDEXED BY jobs_by_character WHERE character_key = ? AND kind <> 'train'
      ORDER BY id DESC LIMIT 1`;
    return this.connection.one(jobOf, sql, characterKey);
  }

  /**
   * The job that a request goes on with; undefined: it makes a new one. @throws {UserError} when the key names
   * another.
   */
  continued(same: SameJob): Job | undefined {
    return continued(this.connection, same);
  }

  /** Finds the job that this request continues, or makes it. @throws {UserError} when the key names another job. */
  openOrCreate(request: JobRequest): OpenedJob {
    const { plan, ...wanted } = request;
    return this.connection.write(() =>
      findOrMake(this.connection, { ...wanted, shots: (character) => plan(character.galleryPlanned) }),
    );
  }

  /**
   * Finds or makes a job of other takes of finished pictures; each old one stays, and is superseded when the new one
   * is done.
   * @throws {UserError} for pictures that no shot of this ledger made.
   */
  reroll(request: RerollRequest): OpenedJob {
    return this.connection.write(() => rerollJob(this.connection, request));
  }

  /**
   * Lays changes over an unfinished job; one that has ended or was canceled stays as it is. Returns it as it then
   * is.
   */
  change(jobId: number, changes: JobChanges): Job {
    return this.connection.write(() => changeJob(this.connection, jobById(this.connection, jobId), changes));
  }

  /** How many shots of a job are in which state. */
  counts(jobId: number): ShotCounts {
    return countShots(this.connection, jobId);
  }

  /** Shots of a job in these states, counted by what they have of their own in place of the job's settings. */
  alike(jobId: number, states: readonly Shot['state'][], how: WhichShots = {}): AlikeShots[] {
    return alikeShots(this.connection, jobId, { states, ...how });
  }

  /** What a job has cost, and holds. */
  total(jobId: number): Total {
    return totalOf(this.connection, `job:${jobId}`);
  }

  /**
   * Puts ended shots of a job back into the queue with their attempts uncounted, and opens the job again. `held` means
   * shots whose charge is in doubt: only a person (`retry --unknown`) may name those. Returns how many.
   */
  requeue(jobId: number, states: readonly EndedState[], { unpaid = false, except = [] }: LeftOut = {}): number {
    return this.connection.write(() => {
      const marks = states.map(() => '?').join(', ');
      const changed = this.connection.run(
        `UPDATE shots SET state = 'queued', attempts = 0, limited = 0, not_before_ms = 0, outcome = NULL,
           message = NULL, ended_at_ms = NULL
          WHERE job_id = ? AND state IN (${marks}) ${unpaid ? `AND NOT ${PAID}` : ''}
            AND id NOT IN (SELECT value FROM json_each(?))`,
        jobId,
        ...states,
        JSON.stringify(except),
      );
      if (changed + except.length > 0)
        this.connection.run(`UPDATE jobs SET state = 'open', ended_at_ms = NULL WHERE id = ?`, jobId);
      blocked.waitForOwnAvatar(this.connection, jobId);
      return changed;
    });
  }

  /** Failed and canceled shots that were paid, or perhaps paid, without a picture, and what was. */
  paidInVain(jobId: number): PaidInVain {
    return paidInVain(this.connection, jobId);
  }

  /** Attempts of a job that were perhaps charged, and what they count as. */
  doubtful(jobId: number): { attempts: number; micros: number } {
    return doubtful(this.connection, jobId);
  }

  /** True when the last answers for a job with this model were paid and brought no picture: two, or the avatar's. */
  endedInVain(jobId: number, model: string): boolean {
    return endedInVain(this.connection, jobId, model);
  }

  /**
   * Gives shots whose picture was rejected and then removed another seed: the same prompt and seed would be bought
   * again. `seedOf`: the seed of another take (1, 2, …). Call before `requeue`.
   */
  renewSeeds(jobId: number, seedOf: (seed: number, take: number) => number): void {
    this.connection.write(() => renewSeeds(this.connection, jobId, seedOf));
  }

  /** True when a prompt was asked for with that seed, by any job of the character. */
  isTaken(asked: AskedPrompt, seed: number): boolean {
    return isTaken(this.connection, asked, seed);
  }

  /** Queued shots that wait for the face, by the avatar, where nobody is to make that. */
  waitingForFace(jobId: number): blocked.WaitingForFace[] {
    return blocked.waitingForFace(this.connection, jobId);
  }

  /** Shots that wait for the face of this avatar are made without it. */
  goWithoutFace(jobId: number, avatarShotId: number): void {
    this.connection.write(() => blocked.freeBehindShot(this.connection, jobId, avatarShotId));
  }

  /** True when a job of the character, made in the same way, asks for that prompt with that seed. */
  isAskedFor(by: MadeWith, shot: { prompt: string; seed: number }): boolean {
    return isAskedFor(this.connection, by, shot);
  }

  /** Training pictures that are not begun wait for another take of the avatar, where one is to be made. */
  waitForAvatar(jobId: number): void {
    this.connection.write(() => waitForAvatar(this.connection, jobId));
  }

  /**
   * Stops a job: what waits is canceled at once, what is under way is told at its next step. Returns how many
   * waited.
   */
  cancel(jobId: number): number {
    return this.connection.write(() => {
      this.connection.run(
        `UPDATE jobs SET state = 'canceled', ended_at_ms = ? WHERE id = ?`,
        this.connection.now(),
        jobId,
      );
      const waited = this.connection.run(
        `UPDATE shots SET state = 'canceled', after_shot = NULL, ended_at_ms = ?
          WHERE job_id = ? AND state = 'queued'`,
        this.connection.now(),
        jobId,
      );
      blocked.freeBehindCanceled(this.connection, jobId);
      return waited;
    });
  }

  /** This process runs these jobs until the run is closed or left: what belongs to them is in use. */
  openRun(jobIds: readonly number[]): OpenRun {
    return this.connection.write(() => {
      for (const jobId of jobIds) blocked.freeBehindEnded(this.connection, jobId);
      return new OpenRun(this.connection, jobIds);
    });
  }
}
