/** Second takes of what was rejected. */
import type { Connection } from './connection.ts';
import { jobById } from './rows.ts';

/** Gives canceled shots whose picture was rejected and removed a seed with which that prompt was never asked for. */
export function renewSeeds(
  connection: Connection,
  jobId: number,
  seedOf: (seed: number, take: number) => number,
): void {
  const rejected = connection.all<{ id: number; prompt: string; seed: number }>(
    `SELECT s.id, s.prompt, s.seed FROM shots s WHERE s.job_id = ? AND s.state = 'canceled' AND EXISTS
       (SELECT 1 FROM images i INDEXED BY images_by_job WHERE i.job_id = s.job_id AND i.shot = s.name
          AND i.seed = s.seed AND i.state = 'removed' AND i.review = 'rejected')`,
    jobId,
  );
  const { characterKey } = jobById(connection, jobId);
  for (const shot of rejected) {
    const asked = { characterKey, prompt: shot.prompt };
    const seed = freshSeed(connection, asked, (take) => seedOf(shot.seed, take));
    connection.run('UPDATE shots SET seed = ? WHERE id = ?', seed, shot.id);
  }
}

const TAKES_TRIED = 1_000;

/** A prompt of a character. */
export interface AskedPrompt {
  characterKey: number;
  prompt: string;
}

/** The seed of the first take from `first` on with which that prompt was never asked for. */
export function freshSeed(
  connection: Connection,
  asked: AskedPrompt,
  seedOf: (take: number) => number,
  first = 1,
): number {
  // Bounded, whatever the function gives: a few takes are enough for all that a person asks for.
  for (let take = first; take < first + TAKES_TRIED; take += 1)
    if (!isTaken(connection, asked, seedOf(take))) return seedOf(take);
  return seedOf(first);
}

/** True when a prompt was asked for with that seed, by any job of the character. */
export function isTaken(connection: Connection, { characterKey, prompt }: AskedPrompt, seed: number): boolean {
  const found = connection.get(
    `SELECT 1 FROM shots s INDEXED BY shots_by_seed JOIN jobs j ON j.id = s.job_id
      WHERE s.seed = ? AND s.prompt = ? AND j.character_key = ?
     UNION ALL SELECT 1 FROM images i INDEXED BY images_by_seed
      WHERE i.seed = ? AND i.prompt = ? AND i.character_key = ? LIMIT 1`,
    seed,
    prompt,
    characterKey,
    seed,
    prompt,
    characterKey,
  );
  return found !== undefined;
}

/** What a character's pictures are made with. */
export interface MadeWith {
  characterKey: number;
  provider: string;
  model: string;
}

/** True when a job of the character, made in the same way, asks for that prompt with that seed. */
export function isAskedFor(connection: Connection, by: MadeWith, shot: { prompt: string; seed: number }): boolean {
  const found = connection.get(
    `SELECT 1 FROM shots s INDEXED BY shots_by_seed JOIN jobs j ON j.id = s.job_id
      WHERE s.seed = ? AND s.prompt = ? AND j.character_key = ? AND j.fingerprint <> 'removed'
        AND j.settings ->> 'provider' = ? AND j.settings ->> 'model' = ? LIMIT 1`,
    shot.seed,
    shot.prompt,
    by.characterKey,
    by.provider,
    by.model,
  );
  return found !== undefined;
}

/** Lets training pictures that are not begun wait for the avatar that another job of the character is about to make. */
export function waitForAvatar(connection: Connection, jobId: number): void {
  connection.run(
    `UPDATE shots SET after_shot = (
       SELECT a.id FROM shots a JOIN jobs j ON j.id = a.job_id
        WHERE j.kind = 'reroll' AND j.character_key = ?
          AND a.kind = 'avatar' AND a.state IN ('queued', 'leased') ORDER BY a.id DESC LIMIT 1)
     WHERE job_id = ? AND kind = 'training' AND state = 'queued'`,
    jobById(connection, jobId).characterKey,
    jobId,
  );
}
