/**
 * Milliseconds. A wait that began later than this after now was written by a clock that has been set back since: it is
 * over, so that nothing waits until the clock has caught up. Less is a clock that is being put right.
 */
export const SET_BACK_MS = 2_000;
