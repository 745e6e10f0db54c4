/**
 * Gemini's batches with requests inside, emulated from ai.google.dev/api/batch-api and seen answers: strict; a request
 * is charged, at half the price, when it is made.
 */
import { randomUUID } from 'node:crypto';
import type { Answer, Call, Route } from '../service.ts';
import { Refusal, refuse } from './refusal.ts';

/** How batches go; may be changed while the emulator runs. */
export interface BatchControl {
  /** Time until a batch ends, in ms. Default 0. */
  batchMs: number;
  /** Requests that are made before a batch ends in another way than well. Default: all. */
  made: number;
  /** How batches end. Default `SUCCEEDED`. */
  ends: 'SUCCEEDED' | 'EXPIRED' | 'CANCELLED' | 'FAILED';
  /** A batch is in the list this long after it was made, in ms. Default 0. */
  listLagMs: number;
  /** Answers tell the keys of their requests. Default true. */
  keys: boolean;
}

/** A batch with what became of it. */
export interface StoredBatch {
  id: string;
  model: string;
  displayName: string;
  createdMs: number;
  state: string;
  requests: readonly { request: unknown; key: string }[];
  items: object[];
}

/** Answers one request of a batch. */
type Make = (request: unknown, call: Call) => Promise<Answer>;

/** The batches of an account. */
export function batchesOf(control: BatchControl, batches: StoredBatch[]) {
  function create(call: Call, model: string): Answer {
    const { batch } = (call.json ?? {}) as { batch?: Record<string, unknown> };
    const { displayName, inputConfig, ...more } = batch ?? {};
    const { requests } = ((inputConfig ?? {}) as { requests?: { requests?: unknown } }).requests ?? {};
    const isWrong = typeof displayName !== 'string' || !Array.isArray(requests) || Object.keys(more).length > 0;
    if (isWrong) throw new Refusal(refuse(400, 'INVALID_ARGUMENT', 'Invalid JSON payload received.'));
    const asked = (requests as { request: unknown; metadata?: { key?: string } }[]).map(
      ({ request, metadata, ...rest }) => {
        if (Object.keys(rest).length > 0) throw new Refusal(refuse(400, 'INVALID_ARGUMENT', 'Unknown name.'));
        return { request, key: metadata?.key ?? '' };
      },
    );
    const id = randomUUID().replaceAll('-', '');
    const state = 'PENDING';
    const made = { id, model, displayName, createdMs: call.now(), state, requests: asked, items: [] };
    batches.push(made);
    return { body: operationOf(made) };
  }

  async function settle(batch: StoredBatch, call: Call, make: Make): Promise<void> {
    if (batch.state !== 'PENDING' || call.now() < batch.createdMs + control.batchMs) return;
    batch.state = control.ends;
    await makeItems(batch, call, make);
  }

  async function makeItems(batch: StoredBatch, call: Call, make: Make): Promise<void> {
    const charge: Call['charge'] = (one) => call.charge({ ...one, amountMicros: Math.ceil(one.amountMicros / 2) });
    for (const { request, key } of batch.requests.slice(0, control.made)) {
      const answer = await make(request, { ...call, charge }).catch((error: unknown) => {
        if (error instanceof Refusal) return error.answer;
        throw error;
      });
      const failed = (answer.status ?? 200) >= 400;
      const told = failed ? { error: { code: 3, message: 'INVALID_ARGUMENT' } } : { response: answer.body };
      batch.items.push({ ...told, ...(control.keys ? { metadata: { key } } : {}) });
    }
  }

  function stored(id: string): StoredBatch {
    const found = batches.find((batch) => batch.id === id);
    if (!found) throw new Refusal(refuse(404, 'NOT_FOUND', `Batch not found: ${id}`));
    return found;
  }

  const routes = (makeFor: (batch: StoredBatch) => Make): Route[] => [
    {
      operation: 'list',
      method: 'GET',
      path: '/v1beta/batches',
      handle: (call) => {
        const listed = batches.filter(({ createdMs }) => call.now() >= createdMs + control.listLagMs).toReversed();
        const from = Number(call.query.get('pageToken') ?? 0);
        const page = listed.slice(from, from + 2).map((batch) => ({ ...operationOf(batch), response: undefined }));
        const more = from + 2 < listed.length ? { nextPageToken: String(from + 2) } : {};
        return { body: page.length === 0 ? {} : { operations: page, ...more } };
      },
    },
    {
      operation: 'poll',
      method: 'GET',
      path: '/v1beta/batches/:id',
      handle: async (call) => {
        const batch = stored(call.params['id'] ?? '');
        // Whether anybody asks for it or not, a batch is made and charged.
        for (const one of batches) await settle(one, call, makeFor(one));
        return { body: operationOf(batch) };
      },
    },
    {
      operation: 'cancel',
      method: 'POST',
      path: '/v1beta/batches/:call',
      handle: async (call) => {
        const batch = stored((call.params['call'] ?? '').replace(/:cancel$/, ''));
        if (batch.state === 'PENDING') {
          await makeItems(batch, call, makeFor(batch));
          batch.state = 'CANCELLED';
        }
        return { body: {} };
      },
    },
  ];
  return { create, settle, routes };
}

function operationOf(batch: StoredBatch): Record<string, unknown> {
  const { id, model, displayName, createdMs, state, requests, items } = batch;
  const name = `batches/${id}`;
  const output = items.length === 0 ? undefined : { inlinedResponses: { inlinedResponses: items } };
  return {
    name,
    metadata: {
      '@type': 'type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch',
      model: `models/${model}`,
      displayName,
      createTime: new Date(createdMs).toISOString(),
      batchStats: { requestCount: String(requests.length), pendingRequestCount: String(requests.length) },
      state: `BATCH_STATE_${state}`,
      name,
      ...(output ? { output } : {}),
    },
    ...(state === 'PENDING' ? {} : { done: true }),
    ...(state === 'FAILED' ? { error: { code: 13, message: 'Internal error encountered.' } } : {}),
    ...(output ? { response: output } : {}),
  };
}
