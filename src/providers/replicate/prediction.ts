/**
 * A prediction as Replicate tells it, and what it means for an attempt. Pure.
 */
import { z } from 'zod';
import { ProviderError, type ProviderFailure } from '../../errors.ts';
import type { ProviderImage } from '../provider.ts';
import type { Reading } from '../queue.ts';
import { pictureOf, picturesIn } from './output.ts';

/** All that an answer to a paid request must have. The id goes into addresses, so its form is checked. */
export const acceptedSchema = z.object({ id: z.string().regex(/^[\w-]{1,200}$/) });

/** The fields that are used. */
export const predictionSchema = acceptedSchema.extend({
  status: z.string(),
  model: z.string().nullish(),
  version: z.string().nullish(),
  input: z.record(z.string(), z.unknown()).nullish(),
  output: z.unknown().optional(),
  error: z.unknown().optional(),
  logs: z.string().nullish(),
  data_removed: z.boolean().nullish(),
  created_at: z.string(),
  started_at: z.string().nullish(),
  completed_at: z.string().nullish(),
  metrics: z.unknown().optional(),
});

/** A prediction. */
export type Prediction = z.infer<typeof predictionSchema>;

/**
 * Outputs of predictions made through the API are deleted this long after their end
 * (replicate.com/docs/topics/predictions/data-retention).
 */
export const RETENTION_MS = 3_600_000;
const REFUSED = /nsfw|safety|sensitive|flagged|moderat|content polic|prohibited|\bE005\b/i;
const REJECTED = /\bE1001\b|\bE4875\b|out of memory|invalid|must be|required|unsupported|cannot identify|input failed/i;

/** How far it is, 0…1, from the progress bar in its logs. */
function progressOf({ logs }: Prediction): number | undefined {
  const percent = [...(logs ?? '').slice(-2000).matchAll(/(\d{1,3})%\|/g)].at(-1)?.[1];
  return percent === undefined ? undefined : Math.min(Number(percent), 100) / 100;
}

/**
 * What became of a prediction.
 * @param official per-image models of Replicate's own are not billed when a run fails.
 * @param nowMs the service's clock.
 * @throws {ProviderError} when it ended without a picture.
 */
export function resultOf(prediction: Prediction, official: boolean, nowMs: number): Reading {
  const unbilled = official ? 'no' : 'maybe';
  switch (prediction.status) {
    case 'succeeded':
      return succeeded(prediction, unbilled, nowMs);
    case 'failed':
      throw failed(prediction, unbilled);
    case 'aborted':
      throw new ProviderError('Replicate gave the prediction up before it started', {
        failure: 'timeout',
        charged: 'no',
        code: 'aborted',
      });
    case 'canceled':
      throw new ProviderError('the prediction was canceled at Replicate', {
        failure: prediction.started_at ? 'timeout' : 'rejected',
        charged: prediction.started_at ? 'maybe' : 'no',
        canceled: true,
        code: 'canceled',
      });
    // starting, processing, or a status that is new
    default:
      return runningAt(progressOf(prediction));
  }
}

function runningAt(progress: number | undefined): Reading {
  return progress === undefined ? { state: 'running' } : { state: 'running', progress };
}

function succeeded(prediction: Prediction, unbilled: ProviderFailure['charged'], nowMs: number): Reading {
  const { output, logs, metrics } = prediction;
  if (output === undefined || output === null || (Array.isArray(output) && output.length === 0))
    return withoutOutput(prediction, unbilled, nowMs);
  const files = picturesIn(output);
  const seed = /Using seed: (\d{1,16})\b/.exec(logs ?? '')?.[1];
  return {
    state: 'generated',
    image: imageOf(pictureOf(output)),
    ...(seed === undefined ? {} : { seedUsed: Number(seed) }),
    ...(metrics === undefined ? {} : { usage: metrics }),
    ...(files > 1 ? { warnings: [`an answer holds ${files} files: the last picture is kept`] } : {}),
  };
}

function withoutOutput(
  { output, logs, data_removed: removed, completed_at: completedAt }: Prediction,
  unbilled: ProviderFailure['charged'],
  nowMs: number,
): Reading {
  if (removed)
    throw new ProviderError(
      'the picture was made and paid, but Replicate has deleted it (it keeps outputs for an hour)',
      {
        failure: 'unusable',
        charged: 'yes',
        expired: true,
        code: 'expired',
      },
    );
  // Flagged pictures are dropped from the output (replicate/cog-flux predict.py); the run counts as succeeded and
  // billed.
  if (REFUSED.test(logs ?? '') || Array.isArray(output))
    throw new ProviderError("Replicate's safety checker withheld the picture", {
      failure: 'refused',
      charged: unbilled === 'no' ? 'yes' : 'maybe',
    });
  const endedMsAgo = nowMs - Date.parse(completedAt ?? '');
  return {
    state: 'missing',
    why: 'the prediction succeeded, and its output is not there',
    ...(Number.isNaN(endedMsAgo) ? {} : { endedMsAgo }),
  };
}

function imageOf(found: string | undefined): ProviderImage {
  const base64 = /^data:image\/[\w.+-]+;base64,(.+)$/s.exec(found ?? '')?.[1];
  if (base64 !== undefined) return { kind: 'bytes', bytes: Buffer.from(base64, 'base64') };
  if (found !== undefined) return { kind: 'url', url: found };
  throw new ProviderError('the prediction succeeded, but its output is no picture', { failure: 'unusable' });
}

function failed({ error }: Prediction, unbilled: ProviderFailure['charged']): ProviderError {
  const said = typeof error === 'string' && error !== '' ? error : 'the prediction failed without a reason';
  const code = /\bE\d{3,4}\b/.exec(said)?.[0];
  const failure = REFUSED.test(said) ? 'refused' : REJECTED.test(said) ? 'rejected' : 'unavailable';
  return new ProviderError(`Replicate: ${said}`, { failure, charged: unbilled, code });
}
