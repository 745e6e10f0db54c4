/**
 * Milliseconds. A stored moment further ahead than this was written by a clock that has since been set back: it is not
 * believed, so that nothing waits for it.
 */
export const PLAUSIBLE_MS = 2 * 3_600_000;
