/** Success, speed and spending over many jobs. Reads only. */
import type { Connection, SqlValue } from './connection.ts';

/** Of which jobs and requests. */
export interface Scope {
  /** Only characters that are theirs or nobody's (null: only nobody's); undefined: all. */
  owner?: string | null | undefined;
  /** Requests from this moment on, epoch milliseconds. */
  sinceMs?: number | undefined;
}

/** Success and cost of one provider and model. Spans in milliseconds. */
export interface ModelStats {
  provider: string;
  model: string;
  /** Requests … */
  attempts: number;
  /** … that brought a picture, failed, were refused, or ended nobody knows how. */
  done: number;
  failed: number;
  refused: number;
  unknown: number;
  /** Shots that have ended, by the model that was asked last, and those of them that became a picture. */
  pictures: number;
  picturesMade: number;
  /** From sending to the finished picture. Requests that a later process had to go on with are not measured. */
  p50Ms: number | null;
  p95Ms: number | null;
  /** Mean time that a picture waited for its turn again: from its first request to the one that brought it. */
  waitMs: number | null;
  /** Median over jobs, from the first request to the first picture. */
  firstPictureMs: number | null;
  /** Mean likeness of the faces of its pictures, 0 … 1, and how many have a score; null: none. */
  likeness: number | null;
  scored: number;
  /** Told by the service; 0 where it counts none. */
  tokens: number;
  spentMicros: number;
}

/** What was made of one character. */
export interface CharacterStats {
  characterId: string;
  pictures: number;
  picturesMade: number;
  tokens: number;
  spentMicros: number;
}

/** What was spent on a UTC day with one provider and model. */
export interface DaySpending {
  day: string;
  provider: string;
  model: string;
  images: number;
  spentMicros: number;
  reservedMicros: number;
}

/** Of the attempts `a`: what they are restricted to. */
const IN_SCOPE = `a.intent_at_ms >= ? AND (? OR a.job_id IN (
  SELECT j.id FROM jobs j JOIN characters c ON c.key = j.character_key WHERE c.owner IN ('', ?)))`;
const SPAN = 'a.ended_at_ms - COALESCE(a.sent_at_ms, a.intent_at_ms)';
const MEASURED = `a.state = 'settled' AND a.taken_over_at_ms IS NULL`;
const TOKENS = `COALESCE(SUM((SELECT SUM(t.value) FROM json_tree(a.usage) t WHERE t.key = 'total_tokens')), 0)`;
const SPENT = 'COALESCE(SUM(r.spent_micros), 0)';
/** Of the shots `s`: a training costs money, and is no picture. */
const IS_PICTURE = `s.kind <> 'train'`;
/** The last attempt of each shot of a picture that has ended. */
const LAST_OF_ENDED = `a.id = (SELECT MAX(l.id) FROM attempts l WHERE l.shot_id = a.shot_id)
  AND s.state IN ('done', 'failed', 'refused', 'held') AND ${IS_PICTURE}`;

/** Questions about many jobs at once. */
export class Statistics {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** By provider and model. */
  models(scope: Scope = {}): ModelStats[] {
    type Counted = Pick<ModelStats, 'provider' | 'model' | 'attempts' | 'done' | 'failed' | 'refused' | 'unknown'>;
    const rows = this.connection.all<Counted & Pick<ModelStats, 'tokens' | 'spentMicros'>>(
      `SELECT a.provider, a.model, COUNT(*) attempts, SUM(a.state = 'settled') done,
         SUM(a.state = 'rejected' AND a.outcome NOT IN ('refused', 'interrupted')) failed,
         SUM(a.outcome = 'refused') refused, SUM(a.state = 'unknown') unknown, ${TOKENS} tokens, ${SPENT} spentMicros
       FROM attempts a LEFT JOIN reservations r ON r.attempt_id = a.id
       WHERE ${IN_SCOPE} GROUP BY a.provider, a.model ORDER BY a.provider, a.model`,
      ...valuesOf(scope),
    );
    return rows.map((row) => ({
      ...row,
      ...this.ofPictures(row, scope),
      ...this.likenessOf(row, scope),
      p50Ms: this.percentile(row, 0.5, scope),
      p95Ms: this.percentile(row, 0.95, scope),
      firstPictureMs: this.firstPicture(row, scope),
    }));
  }

  /** By character, those with the most pictures first. */
  characters(scope: Scope = {}): CharacterStats[] {
    return this.connection.all<CharacterStats>(
      `SELECT j.character_id characterId, COUNT(DISTINCT CASE WHEN ${LAST_OF_ENDED} THEN s.id END) pictures,
         COUNT(DISTINCT CASE WHEN s.state = 'done' AND ${IS_PICTURE} THEN s.id END) picturesMade,
         ${TOKENS} tokens, ${SPENT} spentMicros
       FROM attempts a JOIN shots s ON s.id = a.shot_id JOIN jobs j ON j.id = a.job_id
         LEFT JOIN reservations r ON r.attempt_id = a.id
       WHERE ${IN_SCOPE} GROUP BY j.character_key ORDER BY picturesMade DESC, characterId`,
      ...valuesOf(scope),
    );
  }

