/** Whether a provider can keep the promise of a job. Pure. */
import { UserError } from '../errors.ts';
import type { JobSettings } from '../ledger/records.ts';
import { sizeProblem, type Capabilities } from '../providers/capabilities.ts';
import type { ReadyProvider } from './context.ts';

/** What is asked of a provider, as far as it may be too much for it. */
export interface Demand {
  settings: JobSettings;
  /** Reference pictures that go along. */
  references: number;
  /** Of the longest prompt. */
  promptChars: number;
}

/** Why a provider can't keep the promise of a job; undefined when it can. */
export function unfit(ready: ReadyProvider, model: string, demand: Demand): string | undefined {
  const { settings, promptChars } = demand;
  try {
    const can = ready.provider.capabilities(model);
    const size = sizeProblem(can.sizes, settings.width, settings.height);
    if (size) return `the size ${size}`;
    if (settings.transparent && !can.transparent && !can.unread) return "it can't make a transparent background";
    if (settings.aspectRatio !== undefined && can.sizes.kind === 'any' && !can.unread)
      return "it can't be asked for an aspect ratio: it decides";
    const references = Math.max(demand.references, settings.references.length);
    if (references > can.referencesMax)
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

/** With these the person of a reference picture is in the new one, too. */
const KEEPING: readonly Capabilities['keepsFace'][] = ['identity', 'references', 'edit'];

/** True when the person of a reference picture is in the new picture, too. */
export function keepsPerson({ keepsFace }: Pick<Capabilities, 'keepsFace'>): boolean {
  return KEEPING.includes(keepsFace);
}
