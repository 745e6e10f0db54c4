/**
 * Looks for a prediction whose creation was sent and never answered, by listing what the account made since.
 */
import { z } from 'zod';
import { ProviderError } from '../../errors.ts';
import type { LedgerSays } from '../ledger-says.ts';
import type { CallContext, Finding, LostAttempt } from '../provider.ts';
import { ask, type ReplicateConnection, READ_TIMEOUT_MS } from './connection.ts';
import { lookTwice, type Looking } from './look-twice.ts';
import { likenessOf } from './same-input.ts';
import { type Prediction, predictionSchema } from './prediction.ts';
import { isPrompt } from './prompt-field.ts';
import type { SentRequest } from './sent.ts';

/** What is looked for. */
export interface Wanted {
  lost: LostAttempt;
  sent: SentRequest;
}

/** How far the service's clock may be from what we take it for. */
const SKEW_MS = 120_000;
/** The service tells its clock in whole seconds. */
const CLOCK_STEP_MS = 2_000;
const DAY_MS = 86_400_000;
/** A request reaches the service at most this long after it was handed to the network. */
const UNDER_WAY_MS = 900_000;
/** Names that Replicate runs official models under, and tells in their place. */
const INTERNAL_MODEL = /^replicate(?:-internal)?\//;
/** 100 predictions each: past that somebody else is busy on the account, and nothing is concluded. */
const PAGES_MAX = 50;

const pageSchema = z.object({ next: z.string().nullish(), results: z.array(predictionSchema) });

/**
 * Lists, and lists again when the request may have ended too recently to be listed. `absent` is only said when a list
 * from after that time holds no prediction that could be ours. Never throws for an unreachable service: `unsure`.
 */
export function findPrediction(
  connection: ReplicateConnection,
  wanted: Wanted,
  looking: Looking,
  call: CallContext,
): Promise<Finding> {
  return lookTwice(() => look(connection, wanted, call), looking, call);
}

async function look(connection: ReplicateConnection, wanted: Wanted, call: CallContext): Promise<Finding> {
  const sentMs = sentAtService(connection, wanted);
  const sinceMs = sentMs - SKEW_MS;
  let listed: Listed;
  try {
    listed = await listSince(connection, sinceMs, call, (prediction) => mayBeOurs(prediction, wanted, sinceMs));
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { state: 'unsure', message: error.message };
  }
  const { predictions: candidates, isWhole } = listed;
  const like = (how: 'same' | 'perhaps') =>
    candidates.filter(({ input }) => likenessOf(wanted.sent.input, input ?? {}) === how);
  const fitting = like('same');
  const found = fitting.sort(byDistance(sentMs))[0];
  if (found !== undefined)
    return { state: 'found', remoteId: found.id, ...(fitting.length > 1 ? { fitting: fitting.length } : {}) };
  const [perhaps] = like('perhaps');
  if (perhaps)
    return { state: 'unsure', message: `the picture of prediction ${perhaps.id} can't be compared with ours` };
  if (!isWhole) return { state: 'unsure', message: 'too many predictions since then to look through' };
  const { lost, sent } = wanted;
  const latestMs = lost.unrecorded ? Infinity : sentMs + (sent.doubtMs ?? 0) + UNDER_WAY_MS;
  const gone = candidates.filter(
    (prediction) => (prediction.data_removed || !prediction.input) && Date.parse(prediction.created_at) < latestMs,
  ).length;
  return gone === 0
    ? { state: 'absent' }
    : { state: 'unsure', message: `${gone} predictions since then no longer tell what was asked` };
}

/**
 * How many predictions with one of the prompts were created since then that the ledger does not know. @throws
 * {ProviderError}
 */
export async function countUnknown(
  connection: ReplicateConnection,
  { sinceMs, prompts, isKnown }: LedgerSays,
  call: CallContext,
): Promise<number> {
  const asks = (value: unknown) =>
    typeof value === 'string' && prompts.some((prompt) => prompt !== '' && value.startsWith(prompt));
  // Of what is sent without words more can't be told.
  const isWordless = (input: object) => prompts.includes('') && !Object.keys(input).some(isPrompt);
  const isUnknown = ({ id, input }: Prediction) =>
    !isKnown(id) && input !== null && input !== undefined && (isWordless(input) || Object.values(input).some(asks));
  return (await listSince(connection, sinceMs - SKEW_MS, call, isUnknown)).predictions.length;
}

/** Predictions of the account, and whether the list was read to its end. */
interface Listed {
  predictions: Prediction[];
  isWhole: boolean;
}

async function listSince(
  connection: ReplicateConnection,
  sinceMs: number,
  { signal }: CallContext,
  isWanted: (prediction: Prediction) => boolean,
): Promise<Listed> {
  const predictions: Prediction[] = [];
  let next: string | undefined = new Date(sinceMs).toISOString();
  for (let page = 0; page < PAGES_MAX && next !== undefined; page++) {
    const { results, next: further }: z.infer<typeof pageSchema> = await list(connection, next, signal);
    predictions.push(...results.filter(isWanted));
    next = further ?? undefined;
    if (next !== undefined && (!URL.canParse(next) || new URL(next).origin !== new URL(connection.baseUrl).origin))
      throw new ProviderError('the list of predictions goes on at another address', { failure: 'unavailable' });
  }
  return { predictions, isWhole: next === undefined };
}

function list(connection: ReplicateConnection, from: string, signal: AbortSignal): Promise<z.infer<typeof pageSchema>> {
  return ask(connection, { asked: 'read', signal, timeoutMs: READ_TIMEOUT_MS }, pageSchema, async (client) => {
    const response = from.includes('://')
      ? await client.request(new URL(from), { method: 'GET', signal })
      : await client.request('/predictions', { method: 'GET', params: { created_after: from }, signal });
    return response.json();
  });
}

/**
 * When the request was sent, by the service's clock: ours may have been wrong then, and set since. What can't have been
 * is not believed; looking back too far is harmless, too short means paying twice.
 */
function sentAtService({ now, clock }: ReplicateConnection, { lost, sent }: Wanted): number {
  const sentMs = lost.sentAtMs + sent.skewMs;
  const nowMs = clock.nowMs() ?? now();
  return sentMs > nowMs + SKEW_MS ? nowMs - DAY_MS : sentMs;
}

function mayBeOurs(prediction: Prediction, { lost, sent: { model, version } }: Wanted, sinceMs: number): boolean {
  if (lost.isKnown(prediction.id)) return false;
  if (Date.parse(prediction.created_at) < sinceMs) return false;
  if (prediction.model && prediction.model !== model && !INTERNAL_MODEL.test(prediction.model)) return false;
  return version === undefined || !prediction.version || prediction.version === version;
}

/**
 * Of several with the same input (another ledger on the account asked for the same) the first that was created after
 * the sending, else the last before; those that failed come behind.
 */
function byDistance(sentMs: number): (a: Prediction, b: Prediction) => number {
  const rank = ({ status, created_at }: Prediction): [number, number, number] => {
    const afterMs = Date.parse(created_at) - sentMs;
    const isAfter = afterMs >= -CLOCK_STEP_MS;
    const isPromising = ['succeeded', 'starting', 'processing'].includes(status);
    return [isPromising ? 0 : 1, isAfter ? 0 : 1, Math.abs(afterMs)];
  };
  return (a, b) => {
    const [ranksA, ranksB] = [rank(a), rank(b)];
    return ranksA.map((one, i) => one - (ranksB[i] ?? 0)).find((difference) => difference !== 0) ?? 0;
  };
}
