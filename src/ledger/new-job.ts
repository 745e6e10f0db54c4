/** Jobs as they begin: found again or made, with all their shots, in one transaction. */
import type { PlannedShot } from '../shot.ts';
import { fillWithAdopted } from './adoption.ts';
import { changeJob } from './change-job.ts';
import type { Connection } from './connection.ts';
import { namedJob } from './named-job.ts';
import type { Job, JobKind, RegisteredCharacter } from './records.ts';
import { characterByKey, jobById, jobOf } from './rows.ts';
import { keptSettings, keptShotSettings, type JobChanges, type JobSettings } from './settings.ts';

/** What is the same for a job of any kind. */
export interface JobBasics {
  /** `--key`: names the job for ever. */
  key?: string | undefined;
  /** Hash over what makes two requests the same. */
  fingerprint: string;
  /** Hash of what the user asked to see; undefined: nothing of their own. */
  planHash?: string | undefined;
  /** Of a new job. */
  settings: JobSettings;
  /** What else the same request may have been made with: an unfinished job of that goes on, too. Default: nothing. */
  alternatives?: readonly Pick<JobBasics, 'fingerprint' | 'settings'>[];
  /** Laid over the settings of an unfinished job that goes on: what the user asked for this time. */
  changes?: JobChanges;
  /** Of a new job: 0 high, 1 normal, 2 low. */
  priority: number;
  /** Of a character's first pictures: which earlier job of them may go on. Default: any. */
  goesOn?: ((job: Job) => boolean) | undefined;
  /** `--new`: start another although an identical one is unfinished. */
  fresh?: boolean | undefined;
}

/** What a command asks for. */
export interface JobRequest extends JobBasics {
  characterKey: number;
  kind: Exclude<JobKind, 'reroll'>;
  imageCount: number;
  /** The shots; `from` gallery shots of this character are planned already. Called inside the transaction. */
  plan: (from: number) => Iterable<NewShot>;
}

/** The job a request led to. */
export interface OpenedJob {
  job: Job;
  /** False: an unfinished, or a named, job goes on. */
  created: boolean;
}

/** A shot of a new job; the picture that it is to replace, and the one that it changes. */
export type NewShot = PlannedShot & { replacesImageId?: number; sourceImageId?: number | null };

/** A job of any kind that is wanted. */
export interface WantedJob extends JobBasics {
  characterKey: number;
  kind: JobKind;
  imageCount: number;
  /** Of a reroll: ids of the pictures that get another take. */
  replaces?: readonly number[];
  shots: (character: RegisteredCharacter) => Iterable<NewShot>;
}

/** Finds the job that goes on, or makes it. Inside a transaction. @throws {UserError} when the key names another. */
export function findOrMake(connection: Connection, wanted: WantedJob): OpenedJob {
  const before = continued(connection, wanted);
  if (before) return { job: changeJob(connection, before, wanted.changes ?? {}), created: false };
  return { job: make(connection, wanted), created: true };
}

/** What tells which job a request goes on with. */
export type SameJob = Pick<
  WantedJob,
  | 'characterKey'
  | 'kind'
  | 'key'
  | 'fingerprint'
  | 'planHash'
  | 'settings'
  | 'alternatives'
  | 'fresh'
  | 'imageCount'
  | 'replaces'
  | 'goesOn'
>;

/**
 * The job that a request goes on with; undefined: it makes a new one. @throws {UserError} when the key names another.
 */
export function continued(connection: Connection, wanted: SameJob): Job | undefined {
  if (wanted.key !== undefined) return namedJob(connection, wanted, wanted.key);
  if (wanted.kind === 'create') {
    const { goesOn = () => true } = wanted;
    const jobs = connection.many(
      jobOf,
      `SELECT * FROM jobs WHERE character_key = ? AND kind = 'create' AND fingerprint <> 'removed'
        AND plan_hash = COALESCE(?, plan_hash) ORDER BY id DESC`,
      wanted.characterKey,
      wanted.planHash ?? null,
    );
    return jobs.find(goesOn);
  }
  if (wanted.fresh) return undefined;
  // What is wanted now comes before what was wanted another day.
  return [wanted, ...(wanted.alternatives ?? [])]
    .map(({ fingerprint }) => unfinished(connection, { ...wanted, fingerprint }))
    .find((job) => job !== undefined);
}

function unfinished(
  connection: Connection,
  { characterKey, kind, fingerprint }: Pick<SameJob, 'characterKey' | 'kind' | 'fingerprint'>,
): Job | undefined {
  return connection.one(
    jobOf,
    `SELECT * FROM jobs WHERE character_key = ? AND kind = ? AND fingerprint = ? AND state = 'open' AND key IS NULL
     ORDER BY id DESC LIMIT 1`,
    characterKey,
    kind,
    fingerprint,
  );
}

function make(connection: Connection, wanted: WantedJob): Job {
  const character = characterByKey(connection, wanted.characterKey);
  const id = connection.insert(
    `INSERT INTO jobs (key, character_key, character_id, kind, fingerprint, plan_hash, settings, priority, image_count,
      created_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    wanted.key ?? null,
    character.key,
    character.id,
    wanted.kind,
    wanted.fingerprint,
    wanted.planHash ?? '',
    JSON.stringify(keptSettings(connection.folder, wanted.settings)),
    wanted.priority,
    wanted.imageCount,
    connection.now(),
  );
  for (const shot of wanted.shots(character)) addShot(connection, id, shot);
  if (wanted.kind === 'pack') countPlanned(connection, { jobId: id, characterKey: character.key });
  if (wanted.kind === 'create') {
    avatarFirst(connection, id);
    fillWithAdopted(connection, id, character.key);
  }
  connection.record(id, {
    event: 'generation_queued',
    character_id: character.id,
    image_count: wanted.imageCount,
  });
  return jobById(connection, id);
}

function addShot(connection: Connection, jobId: number, shot: NewShot): void {
  connection.run(
    `INSERT INTO shots (job_id, name, kind, look, prompt, seed, settings, replaces_image_id, source_image_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (job_id, name) DO NOTHING`,
    jobId,
    shot.name,
    shot.kind,
    JSON.stringify(shot.look),
    shot.prompt,
    shot.seed,
    JSON.stringify(keptShotSettings(connection.folder, shot.settings ?? {})),
    shot.replacesImageId ?? null,
    shot.sourceImageId ?? null,
  );
}

/** The next pack goes on in the catalogue behind these. */
function countPlanned(connection: Connection, of: { jobId: number; characterKey: number }): void {
  connection.run(
    `UPDATE characters SET gallery_planned = gallery_planned
       + (SELECT COUNT(*) FROM shots WHERE job_id = ? AND kind = 'gallery') WHERE key = ?`,
    of.jobId,
    of.characterKey,
  );
}

/** The other pictures wait until the avatar has ended, well or badly: it is their reference. */
function avatarFirst(connection: Connection, jobId: number): void {
  connection.run(
    `UPDATE shots SET after_shot = (SELECT a.id FROM shots a WHERE a.job_id = ? AND a.kind = 'avatar' LIMIT 1)
     WHERE job_id = ? AND kind = 'training'`,
    jobId,
    jobId,
  );
}
