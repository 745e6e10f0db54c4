/** What is lost of a character that is deleted before all of its work was collected. */
import { lstatSync, rmSync } from 'node:fs';
import { hashFile } from '../images/hash.ts';
import { reservedPath } from '../images/part-file.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Attempt, Image, Job } from '../ledger/records.ts';
import { idPathsOf } from '../runner/kept-id.ts';
import { partPathsOf } from '../runner/staging.ts';
import type { Project } from './project.ts';
import { unlinkPicture } from './removal.ts';

/** What is lost of characters beside their pictures: "; 2 requests that are not collected yet are given up". */
export function givenUpText(ledger: Ledger, characters: readonly { key: number }[]): string {
  const count = (of: (key: number) => number) => characters.reduce((sum, { key }) => sum + of(key), 0);
  const held = count((key) => ledger.maintenance.held(key));
  const owed = count((key) => ledger.maintenance.uncollected(key));
  const texts = [
    owed === 0
      ? []
      : owed === 1
        ? '1 request that is not collected yet is'
        : `${owed} requests that are not collected yet are`,
    held === 0 ? [] : held === 1 ? '1 request that was perhaps paid is' : `${held} requests that were perhaps paid are`,
  ].flat();
  return texts.map((text) => `; ${text} given up`).join('');
}

/**
 * Takes away what lies on the disk of a character's held requests and, with `uncollected`, ends those that are not
 * collected: they count as paid, and are not fetched any more. Files go first: a process that is killed here has left
 * the request open, and the next deletion finds it.
 */
export async function giveUp(
  project: Pick<Project, 'config' | 'ledger'>,
  key: number,
  { uncollected }: { uncollected: boolean },
): Promise<void> {
  const ledger = project.ledger.open();
  const { maintenance, recovery } = ledger;
  const jobs = maintenance.held(key) === 0 ? [] : ledger.jobs.list(100_000);
  for (const job of jobs.filter(({ characterKey }) => characterKey === key))
    for (const attempt of recovery.held(job.id)) removeAnswer(project, { job, attempt });
  if (!uncollected) return;
  const owed = maintenance.uncollectedJobs(key);
  for (const { lease, job, attempt } of recovery.takeOver(owed, maintenance.uncollected(key))) {
    removeAnswer(project, { job, attempt });
    const named = maintenance.removeNamed(lease.shotId);
    if (named) await unlinkNamed(named);
    ledger.attempts.failed(lease, {
      failure: 'canceled',
      message: 'given up: its character was deleted',
      settlement: attempt.state === 'generated' ? { state: 'spent', micros: undefined } : { state: 'doubtful' },
      shot: { state: 'canceled' },
    });
  }
}

/** Takes away what has come of an attempt, and its remote id. */
function removeAnswer(
  { config, ledger }: Pick<Project, 'config' | 'ledger'>,
  of: { job: Job; attempt: Attempt },
): void {
  const { folder, maintenance } = ledger.open();
  const places = { outputs: () => [config.output, ...maintenance.outputs()], ledger: { folder } };
  const paths = [...partPathsOf(of.job, of.attempt.key, places), ...idPathsOf(of, places)];
  if (of.attempt.staged !== null) paths.push(of.attempt.staged);
  for (const path of paths) for (const one of [path, reservedPath(path)]) removePlain(one);
}

function removePlain(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile()) rmSync(path, { force: true });
}

/** A name is given before the file has it: another's file may lie there. */
async function unlinkNamed({ path, sha256, characterId }: Image): Promise<void> {
  if (path === null || !lstatSync(path, { throwIfNoEntry: false })?.isFile()) return;
  if ((await hashFile(path)).sha256 === sha256) unlinkPicture(path, characterId);
}
