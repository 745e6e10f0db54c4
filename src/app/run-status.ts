/**
 * How a run ended, the most telling first: `interrupted`: told to stop, and something is left. `unsettled`: an outcome
 * is unknown, or work is still live at the provider: run again to collect it. `auth`: key refused, or no credit.
 * `budget`: a cap stopped it. `all-failed`, `some-failed`: shots without a picture, or pictures that are not uploaded.
 */
export type RunStatus = 'done' | 'some-failed' | 'all-failed' | 'budget' | 'auth' | 'unsettled' | 'interrupted';
