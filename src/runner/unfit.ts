/** Whether a provider can keep the promise of a job. Pure. */
import { UserError } from '../errors.ts';
import type { JobSettings } from '../ledger/records.ts';
import { sizeProblem, type Capabilities } from '../providers/capabilities.ts';
import { sourceOf, type GivenReference } from '../shot.ts';
import type { ReadyProvider } from './context.ts';
import { hasOwnInput } from './roles.ts';

/** What is asked of a provider, as far as it may be too much for it. */
export interface Demand {
  settings: JobSettings;
  /** Reference pictures that go along. */
  references: number;
  /** Of the longest prompt. */
  promptChars: number;
  /** False: an edit without words. Default true. */
  hasPrompt?: boolean | undefined;
}

/** Why a provider can't keep the promise of a job; undefined when it can. */
export function unfit(ready: ReadyProvider, model: string, demand: Demand): string | undefined {
  const { settings, promptChars } = demand;
  try {
    const can = ready.provider.capabilities(model);
    const words = wordsProblem(can, demand);
    if (words !== undefined) return words;
    const size = sizeProblem(can.sizes, settings.width, settings.height);
    if (size) return `the size ${size}`;
    if (settings.transparent && !can.transparent && !can.unread) return "it can't make a transparent background";
    if (settings.aspectRatio !== undefined && can.sizes.kind === 'any' && !can.unread)
      return "it can't be asked for an aspect ratio: it decides";
    const own = settings.references.filter((given) => hasOwnInput(can, given));
    const references = Math.max(demand.references, settings.references.length) - own.length;
    const tooMany = tooManyOf(can, own);
    if (tooMany !== undefined) return tooMany;
    const isEdit = sourceOf(settings.references) !== undefined;
    if (isEdit && !canEdit(can)) return noEdit(can);
    // A drawing is made anew from the same traits: nothing has to go along with it.
    if (references > can.referencesMax && !(isEdit && (can.keepsFace === 'drawn' || can.works)))
      return `it takes ${can.referencesMax} reference pictures, ${references} are asked for`;
    if (settings.requireSeed && can.seed === 'none') return 'it has no seed, and one is required';
    if (promptChars > (can.promptMaxChars ?? Infinity))
      return `it takes prompts of at most ${can.promptMaxChars} characters, one of these has ${promptChars}`;
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** Why a model can't be asked with these words, or without any; undefined: it can. */
function wordsProblem({ prompt }: Capabilities, { settings, hasPrompt = true }: Demand): string | undefined {
  if (prompt === undefined) return hasPrompt ? undefined : 'it needs a prompt, and none is given';
  if (prompt === 'unread') return undefined;
  if (sourceOf(settings.references) === undefined)
    return 'it takes no prompt: it works on a picture that is there, and makes none from words';
  return hasPrompt ? 'it takes no prompt: leave it out' : undefined;
}

/** Why the inputs of single roles do not take all pictures of theirs; undefined: they do. */
function tooManyOf({ ownInputs = {} }: Capabilities, own: readonly GivenReference[]): string | undefined {
  for (const role of new Set(own.map((given) => given.role))) {
    const [asked, most] = [own.filter((given) => given.role === role).length, ownInputs[role] ?? 0];
    if (asked > most) return `it takes ${most} ${role} reference pictures, ${asked} are asked for`;
  }
  return undefined;
}

/** With these a picture that goes along is changed as the prompt says; others take no more than a face from it. */
const EDITING: readonly Capabilities['keepsFace'][] = ['references', 'edit', 'repaint'];

/** True when a model can make a new picture from an existing one; a drawing is made anew with the words of the edit. */
function canEdit({ keepsFace, referencesMax, withheld, works }: Capabilities): boolean {
  if (keepsFace === 'drawn' || works) return true;
  return EDITING.includes(keepsFace) && referencesMax > 0 && withheld === undefined;
}

function noEdit({ referencesMax, withheld }: Capabilities): string {
  if (withheld !== undefined) return `it ${withheld}`;
  return referencesMax === 0 ? 'it takes no picture to edit' : 'it takes a face from a picture, and edits none';
}

/** With these the person of a reference picture is in the new one, too. */
const KEEPING: readonly Capabilities['keepsFace'][] = ['identity', 'references', 'edit'];

/** True when the person of a reference picture is in the new picture, too. */
export function keepsPerson({ keepsFace }: Pick<Capabilities, 'keepsFace'>): boolean {
  return KEEPING.includes(keepsFace);
}
