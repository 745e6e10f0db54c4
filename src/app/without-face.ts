/** Pictures that wait for an avatar that nobody is to make: made without the face only where a person says so. */
import type { LiveEvent } from '../events.ts';
import type { WaitingForFace } from '../ledger/blocked.ts';
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

/** Pictures of a job that are to be made without the face of this avatar, as was agreed to. */
export interface AgreedWithoutFace {
  jobId: number;
  avatarShotId: number;
}

/** What became of the pictures of one job that wait for an avatar. */
interface Answered {
  agreed: AgreedWithoutFace[];
  /** Avatars that pictures go on waiting for: nothing of those is sent. */
  stillAwaited: number[];
  notices: LiveEvent[];
}

/** Asks for each avatar of a job that has failed whether the pictures behind it are to be made all the same. */
export async function askWithoutFace(
  { ledger, services }: Pick<Project, 'ledger'> & { services: Pick<Project['services'], 'drawing'> },
  { before, characterId, requeues = [] }: PlannedJob,
  { confirm, isAskable }: Pick<RunOptions, 'confirm'> & { isAskable: boolean },
): Promise<Answered> {
  const answered: Answered = { agreed: [], stillAwaited: [], notices: [] };
  const { agreed, stillAwaited, notices } = answered;
  if (!before?.settings.needsFace || faceOf(ledger.open(), before.characterKey, services.drawing)) return answered;
  for (const { avatar, avatarShotId, avatarJobId, shots } of ledger.open().jobs.waitingForFace(before.id)) {
    if (requeues.some((state) => state === avatar) && avatarJobId === before.id) continue;
    if (avatar === 'held') {
      // It may yet be there: what can be asked is asked in this run.
      if (!isAskable) stillAwaited.push(avatarShotId);
      continue;
    }
    const why = avatarWords({ avatar, avatarJobId }, { characterId, jobId: before.id });
    const pictures = shots === 1 ? '1 picture' : `${shots} pictures`;
    const question = `${why}. Make ${pictures} from prompt and seed alone, without the face?`;
    if (await confirm?.(question)) {
      agreed.push({ jobId: before.id, avatarShotId });
      continue;
    }
    stillAwaited.push(avatarShotId);
    const advice = { code: 'without-face', jobId: String(before.id), avatarJobId: String(avatarJobId) } as const;
    const message = `${why}, and ${pictures} ${shots === 1 ? 'waits' : 'wait'} for it`;
    notices.push({ event: 'notice', level: 'warn', message, advice });
  }
  return answered;
}

/** `the avatar of mira (job 1) failed` */
function avatarWords(
  { avatar, avatarJobId }: Pick<WaitingForFace, 'avatar' | 'avatarJobId'>,
  { characterId, jobId }: { characterId: string; jobId: number },
): string {
  const whose = avatarJobId === jobId ? characterId : `${characterId} (job ${avatarJobId})`;
  return `the avatar of ${whose} ${avatar === 'failed' ? 'failed' : `was ${avatar}`}`;
}

/** Jobs as they go on: what waits for the avatar is free where there is a face, or where it was agreed to. */
export function freeWaiting(
  ledger: Ledger,
  jobs: readonly Job[],
  { agreed, drawing }: { agreed: readonly AgreedWithoutFace[]; drawing: ReadonlySet<string> },
): Job[] {
  for (const { jobId, avatarShotId } of agreed) ledger.jobs.goWithoutFace(jobId, avatarShotId);
  return jobs.map((job) => {
    if (!job.settings.needsFace || faceOf(ledger, job.characterKey, drawing) === undefined) return job;
    return ledger.jobs.change(job.id, { needsFace: false });
  });
}
