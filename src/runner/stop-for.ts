import { isDiskFailure, UserError } from '../errors.ts';
import type { Stop } from './context.ts';

/** Why a run stops for an error that is no bug: the disk, or a ledger that stays locked; undefined for a bug. */
export function stopFor(error: unknown): Extract<Stop, { message: string }> | undefined {
  if (isDiskFailure(error)) return { reason: 'disk', message: `${error.message} (${error.code})` };
  if (error instanceof UserError && error.kind === 'busy') return { reason: 'busy', message: error.message };
  return undefined;
}
