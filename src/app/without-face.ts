/** Pictures that wait for an avatar that nobody is to make: made without the face only where a person says so. */
import { UserError } from '../errors.ts';
import type { LiveEvent } from '../events.ts';
import type { AlikeShots } from '../ledger/alike.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { EndedState } from '../ledger/jobs.ts';
import type { Job, JobSettings } from '../ledger/records.ts';
import type { ReadyProvider } from '../runner/context.ts';
import { faceOf } from './avatar.ts';
import { takesFace } from './likeness.ts';
import type { Project } from './project.ts';
import type { RunOptions } from './run.ts';

/** A job that goes on, or a new one, as far as it matters here. */
interface PlannedJob {
  characterId: string;
  settings: JobSettings;
  alike: readonly AlikeShots[];
  before: Job | undefined;
  /** Shots in these states go back into the queue when the job is opened. */
  requeues?: readonly EndedState[] | undefined;
}

/** What was agreed to. */
export interface WithoutFace {
  /** Ids of jobs whose pictures need no face any more. */
  agreed: ReadonlySet<number>;
  /** How many pictures go on waiting, by the id of their job. */
  waiting: ReadonlyMap<number, number>;
  notices: readonly LiveEvent[];
}

/** Asks, for each job that goes on, whether its pictures are to be made although their avatar has failed. */
export async function askWithoutFace(
  { ledger, services }: Pick<Project, 'ledger' | 'services'>,
  jobs: readonly PlannedJob[],
  confirm: RunOptions['confirm'],
): Promise<WithoutFace> {
  const agreed = new Set<number>();
  const waiting = new Map<number, number>();
  const notices: LiveEvent[] = [];
  for (const { before, characterId, requeues = [] } of jobs) {
    if (!before?.settings.needsFace || faceOf(ledger.open(), before.characterKey, services.drawing)) continue;
    for (const { avatar, shots } of ledger.open().jobs.waitingForFace(before.id)) {
      // What is held in doubt may yet be there.
      if (avatar === 'held' || requeues.some((state) => state === avatar)) continue;
      const why = `the avatar of ${characterId} ${avatar === 'failed' ? 'failed' : `was ${avatar}`}`;
      const pictures = shots === 1 ? '1 picture' : `${shots} pictures`;
      const question = `${why}. Make ${pictures} from prompt and seed alone, without the face?`;
      if (await confirm?.(question)) agreed.add(before.id);
      else {
        waiting.set(before.id, (waiting.get(before.id) ?? 0) + shots);
        const advice = { code: 'without-face', jobId: String(before.id) } as const;
        const message = `${why}, and ${pictures} ${shots === 1 ? 'waits' : 'wait'} for it`;
        notices.push({ event: 'notice', level: 'warn', message, advice });
      }
    }
  }
  return { agreed, waiting, notices };
}

/**
 * Pictures of a job that were begun with a face, which was rejected or deleted since, are made without it only where a
 * person says so. Returns the ids of these jobs.
 * @throws {UserError} `incomplete` where nobody agrees: nothing was sent.
 */
export async function askWithoutLostFace(
  { ledger, services }: Pick<Project, 'ledger' | 'services'>,
  jobs: readonly PlannedJob[],
  { providers, confirm }: { providers: ReadonlyMap<string, ReadyProvider> } & Pick<RunOptions, 'confirm'>,
): Promise<number[]> {
  const agreed: number[] = [];
  for (const { before, characterId, settings, requeues = [] } of jobs) {
    const ready = providers.get(settings.provider);
    if (before?.kind !== 'create' || !ready || !takesFace(settings, ready)) continue;
    const isMade = jobs.some(
      (job) => job.characterId === characterId && job.alike.some(({ kind }) => kind === 'avatar'),
    );
    if (isMade || faceOf(ledger.open(), before.characterKey, services.drawing)) continue;
    const shots = ledger.open().queries.losingFace(before.id, requeues);
    if (shots === 0) continue;
    const pictures = shots === 1 ? '1 picture' : `${shots} pictures`;
    const why = `${characterId} has no avatar any more that ${pictures} of job ${before.id} could refer to`;
    if (await confirm?.(`${why}. Make them from prompt and seed alone, without the face?`)) {
      agreed.push(before.id);
      continue;
    }
    throw new UserError(why, {
      kind: 'incomplete',
      hint: 'nothing was sent. Make another avatar, choose one, or agree to pictures without the face',
      advice: { code: 'face-gone' },
    });
  }
  return agreed;
}

/** Jobs as they go on: what waits for the avatar is free where there is a face, or none is needed any more. */
export function withFaces(
  ledger: Ledger,
  jobs: readonly Job[],
  { agreed, drawing }: { agreed: ReadonlySet<number>; drawing: ReadonlySet<string> },
): Job[] {
  return jobs.map((job) => {
    if (!job.settings.needsFace) return job;
    const isFree = agreed.has(job.id) || faceOf(ledger, job.characterKey, drawing) !== undefined;
    return isFree ? ledger.jobs.change(job.id, { needsFace: false }) : job;
  });
}
