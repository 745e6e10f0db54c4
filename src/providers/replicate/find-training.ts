/** Looks for a training whose creation was sent and never answered, in the list of the account's trainings. */
import { z } from 'zod';
import { ProviderError } from '../../errors.ts';
import type { CallContext, Finding, LostAttempt } from '../provider.ts';
import { ask, type ReplicateConnection, READ_TIMEOUT_MS } from './connection.ts';
import { lookTwice, type Looking } from './look-twice.ts';
import { trainingSchema } from './training.ts';

/** What is made of its zip's address is ours, so this only ends the looking: clocks may be wrong by so much. */
const SINCE_MS = 86_400_000;
/** 100 trainings each. */
const PAGES_MAX = 20;

const pageSchema = z.object({ next: z.string().nullish(), results: z.array(trainingSchema) });

/**
 * Lists, and lists again when the request may have ended too recently to be listed. The address of the zip is that of
 * this attempt alone. Never throws for an unreachable service: `unsure`.
 */
export async function findTraining(
  connection: ReplicateConnection,
  lost: LostAttempt,
  looking: Looking,
  call: CallContext,
): Promise<Finding> {
  const { images } = lost.sent;
  if (lost.unrecorded || typeof images !== 'string')
    return { state: 'unsure', message: 'what was sent is not recorded' };
  return lookTwice(() => look(connection, { lost, images }, call), looking, call);
}

async function look(
  connection: ReplicateConnection,
  { lost, images }: { lost: LostAttempt; images: string },
  { signal }: CallContext,
): Promise<Finding> {
  const sinceMs = lost.sentAtMs - SINCE_MS;
  let silent = 0;
  let next: string | undefined = '/trainings';
  try {
    for (let page = 0; page < PAGES_MAX; page++) {
      const { results, next: further }: z.infer<typeof pageSchema> = await list(connection, next, signal);
      const found = results.find(({ input, id }) => input?.['input_images'] === images && !lost.isKnown(id));
      if (found) return { state: 'found', remoteId: found.id };
      silent += results.filter(({ input, created_at: at }) => !input && Date.parse(at) >= sinceMs).length;
      const oldest = results.at(-1)?.created_at;
      next = further ?? undefined;
      if (next === undefined || (oldest !== undefined && Date.parse(oldest) < sinceMs)) return absent(silent);
      if (!URL.canParse(next) || new URL(next).origin !== new URL(connection.baseUrl).origin)
        return { state: 'unsure', message: 'the list of trainings goes on at another address' };
    }
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { state: 'unsure', message: error.message };
  }
  return { state: 'unsure', message: 'too many trainings since then to look through' };
}

/** @param silent trainings since then that no longer tell what they were asked. */
function absent(silent: number): Finding {
  if (silent === 0) return { state: 'absent' };
  return { state: 'unsure', message: `${silent} trainings since then no longer tell what was asked` };
}

function list(connection: ReplicateConnection, from: string, signal: AbortSignal): Promise<z.infer<typeof pageSchema>> {
  return ask(connection, { asked: 'read', signal, timeoutMs: READ_TIMEOUT_MS }, pageSchema, async (client) => {
    const response = await client.request(from.includes('://') ? new URL(from) : from, { method: 'GET', signal });
    return response.json();
  });
}
