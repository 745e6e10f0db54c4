/** What is said of pictures that would pass a cap. */
import { UserError } from '../errors.ts';
import type { BudgetCap } from '../events.ts';
import { exactUsdText, usdOf, usdText } from '../money.ts';
import type { Estimate } from './estimate.ts';
import type { Notice } from './notice.ts';

/** What a cap limits, in words. */
const CAPPED: Readonly<Record<BudgetCap, string>> = { image: 'one picture', run: 'the job', day: 'the day' };

/** `8 pictures, and up to 8 other takes where the face is not the same,`. */
export function picturesWords({ shots, takes }: Pick<Estimate, 'shots' | 'takes'>): string {
  const pictures = `${shots} ${shots === 1 ? 'picture' : 'pictures'}`;
  const others = `up to ${takes} other ${takes === 1 ? 'take' : 'takes'} where the face is not the same`;
  return takes === 0 ? pictures : `${pictures}, and ${others},`;
}

/** Said before pictures are made that other takes may be made of; undefined: of none. */
export function takesNotice(found: Pick<Estimate, 'shots' | 'takes' | 'worstMicros'>): Notice | undefined {
  if (found.takes === 0 || found.worstMicros === 0) return undefined;
  return { message: `${picturesWords(found)} may cost up to ${usdText(found.worstMicros)} in all` };
}

/** The sentence for jobs that would pass a cap; empty when none is passed. */
export function capWords(found: Estimate): string {
  if (!found.passes) return '';
  const { cap, capMicros, spentMicros } = found.passes;
  const spent = spentMicros > 0 ? `, ${usdText(spentMicros)} of it spent` : '';
  const pictures = picturesWords(found);
  const { beforeMicros } = found;
  const before = cap === 'day' && beforeMicros > 0 ? ` after ${usdText(beforeMicros)} for the jobs before them` : '';
  const worst = `${usdText(found.worstMicros)}${before}`;
  return `${pictures} may cost up to ${worst}, and the cap of ${CAPPED[cap]} is ${exactUsdText(capMicros)}${spent}`;
}

/** Nobody agreed to a run that would stop at a cap. */
export function capRefusal(found: Estimate): UserError {
  const cap = found.passes?.cap ?? 'run';
  const someFit = found.passes?.someFit === true;
  return new UserError(`${capWords(found)}: nothing was sent`, {
    kind: 'budget',
    hint: `${someFit ? 'agree to as many as fit, or raise' : 'raise'} the cap of ${CAPPED[cap]}`,
    advice: { code: 'raise-cap', cap, someFit, enoughUsd: usdOf(found.passes?.enoughMicros ?? 0) },
  });
}
