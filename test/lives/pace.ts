/** Time of a life: waits pass at once, for our clock and the service's; time limits, which are longer, never do. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Time } from '../../src/runner/context.ts';

/** Clock and waits. */
export type Pace = Pick<Time, 'now' | 'elapsed' | 'sleep'>;

/** Of a shot, a request, a look-up. */
export const LIMIT_MS = 600_000;
/** From here on a wait is one for anything that may happen: how often it ends is no sign that time has passed. */
const ANYTHING_MS = 5_000;
const REALLY_MS = 2;

/** A pace from now on. */
export function fastPace(): Pace {
  let aheadMs = 0;
  return {
    now: () => Date.now() + aheadMs,
    elapsed: () => performance.now() + aheadMs,
    sleep: async (ms, signal) => {
      if (signal?.aborted) return;
      const really = ms > LIMIT_MS / 2 ? ms : Math.min(ms, REALLY_MS);
      await sleep(really, undefined, signal ? { signal } : {}).catch(() => {});
      if (!signal?.aborted && ms < ANYTHING_MS) aheadMs += Math.ceil(ms);
    },
  };
}
