/** What each recorded answer of Replicate has to lead to. */
import { expect } from 'vitest';
import type { Outcome } from './outcome.ts';
import { recording } from './recording.ts';

/**
 * How the provider meets an answer: to the request that costs, to the upload of a reference, while it reads the model
 * (or one of its versions), waits for a prediction or looks for one, when it stops one, at the health check.
 */
type Way = 'submit' | 'upload' | 'read' | 'collect' | 'find' | 'cancel' | 'check';

/** One way of meeting it. */
export interface Case {
  way: Way;
  outcome: Outcome;
  model?: string;
  /** The next answer of the same method. */
  next?: string;
  /** What the last request has to have been. */
  sent?: object;
  /** The time it is. */
  nowMs?: number;
  /** When the lost attempt was sent. */
  sentAtMs?: number;
}

/** Recorded answers that the provider has no use for: only the emulator is held against them. */
export const UNREAD: Record<string, string> = {
  file: 'the provider keeps the address that an upload was answered with, and does not ask for the file again',
  files: 'the provider does not list files',
};

const failed = (failure: string, more: Outcome): Outcome => ({ failure, charged: 'no', ...more });
const accepted = (remoteId: string): Outcome => ({ state: 'accepted', remoteId });
const throttled = (retryAfterMs: number): Case => ({
  way: 'submit',
  outcome: failed('rate-limited', { status: 429, retryAfterMs }),
});
const rejected = (status: number): Case => ({ way: 'submit', outcome: failed('rejected', { status }) });
const collect = (outcome: Outcome, next?: string): Case => ({ way: 'collect', outcome, ...(next ? { next } : {}) });
const kept = (url: string): Outcome => ({ kind: 'url', url });
const metrics = (name: string): unknown => (recording('replicate', name).body as Record<string, unknown>)['metrics'];
const succeeded: Outcome = {
  image: kept('https://replicate.delivery/pbxt/doA5NLayqf24DqzXnT5KPLHKyeQpt9BgCDsWfS2fVFearZHPC/out-0.png'),
  seedUsed: 7117,
  usage: metrics('prediction-succeeded'),
};

const SDXL = { prompt: 'a woman with auburn hair, standing with arms relaxed', seed: 421_337, num_outputs: 1 };
const [FIRST_SDXL, LATEST_SDXL] = [
  '39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b',
  '7762fd07cf82c948538e41f63f77d685e02b063e37e496e96eefd46c929f9bdc',
];
const STARTED = accepted('hdwst0bb05rgp0cf0p29mzk2am');

