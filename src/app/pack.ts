import { createCharacter, type Character } from '../character.ts';
import { UserError } from '../errors.ts';
import type { JobSettings, RegisteredCharacter } from '../ledger/records.ts';
import { changedSettings } from '../ledger/settings.ts';
import { planPack } from '../plan/plan.ts';
import type { PlannedShot } from '../shot.ts';
import { assertUnlocked, configuredCharacter, knownCharacter, ownCharacter, registerCharacter } from './characters.ts';
import type { CreatingProject, CreateOptions } from './create.ts';
import { continuation, jobBasics, settingsFor } from './jobs.ts';
import { assertFits } from './preflight.ts';
import type { PlannedJob } from './prepare.ts';
import { highestStored } from './store-numbers.ts';

/** Most pictures of one pack. */
const COUNT_MAX = 100_000;

/** What a pack is. */
export interface PackOptions extends CreateOptions {
  /** How many gallery pictures, 1 to 100,000. */
  count: number;
  /** A character's id; default: the one of the config, registered if it is new. */
  character?: string | undefined;
  /** Start another job although an identical one is unfinished. */
  fresh?: boolean | undefined;
}

/** Who a pack is made of: the config's character, or one that is registered. */
interface Subject {
  id: string;
  configured: Character | undefined;
  registered: RegisteredCharacter | undefined;
}

/** A pack as planned: nothing is written yet. */
export interface PackPlan {
  characterId: string;
  settings: JobSettings;
  shots: Iterable<PlannedShot>;
}

/** N gallery pictures of a character. @throws {UserError} when its provider can't make them. */
export async function planGallery(project: CreatingProject, options: PackOptions): Promise<PackPlan> {
  assertCount(options.count);
  const subject = subjectOf(project, options);
  const settings = await packSettings(project, subject);
  const from = subject.registered?.galleryPlanned ?? 0;
  return { characterId: subject.id, settings, shots: planPack(lookOf(subject), options.count, from) };
}

/** A job of N gallery pictures, to be run: the unfinished identical one, or a new one. @throws {UserError} */
export async function packing(project: CreatingProject, options: PackOptions): Promise<PlannedJob> {
  assertCount(options.count);
  const { config, caller } = project;
  const subject = subjectOf(project, options);
  const { configured, registered } = subject;
  if (configured) assertUnlocked(registered, configured, options.relock === true);
  const settings = await packSettings(project, subject);
  const ledger = project.ledger.exists ? project.ledger.open() : undefined;
  const highest = await highestStored(project, settings.store, {
    characterId: subject.id,
    acceptUnread: options.acceptUnreadStore === true,
  });
  const { key, fresh, count } = options;
  const kind = 'pack';
  const basics = jobBasics(config, { characterId: subject.id, kind, settings, what: count }, { key, fresh });
  const same = { ...basics, kind, imageCount: count } as const;
  const before = registered && ledger?.jobs.continued({ ...same, characterKey: registered.key });
  const counts = before && ledger?.jobs.counts(before.id);
  return {
    characterId: subject.id,
    settings: before ? changedSettings(before.settings, basics.changes ?? {}) : settings,
    before,
    shots: counts ? counts.queued : count,
    notice: before && counts && continuation(before, counts.done, 'pictures'),
    open: () => {
      const opened = project.ledger.open();
      const place = { owner: caller.owner, output: settings.output };
      const character = configured ? registerCharacter(opened, configured, place) : registered;
      if (!character) throw new Error('a pack without a character');
      opened.characters.numbersStartAfter(character.id, highest);
      const plan = (from: number) => planPack(lookOf(subject), count, from);
      return opened.jobs.openOrCreate({ ...same, characterKey: character.key, plan }).job;
    },
  };
}

/**
 * The config's character, unless another one was named. @throws {UserError} when there is none, or it is another
 * owner's.
 */
function subjectOf(project: CreatingProject, { character: id }: PackOptions): Subject {
  const { config, caller } = project;
  const own = id === undefined || config.character ? configuredOrNone(project, id) : undefined;
  if (!own) {
    const registered = knownCharacter(project, id ?? '');
    return { id: registered.id, configured: undefined, registered };
  }
  const registered = project.ledger.exists ? ownCharacter(project.ledger.open(), caller.owner, own.id) : undefined;
  return { id: own.id, configured: own, registered };
}

function configuredOrNone({ config }: CreatingProject, id: string | undefined): Character | undefined {
  if (id === undefined) return configuredCharacter(config);
  if (!config.character) return undefined;
  const configured = createCharacter(config.character, { seed: config.seed });
  return configured.id === id ? configured : undefined;
}

/** Attributes and seed: as the config has them, else as they are locked. */
function lookOf({ configured, registered }: Subject): Pick<Character, 'attributes' | 'seed'> {
  const subject = configured ?? registered;
  if (!subject) throw new Error('a pack without a character');
  return { attributes: subject.attributes, seed: subject.seed };
}

async function packSettings(project: CreatingProject, subject: Subject): Promise<JobSettings> {
  const { config, services } = project;
  const { negativePrompt } = lookOf(subject).attributes;
  const references = subject.configured ? subject.configured.references : newestReferences(project, subject);
  const settings = await settingsFor(config, services, { references, negativePrompt });
  assertFits(settings, await services.provider(settings.provider));
  return settings;
}

/** The references of the character's newest job. */
function newestReferences({ ledger }: CreatingProject, { registered }: Subject): readonly string[] {
  return (registered && ledger.open().jobs.newestOf(registered.key)?.settings.references) ?? [];
}

function assertCount(count: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= COUNT_MAX) return;
  throw new UserError(`expected a whole number of pictures from 1 to ${COUNT_MAX}, got ${JSON.stringify(count)}`, {
    hint: 'for example 8',
  });
}
