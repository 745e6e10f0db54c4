/** fal's fast trainer of FLUX LoRAs: the schema of fal-ai/flux-lora-fast-training, asked through the same queue. */
import { z } from 'zod';
import { ProviderError } from '../../errors.ts';
import type { JsonService } from '../json-service.ts';
import type { CallContext, Provider, Submission, SubmitContext } from '../provider.ts';
import { collectFromQueue, type Queue, type Reading } from '../queue.ts';
import { askJson } from '../json-service.ts';
import type { ProviderSettings } from '../definition.ts';
import { OF_WEIGHTS, type Trainer, type Training, TRAINING_WAIT_MS } from '../trainer.ts';
import { trainingFile } from '../training-file.ts';
import { remoteIdOf, submittedSchema } from './addresses.ts';
import { STORED_MAX_BYTES, store } from './storage.ts';
import { readWork, type Work } from './work.ts';

const MODEL = 'fal-ai/flux-lora-fast-training';
/** $2 a run at 1,000 steps, linear (public notes that quote the model's page; not read from the page itself). */
const MICROS_PER_STEP = 2_000;
/** Whether fewer steps cost less was not read: a run is held at the price of so many at least, as its siblings bill. */
const STEPS_BILLED_MIN = 1_000;
const UPLOAD_TIMEOUT_MS = 900_000;
const SUBMIT_TIMEOUT_MS = 60_000;
/** The zip may wait in the queue, and is read when the training begins. */
const KEPT_SECONDS = 7 * 86_400;
/** Trainings take minutes: the distance between two readings grows to this many times the first. */
const POLL_SLOWEST = 20;

const file = z.object({ url: z.string() });
const resultSchema = z.object({ diffusers_lora_file: file.nullish() });
type Result = z.infer<typeof resultSchema>;

/** What the trainer needs of the provider. */
export interface FalParts {
  service: JsonService;
  /** The REST service that uploads begin at. */
  storage: JsonService;
  settings: Pick<ProviderSettings, 'now' | 'elapsed' | 'sleep'>;
  /** Sent with the paid request. */
  headers: Readonly<Record<string, string>>;
  pollMs: number;
  retentionMs: number;
  cancel: (remoteId: string, call: CallContext) => Promise<boolean>;
  check: Provider['check'];
}

type Facts = Omit<Trainer<Provider>, 'asked'>;

/** What is said where fal is asked at another address than its own. */
export function noUploads(baseUrl: string): NonNullable<Provider['trainerMissing']> {
  return {
    why: `fal is asked at ${baseUrl}, and nobody has said where a training set is uploaded there`,
    hint: 'Set providers.fal.uploadUrl in the config to the address that takes uploads',
  };
}

/** Makes the trainer. */
export function falTrainer(parts: FalParts): Trainer<Provider> {
  const trainer: Facts = {
    model: MODEL,
    // The trainer's own limits are not published: these are those of its siblings.
    steps: { min: 1, max: 10_000, usual: 1_000 },
    madeWith: ['fal-ai/flux-lora'],
    format: 'fal',
    zipMaxBytes: STORED_MAX_BYTES,
    // Public LoRAs of it have 90 and 172 MB.
    weightsBytes: 200_000_000,
    waitMs: TRAINING_WAIT_MS,
    price: (steps) => ({
      worstMicros: Math.max(STEPS_BILLED_MIN, steps) * MICROS_PER_STEP,
      // fal does not tell what a training has cost: what is counted must not be less than it may be.
      expectedMicros: Math.max(STEPS_BILLED_MIN, steps) * MICROS_PER_STEP,
      source: `fal.ai/models/${MODEL}, as quoted by public notes`,
      asOf: '2026-11-21',
    }),
  };
  return { ...trainer, asked: (training) => asked(parts, trainer, training) };
}

function asked(parts: FalParts, trainer: Facts, training: Training): Provider {
  const { service, settings, retentionMs, cancel, check } = parts;
  const waiting = { ...settings, timeoutMs: trainer.waitMs };
  return {
    name: service.name,
    idempotent: false,
    retentionMs,
    baseUrl: service.baseUrl,
    defaultModel: MODEL,
    capabilities: () => OF_WEIGHTS,
    price: () => trainer.price(training.steps),
    warnings: () => [],
    submit: (_, call) => submit(parts, training, call),
    collect: (accepted, _, call) => collectFromQueue(queueOf(parts), accepted, waiting, call),
    cancel,
    check,
  };
}

/** One upload an attempt, and one paid request. */
async function submit(parts: FalParts, training: Training, call: SubmitContext): Promise<Submission> {
  const { service, storage, headers } = parts;
  const { trigger, steps } = training;
  const images = await trainingFile(training);
  const how = {
    what: 'the training set',
    keptSeconds: KEPT_SECONDS,
    timeoutMs: UPLOAD_TIMEOUT_MS,
    signal: call.signal,
  };
  const url = await store(storage, images, how);
  call.onPhase?.('sending');
  const submitted = await askJson(
    service,
    {
      asked: 'queue-submit',
      method: 'POST',
      path: `/${MODEL}`,
      body: { images_data_url: url, trigger_word: trigger, steps, is_style: false, create_masks: true },
      headers,
      timeoutMs: SUBMIT_TIMEOUT_MS,
      signal: call.signal,
      onSending: () => call.onSending({ images: url }),
    },
    submittedSchema,
  );
  return { state: 'accepted', remoteId: remoteIdOf(submitted, MODEL, service.baseUrl) };
}

function queueOf({ service, pollMs, retentionMs }: FalParts): Queue<Work<Result>> {
  return {
    service: service.name,
    retentionMs,
    pollMs,
    pollMaxMs: POLL_SLOWEST * pollMs,
    read: (remoteId, call) => readWork(service, { remoteId, schema: resultSchema }, call),
    resultOf,
  };
}

/**
 * A training that was accepted and has failed is not sent again by itself: whether fal bills a part of it is not
 * published, and a person has said yes to one.
 */
function onlyAgainOnPurpose(error: ProviderError): ProviderError {
  const { message, charged, code, status, failure, canceled } = error;
  if (charged !== 'no' || (failure !== 'unavailable' && failure !== 'timeout')) return error;
  return new ProviderError(message, { failure: 'rejected', charged, code, status, canceled, cause: error });
}

/** What a reading means. @throws {ProviderError} how the training ended without weights. */
function resultOf(work: Work<Result>): Reading {
  if (work.state === 'open') return { state: 'running' };
  if (work.state === 'failed') throw onlyAgainOnPurpose(work.error);
  const { result, units, seconds } = work;
  const url = result.diffusers_lora_file?.url;
  if (url === undefined || !URL.canParse(url) || !/^https?:/.test(url))
    return { state: 'missing', why: 'it is completed, and its result names no weights yet' };
  return { state: 'generated', image: { kind: 'url', url }, usage: { billable_units: units, inference_time: seconds } };
}
