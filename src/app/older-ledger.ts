/** Is the ledger older than the work? A copy that was put back knows nothing of what was paid since. */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { LiveEvent } from '../events.ts';
import type { Job, JobSettings } from '../ledger/records.ts';
import { parseImageNumber } from '../names.ts';
import type { ReadyProvider } from '../runner/context.ts';
import { worstOf } from './estimate.ts';
import type { Project } from './project.ts';
import type { RunOptions } from './run.ts';

/** What is done about jobs that may have been worked on since the ledger was copied. */
export interface LookFirst {
  /** Their ids: shots are looked up at the provider before they are sent. */
  jobIds: ReadonlySet<number>;
  notices: readonly LiveEvent[];
}

/** A job that is about to run; `before`: as it stands, where it goes on. */
interface GoingOn {
  before: Job | undefined;
  settings: JobSettings;
  characterId: string;
  alike: readonly unknown[];
}

/**
 * Finds jobs that go on though pictures that the ledger does not know were made in their folder since they began. A
 * provider that lists what it was sent is asked before anything is sent; at others a person must agree.
 * @throws {UserError} `usage` where nobody agrees: nothing was sent.
 */
export async function lookFirst(
  { ledger }: Pick<Project, 'ledger'>,
  jobs: readonly GoingOn[],
  how: { providers: ReadonlyMap<string, ReadyProvider>; confirm: RunOptions['confirm'] },
): Promise<LookFirst> {
  const jobIds = new Set<number>();
  const notices: LiveEvent[] = [];
  for (const { before, settings, characterId, alike } of jobs) {
    const ready = how.providers.get(settings.provider);
    if (!before || !ready || alike.length === 0 || worstOf(settings, ready, { prompt: '' }) === 0) continue;
    const folder = join(settings.output, characterId);
    const known = ledger.open().maintenance.filenames(characterId);
    const unknown = picturesSince(folder, characterId, before.createdAtMs).filter((name) => !known.has(name));
    if (unknown.length === 0) continue;
    const were = unknown.length === 1 ? 'picture was' : 'pictures were';
    const what = `${unknown.length} ${were} made in ${folder} since job`;
    const why = `${what} ${before.id} began, and the ledger does not know them: it may be older than the pictures`;
    if (ready.provider.find) {
      jobIds.add(before.id);
      const message = `${why}. ${settings.provider} is asked for each picture before it is paid`;
      notices.push({ event: 'notice', level: 'warn', message });
    } else if (!(await how.confirm?.(`${why}. Pay for what it says is missing?`)))
      throw refusal(why, settings.provider);
  }
  return { jobIds, notices };
}

function refusal(why: string, provider: string): UserError {
  return new UserError(`${why}, and ${provider} can not be asked what it was sent`, {
    hint: 'nothing was sent. Put the newest ledger in its place, or agree to pay for what this one says is missing',
    advice: { code: 'trust-ledger' },
  });
}

function picturesSince(folder: string, characterId: string, sinceMs: number): string[] {
  const changedMs = (name: string) => lstatSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  try {
    return readdirSync(folder).filter(
      (name) => parseImageNumber(characterId, name) !== undefined && changedMs(name) >= sinceMs,
    );
  } catch {
    // Nothing was made there.
    return [];
  }
}