/** By recording. */
export const CASES: Record<string, readonly Case[]> = {
  model: [
    {
      way: 'read',
      outcome: STARTED,
      sent: { path: '/v1/predictions', body: { version: LATEST_SDXL, input: { ...SDXL, width: 1024, height: 1024 } } },
    },
  ],
  version: [
    {
      way: 'read',
      model: `stability-ai/sdxl:${FIRST_SDXL}`,
      outcome: STARTED,
      sent: { path: '/v1/predictions', body: { version: FIRST_SDXL, input: { ...SDXL, width: 1024, height: 1024 } } },
    },
  ],
  'model-without-version': [{ way: 'read', outcome: failed('rejected', {}) }],
  'model-nano-banana': [
    {
      way: 'read',
      model: 'google/nano-banana',
      outcome: STARTED,
      sent: {
        path: '/v1/models/google/nano-banana/predictions',
        body: { input: { prompt: SDXL.prompt, output_format: 'png' } },
      },
    },
  ],
  'model-flux-kontext': [
    {
      way: 'read',
      model: 'black-forest-labs/flux-kontext-max',
      outcome: STARTED,
      sent: {
        path: '/v1/models/black-forest-labs/flux-kontext-max/predictions',
        body: { input: { prompt: SDXL.prompt, seed: SDXL.seed, output_format: 'png', aspect_ratio: '1:1' } },
      },
    },
  ],
  'file-created': [
    {
      way: 'upload',
      model: 'black-forest-labs/flux-kontext-max',
      outcome: STARTED,
      sent: {
        body: {
          input: {
            input_image: expect.stringMatching(/\/v1\/files\/NGZiNmY2YzQtMThhZi00ZjcyLWFhZjktODg4NTY0NWNlMDEy$/),
          },
        },
      },
    },
  ],
  'prediction-starting': [{ way: 'submit', outcome: STARTED }, collect(succeeded, 'prediction-succeeded')],
  'prediction-starting-by-model': [{ way: 'submit', outcome: accepted('cjt2hahk61rgp0cf0p2arcdp9r') }],
  'prediction-blocking': [{ way: 'submit', outcome: accepted('0fqzzq8p2srgm0cjb2zaj681jr') }],
  'prediction-processing': [collect(succeeded, 'prediction-succeeded')],
  'prediction-processing-with-logs': [collect(succeeded, 'prediction-succeeded')],
  'prediction-succeeded': [collect(succeeded)],
  'prediction-succeeded-one-picture': [
    collect({
      image: kept('https://replicate.delivery/xezq/Mbbd8Tx2YfRYXSEmLgblTzGtj4ZurpgPjLui6jAqfXLasRzUA/tmpkav_ivyd.jpg'),
      seedUsed: 558_658_691,
      usage: metrics('prediction-succeeded-one-picture'),
    }),
  ],
  'prediction-succeeded-without-seed': [
    collect({
      image: kept('https://replicate.delivery/xezq/eQ2MQYrD6XzheEgCe7OcHlUJAXYc8HaMJmGPmbTOCClZS7dqA/tmp4vqrduzh.jpg'),
      usage: metrics('prediction-succeeded-without-seed'),
    }),
  ],
  'prediction-succeeded-text': [collect({ failure: 'unusable', charged: 'yes' })],
  'prediction-data-removed': [collect({ failure: 'unusable', charged: 'yes', code: 'expired', expired: true })],
  'prediction-failed-nsfw': [collect({ failure: 'refused', charged: 'maybe' })],
  'prediction-failed-sensitive': [collect({ failure: 'refused', charged: 'maybe', code: 'E005' })],
  'prediction-failed-memory': [collect({ failure: 'rejected', charged: 'maybe', code: 'E1001' })],
  'prediction-failed-in-passing': [collect({ failure: 'unavailable', charged: 'maybe' })],
  'prediction-canceled': [
    collect({ failure: 'timeout', charged: 'maybe', code: 'canceled' }),
    { way: 'cancel', outcome: { unbilled: false } },
  ],
  'prediction-aborted': [
    collect(failed('timeout', { code: 'aborted' })),
    { way: 'cancel', outcome: { unbilled: true } },
  ],
  predictions: [
    {
      way: 'find',
      nowMs: Date.parse('2023-09-08T16:20:00Z'),
      sentAtMs: Date.parse('2023-09-08T16:19:30Z'),
      outcome: { state: 'absent' },
    },
  ],
  'predictions-with-cursor': [
    {
      way: 'find',
      next: 'predictions',
      nowMs: Date.parse('2022-04-26T20:03:00Z'),
      sentAtMs: Date.parse('2022-04-26T20:00:38Z'),
      outcome: { state: 'unsure', message: '1 predictions since then no longer tell what was asked' },
      sent: { path: '/v1/predictions?cursor=cD0yMDIyLTAxLTIxKzIzJTNBMTglM0EyNC41MzAzNTclMkIwMCUzQTAw' },
    },
  ],
  account: [{ way: 'check', outcome: { ok: true } }],
  'key-refused': [
    { way: 'submit', outcome: failed('unauthorized', { status: 401 }) },
    { way: 'check', outcome: { ok: false } },
  ],
  'credit-exhausted': [{ way: 'submit', outcome: failed('no-credit', { status: 402 }) }],
  'not-found': [rejected(404), collect({ failure: 'unusable', charged: 'yes', code: 'expired', expired: true })],
  'input-invalid': [rejected(422)],
  'input-incomplete': [rejected(422)],
  'body-invalid': [rejected(422)],
  'version-not-permitted': [rejected(422)],
  throttled: [throttled(10_000)],
  'throttled-low-credit': [throttled(5000)],
  'throttled-with-header': [throttled(1000)],
  'server-error': [
    { way: 'submit', outcome: { failure: 'unknown', charged: 'maybe', status: 500 } },
    collect(succeeded, 'prediction-succeeded'),
  ],
};
