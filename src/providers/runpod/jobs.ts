/** Asking for accepted jobs, and for the state of an endpoint. */
import { z } from 'zod';
import { askJson, type JsonQuestion, type JsonService } from '../json-service.ts';
import type { CallContext } from '../provider.ts';
import type { Queue } from '../queue.ts';
import type { ServiceClock } from '../service-clock.ts';
import { type Job, jobSchema, resultOf } from './job.ts';
import { MODEL_LIST } from './models.ts';

/** How the service is called in messages. */
export const SERVICE = 'RunPod';
/** Finished jobs of /run are kept this long (runpod/docs serverless/endpoints/send-requests.mdx). */
export const RETENTION_MS = 30 * 60_000;
const READ_TIMEOUT_MS = 30_000;
/** The distance between two readings grows to this many times `pollMs`. */
const POLL_SLOWEST = 10;

/** Where and as whom, with the service's clock. */
export interface Connection {
  service: JsonService;
  clock: ServiceClock;
}

/** The id of work names its endpoint: another config later must not ask another one. */
export function jobPath(operation: 'status' | 'cancel', remoteId: string): string {
  const [endpointId = '', jobId = ''] = remoteId.split('/');
  return `/${encodeURIComponent(endpointId)}/${operation}/${encodeURIComponent(jobId)}`;
}

/** Jobs as a queue. */
export function jobs(connection: Connection, pollMs: number): Queue<Job & { isOwn: boolean }> {
  return {
    service: SERVICE,
    retentionMs: RETENTION_MS,
    pollMs,
    pollMaxMs: POLL_SLOWEST * pollMs,
    read: async (remoteId, call) => {
      const job = await askJson(connection.service, reading(connection, call, jobPath('status', remoteId)), jobSchema);
      return { ...job, isOwn: !isPublic(remoteId.split('/')[0]) };
    },
    resultOf: (job) => resultOf(job, job.isOwn),
  };
}

function isPublic(endpointId: string | undefined): boolean {
  return MODEL_LIST.models.some(
    ({ at }) => 'endpoint' in at && [at.endpoint.id, at.withoutPictures?.id].includes(endpointId),
  );
}

/** A question that is free. */
export function reading({ clock }: Connection, { signal }: CallContext, path: string): JsonQuestion {
  const onAnswer = (headers: Headers): void => clock.hear(headers);
  return { asked: 'read', method: 'GET', path, signal, timeoutMs: READ_TIMEOUT_MS, onAnswer };
}

const count = z.number().catch(0).default(0);
const healthSchema = z.object({
  jobs: z.object({ inQueue: count, inProgress: count }),
  workers: z.object({ idle: count, running: count }),
});

/** What the queue and the workers of an endpoint are doing, in words; free. @throws {ProviderError} */
export async function healthOf(connection: Connection, endpointId: string, call: CallContext): Promise<string> {
  const question = reading(connection, call, `/${endpointId}/health`);
  const { jobs: work, workers } = await askJson(connection.service, question, healthSchema);
  return (
    `${endpointId} answers: ${work.inQueue} queued, ${work.inProgress} in progress; ` +
    `workers: ${workers.idle} idle, ${workers.running} running`
  );
}
