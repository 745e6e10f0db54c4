/** Jobs that have a key: it names one job for ever. */
import { UserError } from '../errors.ts';
import type { Connection } from './connection.ts';
import type { Job, JobKind } from './records.ts';
import { jobOf } from './rows.ts';
import type { JobSettings } from './settings.ts';

/** What is asked for under a key. */
interface NamedRequest {
  characterKey: number;
  kind: JobKind;
  imageCount: number;
  settings: JobSettings;
  /** What else the same request may have been made with. */
  alternatives?: readonly { settings: JobSettings }[] | undefined;
  /** Hash of what the user asked to see; undefined: nothing of their own. */
  planHash?: string | undefined;
  /** Of a reroll: ids of the pictures that get another take. */
  replaces?: readonly number[] | undefined;
}

/** The job that has a key; undefined: none has. @throws {UserError} that lists what is asked for in another way. */
export function namedJob(connection: Connection, wanted: NamedRequest, key: string): Job | undefined {
  const job = connection.one(jobOf, 'SELECT * FROM jobs WHERE key = ?', key);
  if (!job) return undefined;
  const problems = differences(connection, job, wanted);
  if (problems.length === 0) return job;
  const isOther = problems.length === 1 && problems[0] === OTHER_SCENES ? ', of other scenes' : '';
  throw new UserError(
    `the key ${JSON.stringify(key)} names job ${job.id} already: ` +
      `${job.kind} of ${job.imageCount} for ${job.characterId}${isOther}`,
    { problems, hint: 'a key never makes a second job: use another key, or repeat the first request' },
  );
}

const OTHER_SCENES = 'scenes: others';
/** The same of an edit, and of a training. */
const OTHERS: Partial<Record<JobKind, string>> = {
  edit: 'picture or prompt of the edit: others',
  train: 'training set, trigger word, steps or destination: others',
};

/** What a request asks for in another way than the job that its key names, a line each. */
function differences(connection: Connection, job: Job, wanted: NamedRequest): string[] {
  const of = job.settings;
  const all = [wanted.settings, ...(wanted.alternatives ?? []).map(({ settings }) => settings)];
  const ofProvider = all.filter(({ provider }) => provider === of.provider);
  const now = ofProvider.find(({ model }) => model === of.model) ?? ofProvider[0] ?? wanted.settings;
  const isCreate = wanted.kind === 'create';
  const isOwn = job.characterKey === wanted.characterKey;
  const values: [string, string | number, string | number][] = [
    ['kind', job.kind, wanted.kind],
    // With the avatar there is one picture less to make: the number tells nothing of a character's pictures.
    ['pictures', job.imageCount, isCreate ? job.imageCount : wanted.imageCount],
    ['provider', of.provider, now.provider],
    ['model', of.model, now.model],
    ['size', `${of.width}x${of.height}`, `${now.width}x${now.height}`],
    ['background', backgroundOf(of), backgroundOf(now)],
    // What is unfinished goes on with another quality.
    ['quality', of.quality ?? 'default', (job.state === 'open' ? of.quality : now.quality) ?? 'default'],
  ];
  const changed = values.filter(([, before, after]) => before !== after);
  // A training set that is not named goes on as it is.
  const scenes = job.planHash === (wanted.planHash ?? (isCreate ? job.planHash : ''));
  return [
    ...(isOwn ? [] : ['character: another']),
    ...changed.map(([name, before, after]) => `${name}: ${before}, now ${after}`),
    ...(scenes ? [] : [OTHERS[wanted.kind] ?? OTHER_SCENES]),
    ...(isOfImages(connection, job.id, wanted.replaces) ? [] : ['pictures to be made again: others']),
  ];
}

function backgroundOf({ transparent }: JobSettings): string {
  return transparent ? 'transparent' : 'any';
}

/** True when the job makes other takes of exactly these pictures; true for what is no reroll. */
function isOfImages(connection: Connection, jobId: number, replaces: readonly number[] | undefined): boolean {
  if (replaces === undefined) return true;
  const rows = connection.all<{ id: number }>('SELECT replaces_image_id id FROM shots WHERE job_id = ?', jobId);
  const made = new Set(rows.map(({ id }) => id));
  return made.size === new Set(replaces).size && replaces.every((id) => made.has(id));
}
