import { createHash } from 'node:crypto';
import type { Character } from '../character.ts';
import { UserError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { OpenedJob } from '../ledger/jobs.ts';
import type { Job, JobSettings, RegisteredCharacter } from '../ledger/records.ts';
import { planCharacter, planPack } from '../plan/plan.ts';
import type { CharacterAttributes } from '../character.ts';
import type { House } from './house.ts';
import { assertOwner, ownedCharacters } from './characters.ts';
import { chosenProvider, readyProvider } from './services.ts';

const PRIORITIES = { high: 0, normal: 1, low: 2 } as const;

/** Pictures of `create-character`: the avatar and the training set. */
export const CREATE_COUNT = 11;

/** What a new job is made with: the config, for this character. */
export async function settingsFor(
  house: House,
  attributes: CharacterAttributes,
  references: readonly string[],
): Promise<JobSettings> {
  const { config, host } = house;
  const provider = await chosenProvider(config);
  const { model } = await readyProvider({ ...config, provider }, host, provider);
  return {
    provider,
    fallback: config.fallback,
    model,
    width: config.size.width,
    height: config.size.height,
    quality: config.quality,
    output: config.output,
    store: config.storage.provider,
    thumbnails: config.thumbnails,
    requireSeed: config.requireSeed,
    references,
    negativePrompt: attributes.negativePrompt,
  };
}

/** The job of a character's avatar and training pictures: found or made. Failed shots are tried again. */
export function openCreate(house: House, row: RegisteredCharacter, settings: JobSettings): OpenedJob {
  const ledger = house.ledger();
  const subject = { attributes: attributesOf(row), seed: row.seed };
  const opened = ledger.jobs.openOrCreate({
    characterId: row.id,
    kind: 'create',
    key: house.flags.key,
    fingerprint: fingerprint(row.id, 'create', CREATE_COUNT, settings),
    settings,
    priority: PRIORITIES[house.config.priority],
    imageCount: CREATE_COUNT,
    plan: () => planCharacter(subject),
  });
  if (!opened.created) ledger.jobs.requeue(opened.job.id, ['failed', 'cancelled']);
  return opened;
}

/** A job of N gallery pictures: the unfinished identical one, or a new one. */
export function openPack(house: House, row: RegisteredCharacter, settings: JobSettings, count: number): OpenedJob {
  const ledger = house.ledger();
  const subject = { attributes: attributesOf(row), seed: row.seed };
  return ledger.jobs.openOrCreate({
    characterId: row.id,
    kind: 'pack',
    key: house.flags.key,
    fingerprint: fingerprint(row.id, 'pack', count, settings),
    settings,
    priority: PRIORITIES[house.config.priority],
    fresh: house.flags.new,
    imageCount: count,
    plan: (from) => planPack(subject, count, from),
  });
}

/** A job by id or key, of the caller's own; without a name the only unfinished one, or the newest. @throws {UserError} */
export function knownJob(house: House, ledger: Ledger, name: string | undefined): Job {
  const job =
    name === undefined
      ? (ownJobs(house, ledger, ledger.jobs.open()).at(-1) ?? ownJobs(house, ledger, ledger.jobs.list(10_000))[0])
      : ledger.jobs.find(name);
  if (!job) {
    throw new UserError(
      name === undefined ? 'there is no job yet' : `there is no job ${JSON.stringify(house.clean(name))}`,
      {
        hint: '`imggen jobs` lists them; `imggen pack --count 8` makes one',
      },
    );
  }
  const character = ledger.characters.find(job.characterId);
  if (character) assertOwner(house, character);
  return job;
}

/** Those of the caller's own characters; with `--all-owners` all. */
export function ownJobs(house: House, ledger: Ledger, jobs: readonly Job[]): Job[] {
  const mine = ownedCharacters(house, ledger);
  return jobs.filter((job) => mine(job.characterId));
}

/** The attributes as locked in the ledger. */
export function attributesOf(row: RegisteredCharacter): CharacterAttributes {
  return row.attributes;
}

/** The config's references when it describes this character, else those of its newest job. */
export function referencesFor(ledger: Ledger, id: string, configured: Character | undefined): readonly string[] {
  if (configured?.id === id) return configured.references;
  const job = ledger.jobs.newestOf(id);
  return job ? job.settings.references : [];
}

function fingerprint(characterId: string, kind: string, count: number, settings: JobSettings): string {
  const { provider, model, width, height, quality, output } = settings;
  return createHash('sha256')
    .update(JSON.stringify([characterId, kind, count, provider, model, width, height, quality ?? '', output]))
    .digest('hex');
}
