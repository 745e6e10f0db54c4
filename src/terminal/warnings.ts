/** What a person should know of a run that has ended, beside its figures. Pure. */
import type { JobResult, RunResult } from '../app/result.ts';
import { count, likeness } from '../views/format.ts';
import { worded } from './advice.ts';
import type { AsTyped } from './program-name.ts';

/** Jobs that did not go on, and what to do about it. */
export function refusalsOf({ refusals }: RunResult, typed: AsTyped): string[] {
  return refusals.map(({ jobId, message, hint, advice }) => {
    const next = hint === undefined ? '' : ` → ${worded(hint, advice, typed)}`;
    return `job ${jobId} did not go on: ${message}${next}`;
  });
}

/** What is wrong with its jobs. */
export function warningsOf({ stop, jobs }: RunResult): string[] {
  const warnings: string[] = [];
  if (stop && 'message' in stop) warnings.push(stop.message);
  for (const job of jobs) {
    const { jobId, uploadsLeft, waitingForAvatar: waiting } = job;
    const live = job.liveAtProvider - batched(job);
    const unmade = unmadeOf(job);
    if (job.state === 'canceled') {
      warnings.push(`job ${jobId} was canceled${unmade > 0 ? `: ${were(unmade)} not made` : ''}`);
    }
    if (job.refused > 0) {
      warnings.push(
        `${count(job.refused, 'picture')} of job ${jobId} ${job.refused === 1 ? 'was' : 'were'} refused by the ` +
          'provider: the same request is refused again. Change the words of the scene or the character, or choose ' +
          'another provider',
      );
    }
    if (job.placeholders > 0) {
      const [have, are] =
        job.placeholders === 1 ? ['has a placeholder', 'a drawing'] : ['have placeholders', 'drawings'];
      const pictures = count(job.placeholders, 'picture');
      warnings.push(`${pictures} of job ${jobId} that failed ${have}: ${are}, not counted as made`);
    }
    if (waiting > 0) {
      const are = waiting === 1 ? 'waits' : 'wait';
      const ends = job.avatarsMissing.filter((avatar) => avatar.jobId !== jobId);
      const whose = ends.map((avatar) => `${avatar.state} in job ${avatar.jobId}`).join(', ');
      warnings.push(
        `${count(waiting, 'picture')} of job ${jobId} ${are} for the avatar${whose === '' ? '' : ` (${whose})`}: ` +
          'none is made without the face',
      );
    }
    if (live > 0) {
      warnings.push(
        `${count(live, 'picture')} of job ${jobId} ${live === 1 ? 'is' : 'are'} still being made at the provider, or ` +
          'made and not fetched yet: run again to collect',
      );
    }
    if (job.isInconsistent) {
      warnings.push(
        `job ${jobId} is under the likeness that was asked for: ${likeness(job.consistency ?? 0)}, the lowest is ` +
          `${job.lowest?.filename ?? ''}. Look at the pictures: --allow-inconsistent lets them pass`,
      );
    }
    if (job.uncompared > 0) {
      const faces = job.uncompared === 1 ? 'face was' : 'faces were';
      warnings.push(`of job ${jobId} ${job.uncompared} ${faces} not compared yet: the pictures have not passed`);
    }
    if (uploadsLeft > 0) {
      const are = uploadsLeft === 1 ? 'is' : 'are';
      warnings.push(`${count(uploadsLeft, 'picture')} of job ${jobId} ${are} safe on disk, not uploaded yet`);
    }
  }
  return warnings;
}

/** Pictures that a batch makes, of those that are live at the provider. */
function batched({ liveAtProvider, inBatches }: JobResult): number {
  return Math.min(liveAtProvider, inBatches);
}

/** What a job waits for that is as it should be. */
export function batchNotice(job: JobResult): string[] {
  const pictures = batched(job);
  if (pictures === 0) return [];
  const are = pictures === 1 ? 'is' : 'are';
  return [`${count(pictures, 'picture')} of job ${job.jobId} ${are} being made in a batch: run again to collect`];
}

/** Shots that nobody makes any more, or not yet: what is live at the provider is not among them. */
export function unmadeOf(job: JobResult): number {
  return job.canceled + Math.max(0, job.remaining - job.liveAtProvider);
}

function were(pictures: number): string {
  return `${count(pictures, 'picture')} ${pictures === 1 ? 'was' : 'were'}`;
}
