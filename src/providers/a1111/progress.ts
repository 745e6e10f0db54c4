/** How far a picture is, asked while its request is under way. */
import { z } from 'zod';
import type { ProviderSettings } from '../definition.ts';
import { askJson, type JsonService } from '../json-service.ts';
import type { CallContext } from '../provider.ts';

const READ_TIMEOUT_MS = 5_000;

const progressSchema = z.object({ progress: z.number().nullish(), current_task: z.string().nullish() });

/** What is looked at. */
interface Watched {
  service: JsonService;
  /** The id that the request gave itself. Older servers tell none: then it is whatever is under way. */
  task: string;
  pollMs: number;
  sleep: ProviderSettings['sleep'];
}

/** Waits for an answer, and tells meanwhile how far it is. A look that fails is passed over: it is only for the eye. */
export async function withProgress<Answer>(
  making: Promise<Answer>,
  watched: Watched,
  call: CallContext,
): Promise<Answer> {
  const { onPhase } = call;
  if (onPhase === undefined) return making;
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, call.signal]);
  onPhase('waiting');
  const watching = watch(watched, { signal, onPhase });
  try {
    return await making;
  } finally {
    over.abort();
    await watching;
  }
}

async function watch(
  { service, task, pollMs, sleep }: Watched,
  { signal, onPhase }: CallContext & Required<Pick<CallContext, 'onPhase'>>,
): Promise<void> {
  const path = '/sdapi/v1/progress?skip_current_image=true';
  const question = { asked: 'read', method: 'GET', path, timeoutMs: READ_TIMEOUT_MS } as const;
  while (!signal.aborted) {
    try {
      await sleep(pollMs, signal);
      const { progress, current_task: current } = await askJson(service, { ...question, signal }, progressSchema);
      const isOurs = current === undefined || current === null || current === task;
      if (isOurs && typeof progress === 'number') onPhase('waiting', Math.min(1, Math.max(0, progress)));
    } catch {
      // Only for the eye: the picture is what counts.
    }
  }
}
