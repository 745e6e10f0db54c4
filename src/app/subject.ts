import { createCharacter, type Character } from '../character.ts';
import type { AlikeShots } from '../ledger/alike.ts';
import type { Image, JobSettings, RegisteredCharacter } from '../ledger/records.ts';
import type { GivenReference } from '../shot.ts';
import { configuredCharacter, knownCharacter, ownCharacter } from './characters.ts';
import { faceNeed } from './likeness.ts';
import { settingsFor, type MadeWith } from './made-with.ts';
import type { CreatingProject } from './making.ts';
import { assertFits } from './preflight.ts';

/** Who is to be pictured: the config's character, or one that is registered. */
export interface Subject {
  id: string;
  configured: Character | undefined;
  registered: RegisteredCharacter | undefined;
}

/**
 * The config's character, unless another one was named. @throws {UserError} when there is none, or it is another
 * owner's.
 */
export function subjectOf(project: CreatingProject, id: string | undefined): Subject {
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
export function lookOf({ configured, registered }: Subject): Pick<Character, 'attributes' | 'seed'> {
  const subject = configured ?? registered;
  if (!subject) throw new Error('pictures without a character');
  return { attributes: subject.attributes, seed: subject.seed };
}

/** What pictures of a character are made with. @throws {UserError} when the provider can't make them. */
export async function madeWithOfSubject(
  project: CreatingProject,
  subject: Subject,
  { alike, pictures }: { alike: readonly AlikeShots[]; pictures?: JobSettings['pictures'] },
): Promise<MadeWith> {
  const { negativePrompt } = lookOf(subject).attributes;
  const references = subject.configured ? subject.configured.references : newestReferences(project, subject);
  const character = { references, pictures, negativePrompt };
  const who = { characterId: subject.id, characterKey: subject.registered?.key };
  const face = faceNeed(project, { ...who, settings: character }, alike);
  const made = await settingsFor(project, { character, alike, face });
  assertFits(made.settings, await project.services.provider(made.settings.provider), alike);
  return made;
}

/** The references of a picture's character: the config's where it is that one, else those of its newest job. */
export function knownReferences(
  project: CreatingProject,
  { characterId, characterKey }: Pick<Image, 'characterId' | 'characterKey'>,
): readonly GivenReference[] {
  const registered = project.ledger.openExisting().characters.get(characterKey);
  const configured = configuredOrNone(project, characterId);
  return configured?.references ?? newestReferences(project, { id: characterId, configured, registered });
}

/** The references of the character's newest job. */
function newestReferences({ ledger }: CreatingProject, { registered }: Subject): readonly GivenReference[] {
  return (registered && ledger.open().jobs.newestOf(registered.key)?.settings.references) ?? [];
}
