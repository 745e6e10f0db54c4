import { isDiskFailure, UserError } from '../errors.ts';
import type { RunnerResult, Stop } from './context.ts';

/** Why a run stops for an error that is no bug: the disk, or a ledger that stays locked; undefined for a bug. */
export function stopFor(error: unknown): Extract<Stop, { message: string }> | undefined {
  if (isDiskFailure(error)) return { reason: 'disk', message: `${error.message} (${error.code})` };
  if (error instanceof UserError && error.kind === 'busy') return { reason: 'busy', message: error.message };
  return undefined;
}

/** What a run came to that stopped for these reasons, the most telling first. */
export function resultOf(
  reasons: readonly (Stop | undefined)[],
  { capped }: Pick<RunnerResult, 'capped'>,
): RunnerResult {
  const [stop, ...otherStops] = reasons.filter((one) => one !== undefined);
  return { stop, otherStops, capped };
}
