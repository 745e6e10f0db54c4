/**
 * The Batch API: a file of requests, a batch of it, and within a day a file of answers, for half the price. Forms from
 * the types of the openai package 7.55.0 and developers.openai.com/api/docs/guides/batch.
 */
import { ProviderError } from '../../errors.ts';
import { readJson } from '../answer.ts';
import { type BatchReading, BatchReader, batchIdOf } from '../batch/reader.ts';
import { inBatchPrice } from '../batch/price.ts';
import { SpooledLines } from '../batch/spool.ts';
import type {
  BatchLine,
  BatchMode,
  CallContext,
  ImageRequest,
  Provider,
  SentBatch,
  SubmitContext,
} from '../provider.ts';
import { promptOf } from '../prompt.ts';
import { referenceDataUri } from '../references.ts';
import { timeOf } from '../service-clock.ts';
import { batchSchema, type OpenAIBatch, pictureInLine, stillRunning, unmadeIn } from './batch-answer.ts';
import { answersIn, KEPT_SECONDS, upload } from './batch-files.ts';
import { listedBatch } from './batch-list.ts';
import { DEFAULT_QUALITY, type OpenAIModel } from './models.ts';
import { openSession, readTimeoutOf, SERVICE, type Access } from './session.ts';

const DAY_MS = 86_400_000;
/** What is not listed is not taken for absent, so it may be asked soon. */
const FIND_AFTER_MS = 1_000;
/** Of the file of requests; the service takes 200 MB. */
const BATCH_BYTES = 64_000_000;
/** Megapixels of the pictures of one batch: their answers come as one file. */
const BATCH_MEGAPIXELS = 100;
const REFERENCE_LIMIT = { service: SERVICE, maxBytes: 47_000_000 };

/** What a batch needs of the provider beside it. */
interface Beside {
  provider: Omit<Provider, 'batch'>;
  model: (id: string) => OpenAIModel;
  moderation?: 'auto' | 'low' | undefined;
}

/** The provider's batches. */
export function inBatches(access: Access, { provider, model, moderation }: Beside): BatchMode {
  const { submit: _, ...rest } = provider;
  const retentionMs = DAY_MS + KEPT_SECONDS * 1000;
  const tokensOf = (id: string) => (known(model, id) ? model(id).price?.tokens : undefined);
  const read = (batchId: string, call: CallContext) => readBatch(access, batchId, call);
  const reader = new BatchReader<string>({ service: SERVICE, retentionMs, read }, access.settings);
  const cancels = new Map<string, Promise<boolean>>();
  return {
    ...rest,
    retentionMs,
    findAfterMs: FIND_AFTER_MS,
    capabilities: (id) => ({ ...model(id).capabilities, cancel: true, reattach: true }),
    price: (request) => inBatchPrice(provider.price(request)),
    groupOf: (request) => `${request.model} ${endpointOf(request)}`,
    limitsFor: ({ width, height }) => {
      const most = Math.floor((BATCH_MEGAPIXELS * 1024 * 1024) / (width * height));
      return { requests: Math.max(1, Math.min(BATCH_MEGAPIXELS, most)), bytes: BATCH_BYTES };
    },
    lineFor: async (request) => ({ request, text: await lineOf(request, moderation) }),
    send: (lines, key, call) => send(access, lines, key, call),
    // Asks for no model: work of one that has gone since is collected all the same, it is paid.
    collect: (work, request, call) =>
      reader.collect(work, timeOf(access.clock, work), call, (line) =>
        pictureInLine(line, tokensOf(request.model), access.settings.now()),
      ),
    find: (lost, call) => listedBatch(access, lost, call),
    cancel: (remoteId, call) => {
      const { batchId } = batchIdOf(remoteId);
      reader.forget(batchId);
      const canceling = cancels.get(batchId) ?? cancel(access, batchId, call);
      cancels.set(batchId, canceling);
      return canceling;
    },
  };
}

function known(model: Beside['model'], id: string): boolean {
  try {
    return Boolean(model(id));
  } catch {
    return false;
  }
}

function endpointOf({ references }: Pick<ImageRequest, 'references'>): '/v1/images/edits' | '/v1/images/generations' {
  return references.length > 0 ? '/v1/images/edits' : '/v1/images/generations';
}

