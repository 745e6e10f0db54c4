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
  for (const shot of rejected) {
    const taken = takenSeeds(connection, jobId, shot.prompt);
    let take = 1;
    while (taken.has(seedOf(shot.seed, take))) take += 1;
    connection.run('UPDATE shots SET seed = ? WHERE id = ?', seedOf(shot.seed, take), shot.id);
  }
}

/** Seeds that a prompt was asked for with, over all jobs of the job's character. */
function takenSeeds(connection: Connection, jobId: number, prompt: string): Set<number> {
  const { characterKey } = jobById(connection, jobId);
  const rows = connection.all<{ seed: number }>(
    `SELECT s.seed FROM shots s WHERE s.prompt = ? AND s.job_id IN (SELECT id FROM jobs WHERE character_key = ?)
     UNION SELECT i.seed FROM images i WHERE i.prompt = ? AND i.character_key = ?`,
    prompt,
    characterKey,
    prompt,
    characterKey,
  );
  return new Set(rows.map(({ seed }) => seed));
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
