/** Pictures that wait for an avatar that nobody is to make: made without the face only where a person says so. */
import type { LiveEvent } from '../events.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { EndedState } from '../ledger/jobs.ts';
import type { Job } from '../ledger/records.ts';
import { faceOf } from './avatar.ts';
import type { Project } from './project.ts';
import type { RunOptions } from './run.ts';

/** A job that goes on, or a new one, as far as it matters here. */
interface PlannedJob {
  characterId: string;
  before: Job | undefined;
  /** Shots in these states go back into the queue when the job is opened. */
  requeues?: readonly EndedState[] | undefined;
}

/** What was agreed to. */
export interface WithoutFace {
  /** Ids of jobs whose pictures need no face any more. */
  agreed: ReadonlySet<number>;
  notices: readonly LiveEvent[];
}

/** Asks, for each job that goes on, whether its pictures are to be made although their avatar has failed. */
export async function askWithoutFace(
  { ledger, services }: Pick<Project, 'ledger' | 'services'>,
  jobs: readonly PlannedJob[],
  confirm: RunOptions['confirm'],
): Promise<WithoutFace> {
  const agreed = new Set<number>();
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
        const advice = { code: 'without-face', jobId: String(before.id) } as const;
        const message = `${why}, and ${pictures} ${shots === 1 ? 'waits' : 'wait'} for it`;
        notices.push({ event: 'notice', level: 'warn', message, advice });
      }
    }
  }
  return { agreed, notices };
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
