/** Looks for a batch whose answer was lost in the list of the account's batches, by our key in its metadata. */
import { z } from 'zod';
import { readJson } from '../answer.ts';
import type { CallContext, Finding, LostAttempt } from '../provider.ts';
import { openSession, readTimeoutOf, SERVICE, type Access } from './session.ts';

const PAGES_MAX = 50;
/** The list is newest first: what was made so long before we sent is not ours, whatever the clocks say. */
const OLDER_MS = 86_400_000;

const listSchema = z.object({
  data: z.array(
    z.object({
      id: z.string().regex(/^[\w-]{1,100}$/),
      created_at: z.number(),
      metadata: z.record(z.string(), z.unknown()).nullish(),
    }),
  ),
  has_more: z.boolean().nullish(),
});

/** Lists under way, by key: all requests of a batch look for the same one. */
const looking = new WeakMap<Access, Map<string, Promise<string | undefined>>>();

/**
 * The remote id of an attempt whose batch is listed. One that is not listed is never `absent`: nothing says how soon
 * the list is complete, and a batch is not sent a second time on a guess.
 * @throws {ProviderError} when the list can't be read.
 */
export async function listedBatch(access: Access, lost: LostAttempt, call: CallContext): Promise<Finding> {
  const key = lost.sent['batch'];
  if (typeof key !== 'string') return { state: 'unsure', message: `${SERVICE} can't be asked which batch it was in` };
  const under = looking.get(access) ?? new Map<string, Promise<string | undefined>>();
  looking.set(access, under);
  const finding = under.get(key) ?? search(access, key, lost.sentAtMs, call);
  under.set(key, finding);
  try {
    const batchId = await finding;
    if (batchId !== undefined) return { state: 'found', remoteId: `${batchId}/${lost.request.attemptKey}` };
    return { state: 'unsure', message: `${SERVICE} lists no batch with the key ${key}` };
  } finally {
    under.delete(key);
  }
}

async function search(access: Access, key: string, sentAtMs: number, call: CallContext): Promise<string | undefined> {
  let after: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const { data, has_more: hasMore } = await pageOf(access, after, call);
    const found = data.find(({ metadata }) => metadata?.['imggen_batch'] === key);
    if (found) return found.id;
    const last = data.at(-1);
    if (!hasMore || !last || last.created_at * 1000 < sentAtMs - OLDER_MS) return undefined;
    after = last.id;
  }
  return undefined;
}

async function pageOf(access: Access, after: string | undefined, call: CallContext) {
  const session = await openSession(access, call, 'read', readTimeoutOf(access));
  try {
    const query = { limit: 100, ...(after === undefined ? {} : { after }) };
    const response = await session.client.batches.list(query, session.options).asResponse();
    return await readJson(response, listSchema, { service: SERVICE, paid: false });
  } catch (error) {
    throw session.failure(error);
  }
}