/** One line of the file: what the plain path would send, as JSON. @throws {ProviderError} `rejected` */
async function lineOf(request: ImageRequest, moderation: Beside['moderation']): Promise<string> {
  const images = await Promise.all(request.references.map((reference) => referenceDataUri(reference, REFERENCE_LIMIT)));
  const body = {
    model: request.model,
    prompt: promptOf(request),
    n: 1,
    size: `${request.width}x${request.height}`,
    quality: request.quality ?? DEFAULT_QUALITY,
    output_format: 'png',
    ...(request.transparent ? { background: 'transparent' } : {}),
    ...(images.length > 0
      ? { images: images.map((image_url) => ({ image_url })) }
      : moderation === undefined
        ? {}
        : { moderation }),
  };
  return JSON.stringify({ custom_id: request.attemptKey, method: 'POST', url: endpointOf(request), body });
}

/** Uploads the file, which is free, then sends the batch: the one request that costs. */
async function send(access: Access, lines: readonly BatchLine[], key: string, call: SubmitContext): Promise<SentBatch> {
  const [first] = lines;
  if (!first) throw new Error('a batch without requests');
  call.onPhase?.('sending');
  const inputId = await upload(access, { name: `imggen-${key}.jsonl`, lines }, call);
  const onSending: SubmitContext['onSending'] = (sent) => call.onSending({ ...sent, batch: key });
  const session = await openSession(access, { ...call, onSending }, 'queue-submit', readTimeoutOf(access));
  try {
    const body = {
      input_file_id: inputId,
      endpoint: endpointOf(first.request),
      completion_window: '24h' as const,
      metadata: { imggen_batch: key },
      output_expires_after: { anchor: 'created_at' as const, seconds: KEPT_SECONDS },
    };
    const response = await session.client.batches.create(body, session.options).asResponse();
    const batch = await readJson(response, batchSchema, { service: SERVICE, paid: true }).catch(inDoubt);
    const untilMs = batch.expires_at ? batch.expires_at * 1000 : access.settings.now() + DAY_MS;
    return { batchId: batch.id, untilMs };
  } catch (error) {
    throw session.failure(error);
  }
}

/** An answer without a good id: the batch may have begun; the list tells. */
function inDoubt(error: unknown): never {
  if (!(error instanceof ProviderError) || error.failure !== 'unusable') throw error;
  throw new ProviderError(`${error.message}; whether the batch was accepted is not known`, { failure: 'unknown' });
}

async function readBatch(access: Access, batchId: string, call: CallContext): Promise<BatchReading<string>> {
  const session = await openSession(access, call, 'read', readTimeoutOf(access));
  let batch: OpenAIBatch;
  try {
    const response = await session.client.batches.retrieve(batchId, session.options).asResponse();
    batch = await readJson(response, batchSchema, { service: SERVICE, paid: false });
  } catch (error) {
    throw session.failure(error);
  }
  const why = stillRunning(batch);
  if (why !== undefined) return { state: 'running', why };
  const { output_file_id: output, error_file_id: failed } = batch;
  const made = output ? await answersIn(access, output, call) : undefined;
  // Pictures are not kept waiting by a list of what failed that can't be read.
  const reasons = failed ? await answersIn(access, failed, call).catch(unreadable) : undefined;
  const files = [made, reasons].filter((file) => file instanceof SpooledLines);
  return {
    state: 'ended',
    answerFor: async (key) => {
      for (const file of files) {
        const line = await file.line(key);
        if (line !== undefined) return line;
      }
      const unmade = reasons === 'unreadable' ? undefined : unmadeIn(batch, made?.size ?? 0);
      if (unmade) throw unmade;
      return undefined;
    },
    isRead: () => files.every((file) => file.isRead),
    close: async () => void (await Promise.all(files.map((file) => file.close()))),
  };
}

function unreadable(error: unknown): 'unreadable' {
  if (error instanceof ProviderError) return 'unreadable';
  throw error;
}

/** Asks the service to stop the batch. @returns false: what is made by then is billed. @throws {ProviderError} */
async function cancel(access: Access, batchId: string, call: CallContext): Promise<boolean> {
  const session = await openSession(access, call, 'read', readTimeoutOf(access));
  try {
    await session.client.batches.cancel(batchId, session.options).asResponse();
  } catch (error) {
    const failure = session.failure(error);
    // It has ended already.
    if (failure.status !== 400 && failure.status !== 409) throw failure;
  }
  return false;
}
