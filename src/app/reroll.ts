import type { PlannedJob } from './prepare.ts';

/** Which pictures get another take. */
export interface RerollOptions {
  /** File names, or `mira-sol/3`. */
  images: readonly string[];
}

/** Comes with the ledger's job kind `reroll`. */
export function rerolling(_project: unknown, _options: RerollOptions): PlannedJob[] {
  return [];
}
