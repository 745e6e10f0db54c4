/** Submitting, collecting, looking up and stopping prompts. */
import { z } from 'zod';
import { ProviderError, type Charged } from '../../errors.ts';
import type { ProviderSettings } from '../definition.ts';
import { askJson, tellJson } from '../json-service.ts';
import type { Accepted, CallContext, Collected, ImageRequest, Provider, SubmitContext } from '../provider.ts';
import { collectFromQueue, type Queue } from '../queue.ts';
import { referenceSender, type ReferenceSender } from '../reference-sender.ts';
import { requestWorkflow, type Workflows } from '../workflow-files.ts';
import { posting, promptIdOf, READ_TIMEOUT_MS, SERVICE, type ComfyConnection } from './connection.ts';
import { watchProgress } from './progress.ts';
import { resultOf } from './result.ts';
import { placeInQueue, readWork, type Work } from './work.ts';

/** At most, and no more than the shot's own time-out: the server only checks the workflow before it answers. */
const SUBMIT_TIMEOUT_MS = 60_000;
/** The distance between two readings grows to this many times `pollMs`. */
const POLL_SLOWEST = 4;
/** So many readings in a row that do not find the prompt: the server was started again, and has forgotten it. */
const MISSES_MAX = 3;
/** The server's own limit unless it was started with another (`--max-upload-size`, in MB). */
const UPLOAD_MAX_BYTES = 100_000_000;

const acceptedSchema = z.object({ prompt_id: z.string().regex(/^[\w-]{1,200}$/) });
const uploadedSchema = z.object({ name: z.string().min(1), subfolder: z.string().default('') });

/** What every attempt needs. */
interface Parts {
  connection: ComfyConnection;
  /** @throws {UserError} when there is none that can be used. */
  workflows: () => Workflows;
  options: { pollMs: number; outputNode?: string | undefined };
  /** What a run that gave no picture costs. */
  charged: Charged;
  settings: Pick<ProviderSettings, 'now' | 'elapsed' | 'sleep' | 'timeoutMs'>;
}

/** The part of the provider that makes pictures. */
export function attempts(parts: Parts): Required<Pick<Provider, 'submit' | 'collect' | 'find' | 'cancel'>> {
  const { connection } = parts;
  const sendReference = sender(connection);
  return {
    submit: async (request, call) => {
      const remoteId = await submit(parts, sendReference, { request, call });
      return { state: 'accepted', remoteId };
    },
    collect: (accepted, request, call) => collect(parts, accepted, { request, call }),
    find: async ({ request }, call) => {
      const remoteId = promptIdOf(request.attemptKey);
      const { state } = await readWork(connection, remoteId, call);
      return state === 'absent' ? { state } : { state: 'found', remoteId };
    },
    cancel: (remoteId, call) => cancel(parts, remoteId, call),
  };
}

async function submit(
  { connection, workflows, settings }: Parts,
  sendReference: ReferenceSender,
  { request, call }: { request: ImageRequest; call: SubmitContext },
): Promise<string> {
  const { signal } = call;
  if (signal.aborted) throw new ProviderError('stopped before anything was sent', { failure: 'interrupted' });
  // A workflow that none can take the place of is refused before a file is uploaded.
  requestWorkflow(workflows(), request, []);
  const references = await Promise.all(request.references.map((reference) => sendReference(reference, { signal })));
  const id = promptIdOf(request.attemptKey);
  call.onPhase?.('sending');
  const answer = await askJson(
    connection,
    {
      asked: 'queue-submit',
      method: 'POST',
      path: '/prompt',
      // Whoever listens under this name is told how far it is.
      body: { prompt: requestWorkflow(workflows(), request, references), prompt_id: id, client_id: id },
      signal,
      timeoutMs: Math.min(SUBMIT_TIMEOUT_MS, settings.timeoutMs),
      onSending: () => call.onSending({ promptId: id }),
    },
    acceptedSchema,
  );
  return answer.prompt_id;
}

/** Uploads references into the server's own folder of inputs, each once per process; under one name for one content. */
function sender(connection: ComfyConnection): ReferenceSender {
  return referenceSender({
    limit: { service: SERVICE, maxBytes: UPLOAD_MAX_BYTES },
    inlineMaxBytes: -1,
    now: connection.now,
    upload: async (file, signal) => {
      const body = new FormData();
      body.append('image', file, `imggen-${file.name}`);
      body.append('type', 'input');
      body.append('overwrite', 'true');
      const question = { ...posting({ signal }, '/upload/image', body), timeoutMs: 2 * READ_TIMEOUT_MS };
      const { name, subfolder } = await askJson(connection, question, uploadedSchema);
      return { url: subfolder === '' ? name : `${subfolder}/${name}`, untilMs: Infinity };
    },
  });
}

async function collect(
  parts: Parts,
  accepted: Accepted,
  { request, call }: { request: ImageRequest; call: CallContext },
): Promise<Collected> {
  const { connection, settings } = parts;
  const { remoteId } = accepted;
  const progress = watchProgress(connection.baseUrl, remoteId, (share) => call.onPhase?.('waiting', share));
  try {
    const queue = prompts(parts, () => progress.share());
    const collected = await collectFromQueue(queue, accepted, settings, call);
    if (collected.state === 'running' || remoteId === promptIdOf(request.attemptKey)) return collected;
    const old = `${SERVICE} is too old to take our ids: a picture whose answer was lost is made again; update it`;
    return { ...collected, warnings: [...(collected.warnings ?? []), old] };
  } finally {
    progress.close();
  }
}

/** Prompts as a queue. What the server has forgotten, as it was started again, is made again. */
function prompts({ connection, options, charged }: Parts, share: () => number | undefined): Queue<Work> {
  let misses = 0;
  return {
    service: SERVICE,
    // As long as it runs, of its last 10,000 prompts.
    retentionMs: Infinity,
    pollMs: options.pollMs,
    pollMaxMs: POLL_SLOWEST * options.pollMs,
    read: (remoteId, call) => readWork(connection, remoteId, call),
    resultOf: (work) => {
      misses = work.state === 'absent' ? misses + 1 : 0;
      if (work.state === 'ended')
        return resultOf(work.entry, { baseUrl: connection.baseUrl, outputNode: options.outputNode, charged });
      if (misses >= MISSES_MAX)
        throw new ProviderError(`${SERVICE} no longer knows the prompt: it was started again, or cleared`, {
          failure: 'unavailable',
          charged,
          code: 'forgotten',
        });
      const far = work.state === 'running' ? share() : undefined;
      return far === undefined ? { state: 'running' } : { state: 'running', progress: far };
    },
  };
}

/** Stops a prompt where it is. An old server's `/interrupt` stops whatever runs: it is asked only when that is ours. */
async function cancel({ connection, charged }: Parts, remoteId: string, call: CallContext): Promise<boolean> {
  const place = await placeInQueue(connection, remoteId, call);
  if (place === 'absent') return false;
  if (place === 'waiting') await tellJson(connection, posting(call, '/queue', { delete: [remoteId] }));
  else await tellJson(connection, posting(call, '/interrupt', { prompt_id: remoteId }));
  return place === 'waiting' || charged === 'no';
}
