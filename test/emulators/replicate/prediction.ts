/**
 * One emulated prediction: what happens to it is settled when it is made; what a reader sees depends on the time.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Model } from './models.ts';

/** How it will end when nobody interferes. */
export type Fate = { end: 'succeeded'; outputs: number } | { end: 'failed'; error: string } | { end: 'aborted' };

export interface Prediction {
  id: string;
  model: Model;
  input: Record<string, unknown>;
  fate: Fate;
  createdMs: number;
  /** When it leaves the queue: from then on it is charged. */
  startsMs: number;
  endsMs: number;
  canceledMs?: number;
  deadlineMs?: number;
  /** After its end plus this, inputs, outputs, logs and files are gone. */
  expireMs: number;
  /** The seed it uses. */
  seed: number;
  webhook?: string;
  /** Of the picture, where the input does not tell it. */
  size?: [number, number];
}

/** 26 characters, as the service makes them. */
export function newId(): string {
  return [...randomBytes(26)].map((byte) => 'abcdefghjkmnpqrstvwxyz0123456789'[byte % 32]).join('');
}

/** The seed in the input, or a random one that depends on the id. */
export function seedOf(input: Record<string, unknown>, id: string): number {
  return typeof input['seed'] === 'number' ? input['seed'] : createHash('sha256').update(id).digest().readUInt32BE(0);
}

/** `starting`, `processing` or how it ended. */
export function statusOf(prediction: Prediction, now: number): string {
  const { canceledMs, deadlineMs, startsMs } = prediction;
  if (canceledMs !== undefined && now >= canceledMs)
    return canceledMs === deadlineMs && canceledMs < startsMs ? 'aborted' : 'canceled';
  if (now < prediction.startsMs) return 'starting';
  return now < prediction.endsMs ? 'processing' : prediction.fate.end;
}

/** When its data goes; undefined while it runs. */
export function isExpired(prediction: Prediction, now: number): boolean {
  return now >= (prediction.canceledMs ?? prediction.endsMs) + prediction.expireMs;
}

/** The object as the API gives it. */
export function predictionBody(prediction: Prediction, now: number, baseUrl: string): Record<string, unknown> {
  const { id, model, fate } = prediction;
  const status = statusOf(prediction, now);
  const ended = status !== 'starting' && status !== 'processing';
  const endedMs = prediction.canceledMs ?? prediction.endsMs;
  const started = Math.min(now, prediction.canceledMs ?? now) >= prediction.startsMs;
  const gone = ended && isExpired(prediction, now);
  const urls = {
    web: `https://replicate.com/p/${id}`,
    get: `${baseUrl}/v1/predictions/${id}`,
    cancel: `${baseUrl}/v1/predictions/${id}/cancel`,
  };
  return {
    id,
    model: `${model.owner}/${model.name}`,
    version: model.official ? 'hidden' : model.version,
    input: gone ? {} : prediction.input,
    output: status === 'succeeded' && !gone ? outputOf(prediction, baseUrl) : null,
    logs: gone || status === 'starting' ? '' : logsOf(prediction, status),
    error: status === 'failed' && fate.end === 'failed' ? fate.error : null,
    status,
    source: 'api',
    data_removed: gone,
    created_at: iso(prediction.createdMs),
    ...(started ? { started_at: iso(prediction.startsMs) } : {}),
    ...(ended
      ? {
          completed_at: iso(endedMs),
          metrics: {
            ...(started ? { predict_time: (endedMs - prediction.startsMs) / 1000 } : {}),
            total_time: (endedMs - prediction.createdMs) / 1000,
          },
        }
      : {}),
    ...(prediction.deadlineMs === undefined ? {} : { deadline: iso(prediction.deadlineMs) }),
    ...(prediction.webhook === undefined ? {} : { webhook: prediction.webhook }),
    urls,
  };
}

function outputOf({ id, model, fate }: Prediction, baseUrl: string): unknown {
  const outputs = fate.end === 'succeeded' ? fate.outputs : 0;
  const urls = Array.from({ length: outputs }, (_, index) => `${baseUrl}/delivery/${id}/out-${index}`);
  if (model.answer !== undefined) return model.answer(urls);
  return model.singleOutput ? (urls[0] ?? null) : urls;
}

function logsOf(prediction: Prediction, status: string): string {
  const { fate } = prediction;
  const flagged = fate.end === 'succeeded' && fate.outputs === 0 ? 'NSFW content detected in image 0\n' : '';
  const [bar, end] = status === 'processing' ? [' 50%|█████     | 14/28', ''] : ['100%|██████████| 28/28', flagged];
  return `Using seed: ${prediction.seed}\n${bar}\n${end}`;
}

/** Microseconds, as the service writes them. */
function iso(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
