/** Why a training set is not written. */
import { UserError } from '../errors.ts';
import type { LeftOut } from './training-set.ts';

/** So many reasons are listed. */
const REASONS_MAX = 20;

/** Why no picture is exported. */
export function nothingChosen(characterId: string, leftOut: readonly LeftOut[]): UserError {
  const more = leftOut.length > REASONS_MAX ? [`… and ${leftOut.length - REASONS_MAX} more`] : [];
  const problems = leftOut.slice(0, REASONS_MAX).map(({ filename, reason }) => `${filename}: ${reason}`);
  const what = leftOut.length === 0 ? 'has no training pictures' : 'has no picture that is good enough to train with:';
  return new UserError(`${characterId} ${what}`, {
    problems: [...problems, ...more],
    hint: 'nothing was written. Look at the pictures, and approve the good ones',
    advice: { code: 'approve', characterId },
  });
}

/** Where a training set can't be written at all. */
export function nothingWritable(path: string, error: unknown): UserError {
  const why = error instanceof Error ? error.message : String(error);
  return new UserError(`nothing can be written at ${path}: ${why}`, {
    hint: 'name another place',
    advice: { code: 'choose-export' },
  });
}

/** @throws {UserError} when something that is no export of ours, or was changed since, lies there. */
export function assertReplaceable(path: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  const more = problems.length > REASONS_MAX ? [`… and ${problems.length - REASONS_MAX} more`] : [];
  throw new UserError(`${path} holds what the export did not write: it was left as it is`, {
    problems: [...problems.slice(0, REASONS_MAX), ...more],
    hint: 'name another place',
    advice: { code: 'choose-export' },
  });
}