  /** By day, provider and model, newest day first; at most so many days. */
  spending(days: number, scope: Scope = {}): DaySpending[] {
    return this.connection.all<DaySpending>(
      `SELECT r.day, r.provider, r.model, SUM(r.state = 'spent' AND ${IS_PICTURE}) images,
         SUM(r.spent_micros) spentMicros,
         SUM(CASE r.state WHEN 'reserved' THEN r.reserved_micros ELSE 0 END) reservedMicros
       FROM reservations r JOIN attempts a ON a.id = r.attempt_id JOIN shots s ON s.id = a.shot_id
       WHERE r.day IN (SELECT DISTINCT day FROM reservations ORDER BY day DESC LIMIT ?) AND ${IN_SCOPE}
       GROUP BY r.day, r.provider, r.model ORDER BY r.day DESC, r.provider, r.model`,
      days,
      ...valuesOf(scope),
    );
  }

  private ofPictures(
    of: { provider: string; model: string },
    scope: Scope,
  ): Pick<ModelStats, 'pictures' | 'picturesMade' | 'waitMs'> {
    const row = this.connection.get<{ pictures: number; made: number | null; waitMs: number | null }>(
      `SELECT COUNT(*) pictures, SUM(s.state = 'done') made, AVG(CASE WHEN ${MEASURED} THEN
         COALESCE(a.sent_at_ms, a.intent_at_ms)
         - (SELECT MIN(f.intent_at_ms) FROM attempts f WHERE f.shot_id = a.shot_id) END) waitMs
       FROM attempts a JOIN shots s ON s.id = a.shot_id
       WHERE a.provider = ? AND a.model = ? AND ${LAST_OF_ENDED} AND ${IN_SCOPE}`,
      of.provider,
      of.model,
      ...valuesOf(scope),
    );
    const waitMs = row?.waitMs ?? null;
    return {
      pictures: row?.pictures ?? 0,
      picturesMade: row?.made ?? 0,
      waitMs: waitMs === null ? null : Math.round(waitMs),
    };
  }

  private likenessOf(of: { provider: string; model: string }, scope: Scope): Pick<ModelStats, 'likeness' | 'scored'> {
    const row = this.connection.get<{ likeness: number | null; scored: number }>(
      `SELECT AVG(score) likeness, COUNT(score) scored FROM (
         SELECT (SELECT c.score FROM scores c WHERE c.image_id = i.id ORDER BY c.at_ms DESC LIMIT 1) score
           FROM attempts a JOIN images i ON i.attempt_id = a.id AND i.state = 'stored'
          WHERE a.provider = ? AND a.model = ? AND ${IN_SCOPE})`,
      of.provider,
      of.model,
      ...valuesOf(scope),
    );
    return { likeness: row?.likeness ?? null, scored: row?.scored ?? 0 };
  }

  private percentile(of: { provider: string; model: string }, share: number, scope: Scope): number | null {
    const measured = `FROM attempts a WHERE a.provider = ? AND a.model = ? AND ${MEASURED} AND ${IN_SCOPE}`;
    const values = [of.provider, of.model, ...valuesOf(scope)];
    const count = this.connection.get<{ n: number }>(`SELECT COUNT(*) n ${measured}`, ...values)?.n ?? 0;
    const sql = `SELECT ${SPAN} ms ${measured} ORDER BY ms LIMIT 1 OFFSET ?`;
    const offset = Math.max(0, Math.ceil(count * share) - 1);
    return this.connection.get<{ ms: number }>(sql, ...values, offset)?.ms ?? null;
  }

  private firstPicture(of: { provider: string; model: string }, scope: Scope): number | null {
    const spans = this.connection.all<{ ms: number }>(
      `SELECT MIN(CASE WHEN ${MEASURED} THEN a.ended_at_ms END) - MIN(a.intent_at_ms) ms
       FROM attempts a JOIN shots s ON s.id = a.shot_id AND ${IS_PICTURE}
       WHERE a.provider = ? AND a.model = ? AND ${IN_SCOPE}
       GROUP BY a.job_id HAVING ms IS NOT NULL ORDER BY ms`,
      of.provider,
      of.model,
      ...valuesOf(scope),
    );
    return spans[Math.max(0, Math.ceil(spans.length / 2) - 1)]?.ms ?? null;
  }
}

function valuesOf({ owner, sinceMs = 0 }: Scope): SqlValue[] {
  return [sinceMs, owner === undefined ? 1 : 0, owner ?? ''];
}
