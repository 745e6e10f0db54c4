/** Edits at models with an input for each picture: what each gets, and that nothing is missing. */
import { UserError } from '../errors.ts';
import type { Image, JobSettings } from '../ledger/records.ts';
import type { Capabilities, WorkInputs } from '../providers/capabilities.ts';
import { REFERENCE_ROLES, type ReferenceRole } from '../shot.ts';
import { plannedAvatar } from './likeness.ts';
import type { Notice } from './notice.ts';
import type { Project } from './project.ts';

/** An edit, as far as it decides what goes along. */
interface Edit {
  source: Image;
  settings: JobSettings;
}

/** Looks whether there is a picture for each input that needs one. @throws {UserError} with every one that has none. */
export function assertBeside(project: Pick<Project, 'config' | 'services' | 'ledger'>, edit: Edit, can: Capabilities) {
  const { works } = can;
  const { source, settings } = edit;
  const problems = works ? rolesOf(works).flatMap((role) => lackOf(project, edit, { role, works }) ?? []) : [];
  if (problems.length === 0) return;
  throw new UserError(`${settings.model} can't work on ${source.filename}:`, { problems, hint: 'nothing was sent' });
}

/** What is missing, in words; undefined: a picture of the role is there. */
function lackOf(
  project: Parameters<typeof assertBeside>[0],
  { source, settings }: Edit,
  { role, works }: { role: ReferenceRole; works: WorkInputs },
): string | undefined {
  if (settings.references.some((given) => given.role === role)) return undefined;
  const { characterId, characterKey, id } = source;
  const { images } = project.ledger.openExisting();
  // The picture of the face is no other one beside itself.
  const isOther = images.avatar(characterKey)?.id !== id;
  if (role === 'face' && isOther && plannedAvatar(project, { characterId, characterKey, settings })) return undefined;
  const own = `its address in the model's own input (providers.${settings.provider}.models)`;
  const how = `name one in character.references with the role ${role}, or ${own}`;
  return `${works.beside[role]}: it needs a picture of the ${role} beside the one that it works on; ${how}`;
}

/** Which picture goes into which input, where that is not the one of the face. */
export function placesNotice({ filename }: Image, model: string, can: Capabilities): Notice | undefined {
  const { works, prompt, keepsFace } = can;
  const roles = works ? rolesOf(works) : [];
  if (!works || (prompt === 'none' && roles.length === 0)) return undefined;
  const others = roles.map((role) => `, the picture of the ${role} as ${works.beside[role]}`);
  const kept = keepsFace === 'none' ? ': it takes from it what that input is for, and not the person' : '';
  return { message: `${model} gets ${filename} as ${works.on}${others.join('')}${kept}` };
}

function rolesOf({ beside }: WorkInputs): ReferenceRole[] {
  return REFERENCE_ROLES.filter((role) => beside[role] !== undefined);
}
