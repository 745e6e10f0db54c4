/** A job as RunPod tells it, and what it means for an attempt. Pure. */
import { z } from 'zod';
import { ProviderError, type Charged } from '../../errors.ts';
import { oneLine } from '../error-body.ts';
import type { Reading } from '../queue.ts';
import { pictureIn } from './output.ts';

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

const REFUSED = /nsfw|safety|sensitive|flagged|moderat|content polic|prohibited/i;
const REJECTED = /invalid|must be|required|unsupported|not supported|validation|missing|failed to load/i;

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
      throw failed(job.error, unbilled);
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
  if ('problem' in found) throw failed(found.problem, unbilled);
  if ('nothing' in found)
    throw new ProviderError(`the job has ended, but ${found.nothing}`, { failure: 'unusable', charged: 'yes' });
  return {
    state: 'generated',
    ...found,
    usage: { delayTime: delayTime ?? null, executionTime: executionTime ?? null },
  };
}

/** An exception of a worker is told as JSON in a text (runpod-python rp_job.py). */
function failed(error: unknown, charged: Charged): ProviderError {
  const said = wordsOf(error) || 'the job failed without a reason';
  const failure = REFUSED.test(said) ? 'refused' : REJECTED.test(said) ? 'rejected' : 'unavailable';
  return new ProviderError(`RunPod: ${said}`, { failure, charged, code: 'FAILED' });
}

function wordsOf(error: unknown): string {
  if (Array.isArray(error)) return oneLine(error.map(wordsOf).join('; '));
  if (typeof error === 'object' && error !== null) {
    const told = error as Record<string, unknown>;
    return wordsOf(told['error_message'] ?? told['message'] ?? told['msg'] ?? told['error']);
  }
  if (typeof error !== 'string') return '';
  try {
    const inner: unknown = JSON.parse(error);
    return wordsOf(inner) || oneLine(error);
  } catch {
    return oneLine(error);
  }
}
