/** A training as Replicate tells it, and what it means for an attempt. Pure. */
import { z } from 'zod';
import { ProviderError } from '../../errors.ts';
import type { Reading } from '../queue.ts';
import { acceptedSchema } from './prediction.ts';

/** A second of an H100 (replicate.com/pricing, second-hand: models.md); a training runs on one. */
const MICROS_PER_SECOND = 1_525;

/** The fields that are used. */
export const trainingSchema = acceptedSchema.extend({
  status: z.string(),
  input: z.record(z.string(), z.unknown()).nullish(),
  output: z.unknown().optional(),
  error: z.unknown().optional(),
  data_removed: z.boolean().nullish(),
  created_at: z.string(),
  started_at: z.string().nullish(),
  metrics: z.object({ predict_time: z.number().nullish() }).nullish().catch(undefined),
});

/** A training. */
export type ReplicateTraining = z.infer<typeof trainingSchema>;

const outputSchema = z.object({
  weights: z.url({ protocol: /^https?$/ }),
  version: z.string().nullish().catch(undefined),
});

/** What became of a training. @throws {ProviderError} when it ended without weights. */
export function trainingResult(training: ReplicateTraining): Reading {
  const { status, started_at: startedAt, error } = training;
  const begun = startedAt ? 'maybe' : 'no';
  switch (status) {
    case 'succeeded':
      return succeeded(training);
    case 'failed': {
      const said = typeof error === 'string' && error !== '' ? error : 'the training failed without a reason';
      // Machine time: what ran is perhaps billed. Only a person pays for another.
      throw new ProviderError(`Replicate: ${said}`, { failure: 'rejected', charged: begun });
    }
    case 'canceled':
    case 'aborted':
      throw new ProviderError('the training was canceled at Replicate', {
        failure: startedAt ? 'timeout' : 'rejected',
        charged: begun,
        canceled: true,
        code: 'canceled',
      });
    // starting, processing, or a status that is new
    default:
      return { state: 'running' };
  }
}

function succeeded({ output, metrics, data_removed: removed }: ReplicateTraining): Reading {
  const { data } = outputSchema.safeParse(output);
  if (!data) {
    if (!removed) return { state: 'missing', why: 'the training succeeded, and its weights are not there' };
    throw new ProviderError('the weights were made and paid, but Replicate has deleted them', {
      failure: 'unusable',
      charged: 'yes',
      expired: true,
      code: 'expired',
    });
  }
  const seconds = metrics?.predict_time ?? undefined;
  return {
    state: 'generated',
    image: { kind: 'url', url: data.weights },
    ...(seconds === undefined ? {} : { costMicros: Math.round(seconds * MICROS_PER_SECOND) }),
    usage: { predict_time: seconds, version: data.version ?? null },
  };
}
