/** The LoRA of a character: later packs are made with it, where the model takes its weights. */
import type { CharacterAttributes } from '../character.ts';
import { UserError } from '../errors.ts';
import type { Lora } from '../ledger/lora-records.ts';
import type { JobSettings } from '../ledger/records.ts';
import { settingsWith } from './job-settings.ts';
import type { MadeWith } from './made-with.ts';
import type { Notice } from './notice.ts';
import { assertFits } from './preflight.ts';
import type { Project } from './project.ts';
import type { AlikeShots } from '../ledger/alike.ts';

/** What looking for a LoRA needs of a project. */
type LoraProject = Pick<Project, 'config' | 'services' | 'ledger'>;

/** How pictures are made, and what is said of the LoRA. */
export interface WithLora {
  made: MadeWith;
  notice: Notice | undefined;
  /** Why the model of the LoRA can't make them: only a job that has begun goes on then. */
  refusal?: UserError | undefined;
}

/**
 * The same pictures with the LoRA of the character, where one was trained at their provider: with the model that takes
 * it, unless another one was named. Pictures of the face stay here then, as those models take none.
 * @param characterKey undefined: it is new, or its LoRA is not wanted.
 */
export async function withLora(
  project: LoraProject,
  made: MadeWith,
  { characterKey, alike }: { characterKey: number | undefined; alike: readonly AlikeShots[] },
): Promise<WithLora> {
  const { settings } = made;
  const lora =
    characterKey === undefined ? undefined : project.ledger.open().loras.current(characterKey, settings.provider);
  if (!lora) return { made, notice: elsewhere(project, characterKey, settings) };
  const ready = await project.services.provider(settings.provider);
  const model = modelFor(project, lora, settings);
  const configured = ready.provider.configInput?.(model ?? settings.model) ?? {};
  const own = WEIGHTS_INPUTS.find((name) => Object.hasOwn(configured, name));
  if (own !== undefined) {
    const message = `the LoRA of ${lora.characterId} (${lora.trigger}) is not used: the config names its own weights`;
    return { made, notice: { message: `${message} (providers.${settings.provider}: input.${own})` } };
  }
  const weights = weightsOf(lora);
  if (model === undefined) {
    const [other] = lora.madeWith;
    const why = `${settings.model} makes these pictures without the LoRA of ${lora.characterId} (${lora.trigger})`;
    return { made, notice: { message: other === undefined ? why : `${why}; the model ${other} takes it` } };
  }
  if (weights === undefined) {
    const message = `the LoRA of ${lora.characterId} is not used: ${settings.provider} told no address of its weights`;
    return { made, notice: { message } };
  }
  const { references, negativePrompt } = settings;
  const others = references.filter(({ role }) => role !== 'face');
  const character = { references: others, negativePrompt };
  const changed: JobSettings = {
    ...settingsWith(project.config, settings.provider, { ...ready, model }, character),
    lora: { weights, trigger: lora.trigger },
  };
  try {
    await project.services.learn({ ...ready, model });
    assertFits(changed, ready, alike);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const alternatives = [changed, ...withEarlier(project, lora, changed), ...made.alternatives];
    return { made: { ...made, alternatives }, notice: undefined, refusal: withoutIt(error, lora) };
  }
  const given = references.length - others.length;
  const stays = given === 0 ? '' : `; its ${given === 1 ? 'reference picture stays' : 'reference pictures stay'} here`;
  const what = `the LoRA of ${lora.characterId} (${lora.trigger}, trained with ${lora.images} pictures)`;
  // A pack that has begun without it, or with an earlier one, goes on as it began.
  const begun = [settings, ...withEarlier(project, lora, changed), ...made.alternatives];
  const notice = { message: `made with ${what} by ${model}${stays}` };
  return { made: { ...made, settings: changed, alternatives: begun }, notice };
}

/** That the only LoRAs of the character are at other providers. */
function elsewhere(
  { ledger }: LoraProject,
  characterKey: number | undefined,
  { provider }: JobSettings,
): Notice | undefined {
  const loras = characterKey === undefined ? [] : ledger.open().loras.ofCharacter(characterKey);
  const [other] = loras.filter(({ chosen }) => chosen);
  if (!other) return undefined;
  const what = `the LoRA of ${other.characterId} (${other.trigger}) is at ${other.provider}`;
  return { message: `${what}: ${provider} makes these pictures without it` };
}

/** What the model of a LoRA is refused for, with the way around it. */
function withoutIt(error: UserError, { characterId }: Lora): UserError {
  const { message, kind, problems } = error;
  const hint = `nothing was sent. It takes the LoRA of ${characterId}: without that another model makes the pictures`;
  return new UserError(message, { kind, problems, hint, advice: { code: 'leave-lora-out' }, cause: error });
}

/** The same pictures with each earlier LoRA of the character from the same provider. */
function withEarlier({ ledger }: LoraProject, current: Lora, settings: JobSettings): JobSettings[] {
  const loras = ledger.open().loras.ofCharacter(current.characterKey);
  return loras.flatMap((lora) => {
    const weights = weightsOf(lora);
    const isOther = lora.provider === current.provider && lora.id !== current.id;
    return isOther && weights !== undefined ? [{ ...settings, lora: { weights, trigger: lora.trigger } }] : [];
  });
}

/** Attributes whose prompts wake the LoRA up. */
export function wokenBy(attributes: CharacterAttributes, { lora }: Pick<JobSettings, 'lora'>): CharacterAttributes {
  return lora === undefined ? attributes : { ...attributes, trigger: lora.trigger };
}

/** The model that takes the LoRA; undefined: pictures are made by another one that was named, or with references. */
function modelFor({ config }: LoraProject, { madeWith }: Lora, settings: JobSettings): string | undefined {
  const { provider, model, references } = settings;
  if (madeWith.includes(model)) return model;
  const isNamed = config.provider === 'auto' || config.model !== undefined || nameIn(config.providers[provider]);
  const needsReferences = references.some(({ role }) => role !== 'face');
  return isNamed || needsReferences ? undefined : madeWith[0];
}

/** Inputs of models in which weights are named. */
const WEIGHTS_INPUTS = ['loras', 'lora_weights'];

function nameIn(options: object | undefined): boolean {
  return options !== undefined && 'model' in options && options.model !== undefined;
}

/** Where the service finds the weights: a version of a model there, as `owner/name/id`, else their address. */
function weightsOf({ version, url }: Lora): string | undefined {
  return version?.replace(':', '/') ?? url ?? undefined;
}
