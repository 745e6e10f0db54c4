/** What doubt can be cleared up without a person. */
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import type { Attempt, Job } from '../ledger/records.ts';
import type { Provider } from '../providers/provider.ts';
import type { RunnerContext } from './context.ts';
import { makerOf } from './in-batch.ts';
import { reservedPath } from '../images/part-file.ts';
import { idPathsOf, keptId } from './kept-id.ts';
import { pictureIn } from './picture.ts';
import { partPathsOf, type OtherPlaces } from './staging.ts';

/** True when doubt about an attempt can be cleared up without a person: by a look-up, or by sending it again. */
export function canBeCleared(provider: Pick<Provider, 'idempotent' | 'find'>): boolean {
  return provider.idempotent || provider.find !== undefined;
}

/** True when doubt about shots of a job can be cleared up without a person, at its own provider. */
export function canBeAsked({ settings }: Pick<Job, 'settings'>, providers: RunnerContext['providers']): boolean {
  const ready = providers.get(settings.provider);
  return ready !== undefined && canBeCleared(makerOf(ready, settings).provider);
}

/** True for attempts whose provider can be asked, or whose answer or remote id lies on the disk. */
export function heldAskable(
  context: Pick<RunnerContext, 'providers' | 'outputs' | 'ledger'>,
  jobs: readonly Job[],
): (attempt: Attempt) => boolean {
  return (attempt) => {
    const ready = context.providers.get(attempt.provider);
    if (!ready) return false;
    const { provider } = makerOf(ready, attempt.request);
    const job = jobs.find(({ id }) => id === attempt.jobId);
    return canBeCleared(provider) || (job !== undefined && isAnswerOnDisk(context, { job, attempt }));
  };
}

/** True where the whole answer to an attempt, or its remote id, lies on the disk: it is collected, not paid again. */
export function hasAnswerOnDisk(places: OtherPlaces, of: { job: Job; attempt: Attempt }): boolean {
  const parts = partPathsOf(of.job, of.attempt.key, places);
  return [...parts, ...parts.map(reservedPath)].some(isWholePicture) || keptId(places, of) !== undefined;
}

function isWholePicture(path: string): boolean {
  try {
    return lstatSync(path).isFile() && pictureIn(readFileSync(path)) !== undefined;
  } catch {
    return false;
  }
}

/** True where the answer to an attempt, or its remote id, may lie on the disk. */
function isAnswerOnDisk(places: OtherPlaces, of: { job: Job; attempt: Attempt }): boolean {
  const paths = [...partPathsOf(of.job, of.attempt.key, places), ...idPathsOf(of, places)];
  return [...paths, ...paths.map(reservedPath)].some(existsSync);
}
