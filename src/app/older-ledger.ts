/** Is the ledger older than the work? A copy that was put back knows nothing of what was paid since. */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ProviderError, UserError } from '../errors.ts';
import type { LiveEvent } from '../events.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job, JobSettings } from '../ledger/records.ts';
import { parseImageNumber } from '../names.ts';
import type { ReadyProvider } from '../runner/context.ts';
import { worstOf } from './estimate.ts';
import type { Project } from './project.ts';
import { AnsweredNo } from './refusals.ts';
import type { RunOptions } from './run.ts';

/** The provider's list is asked for this long; then the run goes on without it. */
const LIST_TIMEOUT_MS = 30_000;

/** A job that is about to run; `before`: as it stands, where it goes on. */
interface GoingOn {
  before: Job | undefined;
  settings: JobSettings;
  characterId: string;
  alike: readonly unknown[];
}

/**
 * Looks whether pictures, or requests, that the ledger does not know were made since a job that goes on began: told by
 * the files in its folder, else by the provider's list. A provider that lists what it was sent is asked for each shot
 * before that is sent, and the answer says so; at others a person must agree.
 * @throws {UserError} `usage` where nobody can be asked, `declined` for a no: nothing was sent.
 */
export async function lookFirst(
  { ledger }: Pick<Project, 'ledger'>,
  { before, settings, characterId, alike }: GoingOn,
  how: { providers: ReadonlyMap<string, ReadyProvider>; confirm: RunOptions['confirm'] },
): Promise<LiveEvent | undefined> {
  const ready = how.providers.get(settings.provider);
  if (!before || !ready || alike.length === 0 || worstOf(settings, ready, { prompt: '' }) === 0) return undefined;
  const folder = join(settings.output, characterId);
  const told = onDisk(ledger.open(), before, folder) ?? (await atProvider(ledger.open(), before, ready));
  if (told === undefined) return undefined;
  const why = `${told}, and the ledger does not know them: it may be older than the pictures`;
  // The list of batches does not tell what is in them.
  if (ready.provider.find && !settings.batch) {
    const message = `${why}. ${settings.provider} is asked for each picture before it is paid`;
    return { event: 'notice', level: 'warn', message };
  }
  if (!how.confirm) throw refusal(why, settings.provider);
  if (!(await how.confirm(`${why}. Pay for what it says is missing?`))) throw new AnsweredNo();
  return undefined;
}

/** What lies in the folder of a job's pictures since it began and is not in the ledger, in words. */
function onDisk({ maintenance }: Ledger, job: Job, folder: string): string | undefined {
  const { id, characterId, createdAtMs } = job;
  const known = maintenance.filenames(characterId);
  const isPicture = (name: string) =>
    parseImageNumber(characterId, name) !== undefined && !name.endsWith('.xmp') && !known.has(name);
  const pictures = filesSince(folder, createdAtMs).filter(isPicture).length;
  const since = `in ${folder} since job ${id} began`;
  if (pictures > 0) return `${pictures} ${pictures === 1 ? 'picture was' : 'pictures were'} made ${since}`;
  // An answer, its remote id, or the space that was set aside for it.
  const keys = filesSince(join(folder, '.parts'), createdAtMs).flatMap(
    (name) => /^([\w-]+)\.part(?:\.id)?(?:\.reserved)?$/.exec(name)?.[1] ?? [],
  );
  const requests = new Set(keys.filter((key) => maintenance.attemptState(key) === undefined)).size;
  if (requests === 0) return undefined;
  return `${requests} ${requests === 1 ? 'request has' : 'requests have'} left a file ${since}`;
}

/** Work that the provider lists since a job began, asked for as the job would, and is not in the ledger; in words. */
async function atProvider(
  { attempts, queries }: Ledger,
  { id, createdAtMs }: Job,
  { provider }: ReadyProvider,
): Promise<string | undefined> {
  const says = {
    sinceMs: createdAtMs,
    prompts: [...new Set(queries.shots(id, ['queued']).map(({ prompt }) => prompt))],
    isKnown: (remoteId: string) => attempts.knowsRemote(provider.name, remoteId),
  };
  let count: number | undefined;
  try {
    count =
      says.prompts.length > 0
        ? await provider.countUnknown?.(says, { signal: AbortSignal.timeout(LIST_TIMEOUT_MS) })
        : undefined;
  } catch (error) {
    // A list that can't be read says nothing; a request that is in doubt later asks again.
    if (!(error instanceof ProviderError)) throw error;
  }
  if (!count) return undefined;
  return `${provider.name} lists ${count} ${count === 1 ? 'prediction' : 'predictions'} for pictures of job ${id}`;
}

function refusal(why: string, provider: string): UserError {
  return new UserError(`${why}, and ${provider} can not be asked what it was sent`, {
    hint: 'nothing was sent. Put the newest ledger in its place, or agree to pay for what this one says is missing',
    advice: { code: 'trust-ledger' },
  });
}

function filesSince(folder: string, sinceMs: number): string[] {
  const changedMs = (name: string) => lstatSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  try {
    return readdirSync(folder).filter((name) => changedMs(name) >= sinceMs);
  } catch {
    // Nothing was made there.
    return [];
  }
}
