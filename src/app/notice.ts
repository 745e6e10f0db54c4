import type { Advice } from '../advice.ts';
import type { Choice } from '../events.ts';

/** What is said at the start of a run, and what can be done about it. */
export interface Notice {
  message: string;
  advice?: Advice | undefined;
  /** It tells what `auto` takes. */
  choice?: Choice | undefined;
}
