import type { Advice } from '../advice.ts';

/** What is said at the start of a run, and what can be done about it. */
export interface Notice {
  message: string;
  advice?: Advice | undefined;
}
