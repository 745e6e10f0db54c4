/**
 * Replicate's trainer of FLUX LoRAs, `train.py` of replicate/flux-fine-tuner: a training makes a version of a model of
 * the user's, and hands over its weights. It is billed by the time of its machine.
 */
import { z } from 'zod';
import { ProviderError } from '../../errors.ts';
import type { ProviderSettings } from '../definition.ts';
import type { CallContext, Provider, Submission, SubmitContext } from '../provider.ts';
import { collectFromQueue, type Queue } from '../queue.ts';
import { OF_WEIGHTS, type Trainer, type Training, TRAINING_WAIT_MS } from '../trainer.ts';
import { trainingFile } from '../training-file.ts';
import { ask, type ReplicateConnection, READ_TIMEOUT_MS, SERVICE } from './connection.ts';
import { findTraining } from './find-training.ts';
import { acceptedSchema } from './prediction.ts';
import { type ReplicateTraining, trainingResult, trainingSchema } from './training.ts';

const OWNER = 'ostris';
const NAME = 'flux-dev-lora-trainer';
/** About $1.85 for 1,000 steps on an H100 (copy of Replicate's docs of 2025-05). */
const MICROS_PER_STEP = 1_850;
/** The time of a machine is no price list: so much more is held. No bound is known. */
const WORST_FACTOR = 2;
/** The Files API takes files up to 100 MiB. */
const ZIP_MAX_BYTES = 100 * 1024 * 1024;
const UPLOAD_TIMEOUT_MS = 900_000;
const SUBMIT_TIMEOUT_MS = 60_000;
/** How long weights are kept is not published for trainings: a version of the model keeps them for ever. */
const RETENTION_MS = 30 * 86_400_000;
/** Trainings take minutes: the distance between two readings grows to this many times the first. */
const POLL_SLOWEST = 20;

const modelSchema = z.object({ latest_version: z.object({ id: z.string().regex(/^[\w-]{1,100}$/) }) });
const fileSchema = z.object({ urls: z.object({ get: z.url({ protocol: /^https?$/ }) }) });

/** What the trainer needs of the provider. */
export interface ReplicateParts {
  connection: ReplicateConnection;
  settings: Pick<ProviderSettings, 'now' | 'elapsed' | 'sleep'>;
  pollMs: number;
  settleMs: number;
  check: Provider['check'];
}

type Facts = Omit<Trainer<Provider>, 'asked'>;

const FACTS: Facts = {
  model: `${OWNER}/${NAME}`,
  // train.py
  steps: { min: 3, max: 6_000, usual: 1_000 },
  madeWith: ['black-forest-labs/flux-dev-lora'],
  format: 'replicate',
  zipMaxBytes: ZIP_MAX_BYTES,
  // Rank 16 has 172 MB; they come in a tar file, from which they are taken.
  weightsBytes: 350_000_000,
  waitMs: TRAINING_WAIT_MS,
  destinationHelp:
    'Replicate keeps what it trains as a version of a model of yours: make one at replicate.com/create (private, ' +
    'any GPU) and name it, you/mira-lora',
  price: (steps) => ({
    worstMicros: steps * MICROS_PER_STEP * WORST_FACTOR,
    expectedMicros: steps * MICROS_PER_STEP,
    source: 'replicate.com/docs, H100 time, about $1.85 for 1,000 steps',
    asOf: '2025-05-01',
  }),
  priceNote:
    'Replicate bills the time of its machine: what is held is twice the usual, an estimate and no bound. A slow run ' +
    'can cost more than that, and pass a cap',
};

/** Makes the trainer. */
export function replicateTrainer(parts: ReplicateParts): Trainer<Provider> {
  return { ...FACTS, asked: (training) => asked(parts, training) };
}

function asked(parts: ReplicateParts, training: Training): Provider {
  const { connection, settings, settleMs, check } = parts;
  const waiting = { ...settings, timeoutMs: FACTS.waitMs };
  const queue = queueOf(parts);
  return {
    name: 'replicate',
    idempotent: false,
    retentionMs: RETENTION_MS,
    baseUrl: connection.baseUrl,
    // It looks at once, and again when it is too early for an absence.
    findAfterMs: 0,
    defaultModel: FACTS.model,
    capabilities: () => OF_WEIGHTS,
    price: () => FACTS.price(training.steps),
    warnings: () => [],
    submit: (_, call) => submit(connection, training, call),
    collect: (accepted, _, call) => collectFromQueue(queue, accepted, waiting, call),
    find: (lost, call) => findTraining(connection, lost, { ...settings, settleMs }, call),
    cancel: (remoteId, call) => cancel(connection, remoteId, call),
    check,
  };
}

/** One upload an attempt: its address comes back in the list, and tells the training whose answer was lost. */
async function submit(connection: ReplicateConnection, training: Training, call: SubmitContext): Promise<Submission> {
  const { trigger, steps, destination } = training;
  const { signal } = call;
  if (destination === undefined || !isModelName(destination))
    throw new ProviderError('a training needs a destination, owner/name', { failure: 'rejected', charged: 'no' });
  const read = { asked: 'read', signal, timeoutMs: READ_TIMEOUT_MS } as const;
  const { latest_version: version } = await ask(connection, read, modelSchema, (client) =>
    client.models.get(OWNER, NAME, { signal }),
  );
  const zip = await trainingFile(training);
  const upload = { ...read, timeoutMs: UPLOAD_TIMEOUT_MS };
  const { urls } = await ask(connection, upload, fileSchema, (client) => client.files.create(zip, {}, { signal }));
  call.onPhase?.('sending');
  const input = { input_images: urls.get, trigger_word: trigger, steps, autocaption: false };
  const question = {
    asked: 'queue-submit',
    signal,
    timeoutMs: SUBMIT_TIMEOUT_MS,
    onSending: () =>
      call.onSending({ images: urls.get, version: version.id, destination, skewMs: 0, ...ahead(connection) }),
  } as const;
  const { id } = await ask(connection, question, acceptedSchema, (client) =>
    client.trainings.create(OWNER, NAME, version.id, { destination, input, signal }),
  );
  return { state: 'accepted', remoteId: id };
}

function ahead({ clock }: ReplicateConnection): { skewMs: number } | undefined {
  const told = clock.ahead();
  return told && { skewMs: told.skewMs };
}

function isModelName(name: string): name is `${string}/${string}` {
  return /^[\w.-]+\/[\w.-]+$/.test(name);
}

function queueOf({ connection, pollMs }: ReplicateParts): Queue<ReplicateTraining> {
  return {
    service: SERVICE,
    retentionMs: RETENTION_MS,
    pollMs,
    pollMaxMs: POLL_SLOWEST * pollMs,
    read: (remoteId, { signal }) =>
      ask(connection, { asked: 'read', signal, timeoutMs: READ_TIMEOUT_MS }, trainingSchema, (client) =>
        client.trainings.get(remoteId, { signal }),
      ),
    resultOf: trainingResult,
  };
}

/** True only for a training that had not begun: whether a stopped one is billed is not published. */
async function cancel(connection: ReplicateConnection, remoteId: string, { signal }: CallContext): Promise<boolean> {
  const question = { asked: 'read', signal, timeoutMs: READ_TIMEOUT_MS } as const;
  const { status, started_at: startedAt } = await ask(connection, question, trainingSchema, (client) =>
    client.trainings.cancel(remoteId, { signal }),
  );
  return status === 'aborted' || (status === 'canceled' && !startedAt);
}
