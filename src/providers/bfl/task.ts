/** A task of Black Forest Labs: where it is asked for, and what its states mean. Pure. */
import { z } from 'zod';
import { type Charged, ProviderError } from '../../errors.ts';
import { microsOf } from '../../money.ts';
import type { SentRecord } from '../provider.ts';
import type { Reading } from '../queue.ts';

/** The answer to a request: an id, where to ask for it, and what it costs, in credits. */
export const submittedSchema = z.object({
  id: z.string().regex(/^[\w-]{1,100}$/),
  polling_url: z.string().nullish(),
  cost: z.number().nullish(),
  input_mp: z.number().nullish(),
  output_mp: z.number().nullish(),
});

/** A task as it is told when it is asked for. */
export const taskSchema = z.object({
  status: z.string().nullish(),
  state: z.string().nullish(),
  result: z
    .object({ sample: z.string().nullish(), seed: z.number().nullish(), duration: z.number().nullish() })
    .nullish(),
  progress: z.number().nullish(),
  details: z.unknown().optional(),
  cost: z.number().nullish(),
});

type Submitted = z.infer<typeof submittedSchema>;
type Task = z.infer<typeof taskSchema>;

/** Where tasks are asked for by their ids. */
const RESULT_PATH = '/v1/get_result';
/** The service has a host for each region; only that one knows a task (docs.bfl.ai: use the returned polling_url). */
const REGIONS = /^api(\.[a-z0-9-]+)?\.bfl\.ai$/;
/** A credit is a cent (docs.bfl.ai/quick_start/pricing). */
const CREDIT_USD = 0.01;

/**
 * The remote id of a task: `ID`, or `ID@HOST/PATH` where it is asked for at another host of the service. What is no
 * host of the service, or of the base URL, is not used: the base URL is asked then.
 */
export function remoteIdOf({ id, polling_url: address }: Submitted, baseUrl: string): string {
  if (!address || !URL.canParse(address)) return id;
  const url = new URL(address);
  const isOwn = url.origin === new URL(baseUrl).origin;
  if ((!isOwn && !isRegion(url.origin, baseUrl)) || !/^\/[\w/-]+$/.test(url.pathname)) return id;
  const asked = url.searchParams.get('id');
  if ((asked ?? id) !== id || [...url.searchParams.keys()].some((name) => name !== 'id')) return id;
  const isUsual = isOwn && url.pathname === `${new URL(baseUrl).pathname.replace(/\/$/, '')}${RESULT_PATH}`;
  return isUsual ? id : `${id}@${isOwn ? '' : url.host}${url.pathname}`;
}

/** Where a task is asked for: the base URL, or a host of the service's own; and the path behind it. */
export function addressOf(remoteId: string, baseUrl: string): { baseUrl: string; path: string } {
  const [, id = remoteId, host, path] = /^([\w-]+)@([\w.-]*)(\/[\w/-]+)$/.exec(remoteId) ?? [];
  const query = `?id=${encodeURIComponent(id)}`;
  if (host && isRegion(`https://${host}`, baseUrl)) return { baseUrl: `https://${host}`, path: `${path}${query}` };
  if (host === '') return { baseUrl: new URL(baseUrl).origin, path: `${path}${query}` };
  return { baseUrl, path: `${RESULT_PATH}${query}` };
}

/** The key goes to other hosts of the service only where the base URL is one of them. */
function isRegion(origin: string, baseUrl: string): boolean {
  const [url, base] = [new URL(origin), new URL(baseUrl)];
  return [url, base].every(({ protocol, host }) => protocol === 'https:' && REGIONS.test(host));
}

/** What the ledger keeps of the answer to a request: its cost is told nowhere else for some models. */
export function sentOf({ cost, input_mp: inputMp, output_mp: outputMp }: Submitted): SentRecord {
  const told = { cost, input_mp: inputMp, output_mp: outputMp };
  return Object.fromEntries(
    Object.entries(told).flatMap(([name, value]) => (value === null || value === undefined ? [] : [[name, value]])),
  );
}

/**
 * What a task means.
 * @param sent what `sentOf` gave, by the attempt.
 * @throws {ProviderError} how it ended without a picture.
 */
export function resultOf(task: Task, sent: SentRecord): Reading {
  const status = task.status ?? task.state ?? '';
  switch (status) {
    case 'Ready':
      return ready(task, sent);
    case 'Request Moderated':
    case 'Content Moderated':
      throw new ProviderError(`Black Forest Labs: ${status.toLowerCase()}${wordsOf(task.details)}`, {
        failure: 'refused',
        charged: chargedBy(task.cost),
        code: status,
      });
    case 'Error':
    case 'Failed':
      throw new ProviderError(`Black Forest Labs: the task failed${wordsOf(task.details)}`, {
        failure: 'unavailable',
        charged: chargedBy(task.cost),
        code: status,
      });
    // Another region may know it.
    case 'Task not found':
      return { state: 'missing', why: 'the task is not found' };
    // Pending, or a status that is new.
    default:
      return typeof task.progress === 'number'
        ? { state: 'running', progress: Math.min(Math.max(task.progress, 0), 1) }
        : { state: 'running' };
  }
}

function ready({ result, cost }: Task, sent: SentRecord): Reading {
  const url = result?.sample;
  if (!url) return { state: 'missing', why: 'the task is ready, and its picture is not there' };
  if (!/^https?:/.test(url) || !URL.canParse(url))
    throw new ProviderError("Black Forest Labs' answer holds no picture", { failure: 'unusable' });
  const credits = [cost, sent['cost']].find((told) => typeof told === 'number');
  const usage = { ...sent, ...(typeof cost === 'number' ? { cost } : {}), duration: result?.duration ?? null };
  return {
    state: 'generated',
    image: { kind: 'url', url },
    ...(Number.isSafeInteger(result?.seed) ? { seedUsed: Number(result?.seed) } : {}),
    ...(typeof credits === 'number' && credits >= 0 ? { costMicros: microsOf(rounded(credits * CREDIT_USD)) } : {}),
    usage,
  };
}

/** Whether a task that ended so is billed, is published nowhere: only what it tells itself is sure. */
function chargedBy(cost: number | null | undefined): Charged {
  return typeof cost !== 'number' ? 'maybe' : cost > 0 ? 'yes' : 'no';
}

/** What the service says of it: reasons of its moderation, or any words. */
function wordsOf(details: unknown): string {
  const reasons = typeof details === 'object' && details !== null ? Object.values(details).flat() : [details];
  const words = reasons.filter((reason): reason is string => typeof reason === 'string' && reason !== '');
  return words.length === 0 ? '' : ` (${words.join(', ').slice(0, 300)})`;
}

function rounded(usd: number): number {
  return Math.round(usd * 1e6) / 1e6;
}
