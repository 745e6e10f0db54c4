/** Work that an app on Modal has accepted: by a call id, or by the address of its result. */
import { z } from 'zod';
import { ProviderError } from '../../errors.ts';
import type { CallContext, Finding, LostAttempt } from '../provider.ts';
import type { Queue, Reading } from '../queue.ts';
import { pictureIn, workerFailure } from '../worker-output.ts';
import { type Answered, askModal, type Connection, SERVICE } from './ask.ts';

/** Results of calls are kept for 7 days (modal.com/docs/guide/job-queue). */
export const RETENTION_MS = 7 * 86_400_000;
/** A key may have been forgotten a day before the results go: entries of a modal.Dict have the same 7 days. */
const ABSENCE_BELIEVED_MS = 6 * 86_400_000;
const READ_TIMEOUT_MS = 30_000;
/** The address of a result answers when there is one, or after 150 s with itself. */
const RESULT_TIMEOUT_MS = 170_000;
/** The distance between two readings grows to this many times `pollMs`. */
const POLL_SLOWEST = 10;

/** What the app answers to a job that it took. */
export const submittedSchema = z.object({ call_id: z.string().regex(/^[\w-]{1,200}$/) });

const foundSchema = z.discriminatedUnion('state', [
  submittedSchema.extend({ state: z.literal('accepted') }),
  z.object({ state: z.literal('claimed') }),
  z.object({ state: z.literal('absent') }),
]);

/** Accepted work as a queue. */
export function work(connection: Connection, pollMs: number): Queue<Answered> {
  return {
    service: SERVICE,
    retentionMs: RETENTION_MS,
    pollMs,
    pollMaxMs: POLL_SLOWEST * pollMs,
    read: async (remoteId, { signal }) => {
      const isAddress = URL.canParse(remoteId);
      const url = isAddress ? remoteId : `${connection.baseUrl}/result/${encodeURIComponent(remoteId)}`;
      if (new URL(url).origin !== new URL(connection.baseUrl).origin)
        throw new ProviderError(`the work is at ${new URL(url).host}, and the config names another address`, {
          failure: 'rejected',
        });
      const timeoutMs = isAddress ? RESULT_TIMEOUT_MS : READ_TIMEOUT_MS;
      return askModal(connection, { paid: false, method: 'GET', url, signal, timeoutMs });
    },
    resultOf,
  };
}

/**
 * What an answer means.
 * @throws {ProviderError} when it tells of a failure: the time on the machine may have been charged.
 */
export function resultOf(answer: Answered): Reading {
  if (answer.kind === 'pending' || answer.kind === 'moved') return { state: 'running' };
  if (answer.kind === 'picture') return { state: 'generated', image: { kind: 'bytes', bytes: answer.bytes } };
  const found = pictureIn(answer.json);
  if ('problem' in found) throw workerFailure(SERVICE, found.problem, 'maybe');
  if ('nothing' in found)
    throw new ProviderError(`${SERVICE} answered, but ${found.nothing}`, { failure: 'unusable', charged: 'maybe' });
  return { state: 'generated', ...found };
}

/** Asks the app for a job by its key. Never throws: what can't be asked is `unsure`. */
export async function findJob(connection: Connection, lost: LostAttempt, call: CallContext): Promise<Finding> {
  if (lost.unrecorded) return { state: 'unsure', message: 'its key is not known' };
  const url = `${connection.baseUrl}/job/${encodeURIComponent(lost.request.attemptKey)}`;
  let json: unknown;
  try {
    const question = { paid: false, method: 'GET', url, signal: call.signal, timeoutMs: READ_TIMEOUT_MS } as const;
    const answer = await askModal(connection, question);
    json = answer.kind === 'json' ? answer.json : undefined;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { state: 'unsure', message: error.message };
  }
  const { data } = foundSchema.safeParse(json);
  if (data === undefined) return { state: 'unsure', message: 'the app does not tell of jobs by their key' };
  if (data.state === 'accepted') return { state: 'found', remoteId: data.call_id };
  if (data.state === 'claimed') return { state: 'unsure', message: 'the app took the job, and does not tell its call' };
  const ageMs = (connection.clock.nowMs() ?? connection.now()) - lost.sentAtMs - (Number(lost.sent['skewMs']) || 0);
  return ageMs < ABSENCE_BELIEVED_MS
    ? { state: 'absent' }
    : { state: 'unsure', message: 'the app may have forgotten its key by now' };
}
