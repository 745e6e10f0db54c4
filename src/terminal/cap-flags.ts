/** The flags that raise caps. Pure. */
import type { CapsNeeded } from '../app/result.ts';
import type { BudgetCap } from '../events.ts';
import { microsOf, usdText } from '../money.ts';

/** The flag of each cap. */
export const CAP_FLAGS = {
  image: '--max-image-usd',
  run: '--budget',
  day: '--max-day-usd',
} as const satisfies Record<BudgetCap, string>;

/** An amount as a flag takes it: `0.32`, at least two decimals. */
export function plainUsd(usd: number): string {
  return usdText(microsOf(usd)).replaceAll(/[$,]/g, '');
}

/** ` --budget 0.32`: what a job that a cap has stopped needs to be made to its end; empty where its caps are enough. */
export function raisedBy({ imageUsd, runUsd, dayUsd }: CapsNeeded): string {
  const enough: Record<BudgetCap, number | undefined> = { image: imageUsd, run: runUsd, day: dayUsd };
  const flags = (['image', 'run', 'day'] as const).map((cap) =>
    enough[cap] === undefined ? '' : ` ${CAP_FLAGS[cap]} ${plainUsd(enough[cap])}`,
  );
  return flags.join('');
}
