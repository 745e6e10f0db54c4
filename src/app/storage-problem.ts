import { UserError, type Hint, type StorageError } from '../errors.ts';

/** What the refusal of a store means for a use-case that makes no pictures. */
export function storageProblem(error: StorageError, hint: Hint): UserError {
  const kind = error.failure === 'unauthorized' ? 'auth' : 'incomplete';
  return new UserError(error.message, { kind, ...hint, cause: error });
}
