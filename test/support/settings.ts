/** Settings of jobs for tests. */
import type { JobSettings } from '../../src/ledger/records.ts';

/** What a job keeps, of a provider that there is not: 16 × 16 pixels, no store, no caps; `parts` replace some of it. */
export function settingsOf(parts: Partial<JobSettings> = {}): JobSettings {
  return {
    provider: 'paper',
    fallback: [],
    model: 'paper-1',
    width: 16,
    height: 16,
    output: '/nowhere',
    store: 'none',
    thumbnails: false,
    requireSeed: false,
    references: [],
    caps: {},
    concurrency: 1,
    staggerMs: 0,
    attemptsMax: 3,
    timeoutMs: 60_000,
    allowUnknownPrice: false,
    ...parts,
  };
}
