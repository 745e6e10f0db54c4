/** What ComfyUI knows of a prompt: waiting, running, ended, or nothing. */
import { z } from 'zod';
import { askJson } from '../json-service.ts';
import type { CallContext } from '../provider.ts';
import { reading, type ComfyConnection } from './connection.ts';

const pictureSchema = z.object({
  filename: z.string().min(1),
  subfolder: z.string().default(''),
  type: z.string().default('output'),
});

/** A file that a node has made; `type`: `output`, or `temp` for previews. */
export type ComfyPicture = z.infer<typeof pictureSchema>;

const outputSchema = z.object({ images: z.array(pictureSchema) });

const entrySchema = z.object({
  outputs: z.record(z.string(), z.unknown()).nullish(),
  status: z
    .object({
      status_str: z.string(),
      completed: z.boolean().nullish(),
      messages: z.array(z.unknown()).nullish(),
    })
    .nullish(),
});

/** What is kept of a prompt that has ended. */
export type HistoryEntry = z.infer<typeof entrySchema>;

/** Unknown ids are answered with `{}`. */
const historySchema = z.record(z.string(), entrySchema);

/** Each item: number, id, graph, more. */
const items = z.array(z.tuple([z.unknown(), z.string()], z.unknown()));
const queueSchema = z.object({ queue_running: items, queue_pending: items });

/** A prompt as the server knows it now. */
export type Work = { state: 'ended'; entry: HistoryEntry } | { state: 'waiting' | 'running' | 'absent' };

/**
 * Asks for a prompt. The history is asked once more after the queue: it goes from one to the other in one step, perhaps
 * between the two questions.
 * @throws {ProviderError}
 */
export async function readWork(connection: ComfyConnection, promptId: string, call: CallContext): Promise<Work> {
  const ended = await endedWork(connection, promptId, call);
  if (ended !== undefined) return ended;
  const state = await placeInQueue(connection, promptId, call);
  if (state !== 'absent') return { state };
  return (await endedWork(connection, promptId, call)) ?? { state: 'absent' };
}

async function endedWork(connection: ComfyConnection, promptId: string, call: CallContext): Promise<Work | undefined> {
  const history = await askJson(connection, reading(call, `/history/${promptId}`), historySchema);
  const entry = history[promptId];
  return entry && { state: 'ended', entry };
}

/** Where in the queue a prompt is. @throws {ProviderError} */
export async function placeInQueue(
  connection: ComfyConnection,
  promptId: string,
  call: CallContext,
): Promise<'waiting' | 'running' | 'absent'> {
  const queue = await askJson(connection, reading(call, '/queue'), queueSchema);
  const has = (list: readonly (readonly unknown[])[]): boolean => list.some(([, id]) => id === promptId);
  if (has(queue.queue_running)) return 'running';
  return has(queue.queue_pending) ? 'waiting' : 'absent';
}

/** The pictures of a prompt, node by node; of one node where it is named. */
export function picturesOf({ outputs }: HistoryEntry, outputNode: string | undefined): ComfyPicture[] {
  const nodes = Object.entries(outputs ?? {}).filter(([id]) => outputNode === undefined || id === outputNode);
  const all = nodes.flatMap(([, output]) => outputSchema.safeParse(output).data?.images ?? []);
  const saved = all.filter(({ type }) => type === 'output');
  return saved.length > 0 ? saved : all;
}
