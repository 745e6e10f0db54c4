/** What became of a prompt that has ended. Pure. */
import { z } from 'zod';
import { ProviderError, type Charged } from '../../errors.ts';
import { oneLine } from '../error-body.ts';
import type { Reading } from '../queue.ts';
import { SERVICE } from './connection.ts';
import { picturesOf, type ComfyPicture, type HistoryEntry } from './work.ts';

/** What decides which picture is taken, and what its failures cost. */
export interface ResultOptions {
  baseUrl: string;
  /** The node whose picture is taken. */
  outputNode: string | undefined;
  /** `maybe` where the user has set a price: the GPU has worked. */
  charged: Charged;
}

/** A message of the run: its kind, and what it tells (Comfy-Org/ComfyUI execution.py, `handle_execution_error`). */
const messageSchema = z.tuple([z.string(), z.unknown()], z.unknown());
const errorSchema = z.object({
  node_id: z.union([z.string(), z.number()]).nullish(),
  node_type: z.string().nullish(),
  exception_message: z.string().nullish(),
  exception_type: z.string().nullish(),
});

const OUT_OF_MEMORY = /out ?of ?memory/i;

/**
 * The picture of a prompt that has ended.
 * @throws {ProviderError} how it ended without one.
 */
export function resultOf(entry: HistoryEntry, options: ResultOptions): Reading {
  const failure = failureOf(entry, options);
  if (failure !== undefined) throw failure;
  const pictures = picturesOf(entry, options.outputNode);
  const picture = pictures.at(-1);
  if (picture === undefined)
    throw new ProviderError(
      options.outputNode === undefined
        ? 'the workflow ended without a picture: it needs a node that saves one (SaveImage)'
        : `the workflow ended without a picture of its node ${options.outputNode}`,
      { failure: 'rejected', charged: options.charged, code: 'no_picture' },
    );
  const more = pictures.length > 1;
  return {
    state: 'generated',
    image: { kind: 'url', url: addressOf(picture, options.baseUrl) },
    ...(more ? { warnings: [`the workflow made ${pictures.length} pictures: the last one is kept`] } : {}),
  };
}

function failureOf({ status }: HistoryEntry, { charged }: ResultOptions): ProviderError | undefined {
  if (status === null || status === undefined || status.status_str === 'success') return undefined;
  const messages = (status.messages ?? []).flatMap((message) => {
    const { data } = messageSchema.safeParse(message);
    return data ? [{ kind: data[0], told: data[1] }] : [];
  });
  if (messages.some(({ kind }) => kind === 'execution_interrupted'))
    return new ProviderError(`the workflow was stopped at ${SERVICE}`, {
      failure: charged === 'no' ? 'rejected' : 'timeout',
      charged,
      canceled: true,
      code: 'interrupted',
    });
  const told = messages.find(({ kind }) => kind === 'execution_error')?.told;
  const {
    node_id: id,
    node_type: type,
    exception_message: said,
    exception_type: exception,
  } = errorSchema.safeParse(told).data ?? {};
  const words = oneLine(said ?? '') || exception || 'the workflow failed without a reason';
  const where = type ? ` in ${type} (node ${id ?? '?'})` : '';
  // After it has run out of memory the server unloads its models: the next try may have enough.
  const isFull = OUT_OF_MEMORY.test(`${exception ?? ''} ${words}`);
  return new ProviderError(`${SERVICE}${where}: ${words}`, {
    failure: isFull ? 'unavailable' : 'rejected',
    charged,
    code: exception ?? 'execution_error',
  });
}

function addressOf({ filename, subfolder, type }: ComfyPicture, baseUrl: string): string {
  return `${baseUrl}/view?${new URLSearchParams({ filename, subfolder, type })}`;
}
