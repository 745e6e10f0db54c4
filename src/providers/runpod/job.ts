/** A job as RunPod tells it, and what it means for an attempt. Pure. */
import { z } from 'zod';
import { ProviderError, type Charged } from '../../errors.ts';
import type { Reading } from '../queue.ts';
import { detailsIn, pictureIn, workerFailure } from '../worker-output.ts';

/** All that an answer to a paid request must have. The id goes into addresses, so its form is checked. */
export const acceptedSchema = z.object({ id: z.string().regex(/^[\w-]{1,200}$/) });

/** The fields that are used. */
export const jobSchema = z.object({
  status: z.string(),
  output: z.unknown().optional(),
  error: z.unknown().optional(),
  delayTime: z.number().nullish(),
  executionTime: z.number().nullish(),
});

/** A job. */
export type Job = z.infer<typeof jobSchema>;

/**
 * What became of a job.
 * @param isOwn it runs on an endpoint of the user's, whose GPU time is billed whatever comes of it; a public endpoint
 *   bills no failed generation (runpod/docs public-endpoints/overview.mdx).
 * @throws {ProviderError} when it ended without a picture.
 */
export function resultOf(job: Job, isOwn: boolean): Reading {
  const unbilled = isOwn ? 'maybe' : 'no';
  switch (job.status) {
    case 'COMPLETED':
      return completed(job, unbilled);
    case 'FAILED':
      throw workerFailure('RunPod', [job.error, ...detailsIn(job.output)], unbilled);
    case 'CANCELLED':
      throw new ProviderError('the job was canceled at RunPod', {
        failure: 'timeout',
        charged: 'maybe',
        code: 'CANCELLED',
      });
    case 'TIMED_OUT':
      throw new ProviderError('RunPod gave the job up: no worker took it or ended it in time', {
        failure: 'timeout',
        charged: unbilled,
        code: 'TIMED_OUT',
      });
    // IN_QUEUE, IN_PROGRESS, RUNNING, or a status that is new
    default:
      return { state: 'running' };
  }
}

function completed({ output, delayTime, executionTime }: Job, unbilled: Charged): Reading {
  // A worker whose answer was too large is told as completed, without one (runpod/runpod-python#309).
  if (output === undefined || output === null)
    return { state: 'missing', why: 'the job has ended, and its output is not there' };
  const found = pictureIn(output);
  if ('problem' in found) throw workerFailure('RunPod', found.problem, unbilled);
  if ('nothing' in found)
    throw new ProviderError(`the job has ended, but ${found.nothing}`, { failure: 'unusable', charged: 'yes' });
  return {
    state: 'generated',
    ...found,
    usage: { delayTime: delayTime ?? null, executionTime: executionTime ?? null },
  };
}
