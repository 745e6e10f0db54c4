/** Other takes of pictures whose face was not the same, in the same job: under its caps, and part of its runs. */
import type { Connection } from './connection.ts';
import { imageById } from './image-rows.ts';
import type { Review } from './records.ts';
import { jobById, shotById } from './rows.ts';
import { freshSeed } from './second-take.ts';

/** Another take that is wanted. */
export interface WantedTake {
  imageId: number;
  /** How many other takes a picture may have. */
  takesMax: number;
  /** The seed of take number `take` (1, 2, …). */
  seedOf: (seed: number, take: number) => number;
}

/** Other takes of pictures, and which of them counts. */
export class Takes {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /**
   * Puts another take of a picture into the queue of its job: the same look and prompt with another seed. Returns its
   * shot's name; undefined: the picture has had all its takes, one waits, or its job was canceled.
   */
  add(wanted: WantedTake): string | undefined {
    return this.connection.write(() => addTake(this.connection, wanted));
  }

  /** Takes of a job that are still to be made, or under way. */
  left(jobId: number): number {
    const left = `take_of IS NOT NULL AND state IN ('queued', 'leased')`;
    const sql = `SELECT COUNT(*) n FROM shots WHERE job_id = ? AND ${left}`;
    return this.connection.get<{ n: number }>(sql, jobId)?.n ?? 0;
  }

  /** Of the picture of a shot and its takes the best counts; the others are replaced by it. */
  keepBest(shotId: number): void {
    this.connection.write(() => void keepBest(this.connection, shotId));
  }
}

function addTake(connection: Connection, { imageId, takesMax, seedOf }: WantedTake): string | undefined {
  const image = imageById(connection, imageId);
  if (image.shotId === null || image.jobId === null) return undefined;
  const of = shotById(connection, image.shotId);
  const root = of.takeOf === null ? of : shotById(connection, of.takeOf);
  // Without words the model works on the picture: it makes the same again.
  if (root.prompt === '') return undefined;
  const job = jobById(connection, image.jobId);
  const takes = takesOfShot(connection, root.id);
  const waits = takes.some(({ state }) => state === 'queued' || state === 'leased' || state === 'held');
  if (job.state === 'canceled' || waits || takes.length >= takesMax) return undefined;
  const name = `${root.name}-take-${takes.length + 2}`;
  const asked = { characterKey: job.characterKey, prompt: root.prompt };
  const seed = freshSeed(connection, asked, (take) => seedOf(root.seed, take), takes.length + 1);
  const copied = connection.run(
    `INSERT INTO shots (job_id, name, kind, look, prompt, seed, settings, source_image_id, take_of)
     SELECT job_id, ?, kind, look, prompt, ?, settings, source_image_id, id FROM shots WHERE id = ?
     ON CONFLICT DO NOTHING`,
    name,
    seed,
    root.id,
  );
  if (copied === 0) return undefined;
  connection.run(`UPDATE jobs SET state = 'open', ended_at_ms = NULL WHERE id = ?`, job.id);
  connection.record(job.id, {
    event: 'generation_queued',
    shot: name,
    character_id: job.characterId,
    image_count: 1,
    take_of: root.name,
  });
  return name;
}

/**
 * Of the pictures of a shot and its takes one counts: one that a person approved, else the most alike; one that was
 * rejected only where there is no other. What else was approved counts beside it. Where a reroll has replaced one of
 * them all stays: a person asked for that. False when none is left. Inside a transaction.
 */
export function keepBest(connection: Connection, shotId: number): boolean {
  const { takeOf } = shotById(connection, shotId);
  const root = takeOf ?? shotId;
  const images = connection.all<{ id: number; review: Review | null; supersededBy: number | null }>(
    `SELECT i.id, i.review, i.superseded_by supersededBy FROM images i JOIN shots s ON s.id = i.shot_id
      WHERE (s.id = ? OR s.take_of = ?) AND i.state = 'stored'
      ORDER BY i.review IS NOT 'approved', i.review IS 'rejected',
        (SELECT c.score FROM scores c WHERE c.image_id = i.id ORDER BY c.at_ms DESC LIMIT 1) DESC NULLS LAST, i.id`,
    root,
    root,
  );
  const own = new Set(images.map(({ id }) => id));
  const [best] = images;
  const isReplaced = images.some(({ supersededBy }) => supersededBy !== null && !own.has(supersededBy));
  if (!best || isReplaced) return false;
  for (const { id, review } of images) {
    const by = id === best.id || review === 'approved' ? null : best.id;
    connection.run('UPDATE images SET superseded_by = ? WHERE id = ?', by, id);
  }
  return true;
}

/**
 * A new take counts only once it is known to be the better one: until then the picture that is there does. Inside a
 * transaction.
 */
export function standBack(connection: Connection, takeOf: number, imageId: number): void {
  const kept = connection.get<{ id: number }>(
    `SELECT i.id FROM images i JOIN shots s ON s.id = i.shot_id
      WHERE (s.id = ? OR s.take_of = ?) AND i.state = 'stored' AND i.superseded_by IS NULL AND i.id <> ? LIMIT 1`,
    takeOf,
    takeOf,
    imageId,
  );
  connection.run('UPDATE images SET superseded_by = ? WHERE id = ?', kept?.id ?? null, imageId);
}

function takesOfShot(connection: Connection, shotId: number): { state: string }[] {
  return connection.all('SELECT state FROM shots INDEXED BY shots_by_take WHERE take_of = ?', shotId);
}
