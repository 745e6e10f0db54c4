/**
 * Gemini's batches with requests inside (`batchGenerateContent`): half the price, made within a day or two. Forms from
 * ai.google.dev/api/batch-api and what the service was seen to answer.
 */
import { z } from 'zod';
import { type BatchReading, BatchReader, batchIdOf } from '../batch/reader.ts';
import { inBatchPrice } from '../batch/price.ts';
import { ProviderError } from '../../errors.ts';
import { askJson, type JsonQuestion, type JsonService, tellJson } from '../json-service.ts';
import type { BatchLine, BatchMode, CallContext, Finding, ImageRequest, LostAttempt, Provider } from '../provider.ts';
import type { SentBatch, SubmitContext } from '../provider.ts';
import { SERVICE } from './answer.ts';
import {
  type GeminiItem,
  itemFor,
  itemsOf,
  operationSchema,
  pictureInItem,
  stillRunning,
  unmadeIn,
} from './batch-answer.ts';
import { type GeminiPrices, wantedSize } from './models.ts';

/** A batch that is not made by then has expired (ai.google.dev/gemini-api/docs/batch-api). */
const EXPIRES_MS = 48 * 3_600_000;
/** Not published; nothing is called gone before. */
const RETENTION_MS = 30 * 86_400_000;
const FIND_AFTER_MS = 1_000;
const READ_TIMEOUT_MS = 60_000;
/** An answer with all pictures takes its time. */
const ANSWER_TIMEOUT_MS = 600_000;
/** Of a request with requests inside; the service takes 20 MB. */
const BATCH_BYTES = 18_000_000;
/**
 * Pictures of one batch: the answer holds all of them, each twice. Batches of 150 pictures of 2K were seen to succeed,
 * and could never be read (discuss.ai.google.dev, 174261).
 */
const REQUESTS: Readonly<Record<string, number>> = { '1K': 16, '2K': 8, '4K': 4 };
const ANSWER_MAX_BYTES = 400 * 1024 * 1024;
const PAGES_MAX = 50;

const listSchema = z.object({
  operations: z.array(operationSchema.pick({ name: true, metadata: true })).nullish(),
  nextPageToken: z.string().nullish(),
});

/** What batches need of the provider beside them. */
interface Beside {
  provider: Omit<Provider, 'batch'>;
  service: JsonService;
  elapsed: () => number;
  now: () => number;
  timeoutMs: number;
  bodyOf: (request: ImageRequest, signal: AbortSignal) => Promise<object>;
  pricesOf: (model: string) => GeminiPrices | undefined;
}

/** The provider's batches. */
export function inBatches(beside: Beside): BatchMode {
  const { provider, service, now, bodyOf, pricesOf } = beside;
  const { submit: _, ...rest } = provider;
  const readMs = Math.min(READ_TIMEOUT_MS, beside.timeoutMs);
  const read = (batchId: string, call: CallContext) => readBatch(service, batchId, call);
  const reader = new BatchReader<GeminiItem>({ service: SERVICE, retentionMs: RETENTION_MS, read }, beside);
  return {
    ...rest,
    retentionMs: RETENTION_MS,
    findAfterMs: FIND_AFTER_MS,
    capabilities: (id) => ({ ...provider.capabilities(id), cancel: true, reattach: true }),
    price: (request) => inBatchPrice(provider.price(request)),
    groupOf: ({ model }) => model,
    limitsFor: (request) => ({ requests: REQUESTS[wantedSize(request)] ?? 4, bytes: BATCH_BYTES }),
    lineFor: async (request, { signal }) => {
      const body = await bodyOf(request, signal);
      return { request, text: JSON.stringify({ request: body, metadata: { key: request.attemptKey } }) };
    },
    send: (lines, key, call) => send(beside, lines, key, call),
    collect: (work, request, call) =>
      reader.collect(work, now, call, (item) => pictureInItem(item, pricesOf(request.model))),
    find: (lost, call) => listed(service, lost, { ...call, timeoutMs: readMs }),
    cancel: async (remoteId, { signal }) => {
      const { batchId } = batchIdOf(remoteId);
      reader.forget(batchId);
      const path = `/v1beta/${batchId}:cancel`;
      await tellJson(service, { asked: 'read', method: 'POST', path, body: {}, signal, timeoutMs: readMs });
      return false;
    },
  };
}

/** Sends the batch: one request, with all requests inside. */
async function send(
  { service, now, timeoutMs }: Beside,
  lines: readonly BatchLine[],
  key: string,
  call: SubmitContext,
): Promise<SentBatch> {
  if (call.signal.aborted) throw new ProviderError('stopped before anything was sent', { failure: 'interrupted' });
  call.onPhase?.('sending');
  const requests = lines.map(({ text }) => JSON.parse(text) as object);
  const question: JsonQuestion = {
    asked: 'queue-submit',
    method: 'POST',
    path: `/v1beta/models/${lines[0]?.request.model}:batchGenerateContent`,
    body: { batch: { displayName: nameOf(key), inputConfig: { requests: { requests } } } },
    signal: call.signal,
    timeoutMs,
    onSending: () => {
      call.onSending({ batch: key });
      call.onPhase?.('waiting');
    },
  };
  const { name } = await askJson(service, question, z.object({ name: z.string().regex(/^batches\/[\w-]{1,100}$/) }));
  return { batchId: name, untilMs: now() + EXPIRES_MS };
}

async function readBatch(
  service: JsonService,
  batchId: string,
  { signal }: CallContext,
): Promise<BatchReading<GeminiItem>> {
  const path = `/v1beta/${batchId}`;
  const question = { asked: 'read', method: 'GET', path, signal, timeoutMs: ANSWER_TIMEOUT_MS } as const;
  const batch = await askJson(service, { ...question, maxBytes: ANSWER_MAX_BYTES }, operationSchema);
  const why = stillRunning(batch);
  if (why !== undefined) return { state: 'running', why };
  const items = itemsOf(batch);
  const asked = new Set<string>();
  return {
    state: 'ended',
    answerFor: (key, sent) => {
      asked.add(key);
      const item = itemFor(items, key, sent);
      const unmade = item ? undefined : unmadeIn(batch, items.length);
      return unmade ? Promise.reject(unmade) : Promise.resolve(item);
    },
    isRead: () => asked.size >= items.length,
    close: () => Promise.resolve(),
  };
}

/** The remote id of an attempt whose batch is listed; one that is not listed is never `absent`. */
async function listed(
  service: JsonService,
  { sent, request }: LostAttempt,
  { signal, timeoutMs }: CallContext & { timeoutMs: number },
): Promise<Finding> {
  const key = sent['batch'];
  if (typeof key !== 'string') return { state: 'unsure', message: `${SERVICE} can't be asked which batch it was in` };
  let token = '';
  for (let page = 0; page < PAGES_MAX; page++) {
    const path = `/v1beta/batches?pageSize=100${token === '' ? '' : `&pageToken=${encodeURIComponent(token)}`}`;
    const list = await askJson(service, { asked: 'read', method: 'GET', path, signal, timeoutMs }, listSchema);
    const found = list.operations?.find(({ metadata }) => metadata?.displayName === nameOf(key));
    if (found) return { state: 'found', remoteId: `${found.name}/${request.attemptKey}` };
    token = list.nextPageToken ?? '';
    if (token === '') break;
  }
  return { state: 'unsure', message: `${SERVICE} lists no batch with the key ${key}` };
}

function nameOf(key: string): string {
  return `imggen ${key}`;
}
