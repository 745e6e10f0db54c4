/**
 * What is kept of a request for a look-up: the input as it was sent, so that no later change of config, schema or clock
 * makes it look like another.
 */
import { z } from 'zod';
import type { SentRecord } from '../provider.ts';
import type { Input } from './schema.ts';
import { withoutBytes } from './same-input.ts';
import type { InputSchema } from './schema.ts';

/** A request as it was sent. */
export interface SentRequest {
  /** `owner/name`. */
  model: string;
  /** The pinned version, in hex; undefined: the model was asked for by name. */
  version?: string | undefined;
  /** Pictures in it stand as their sums. */
  input: Input;
  /** How far the service's clock was ahead of ours then, in ms. */
  skewMs: number;
  /** It may have been as much more, in ms. */
  doubtMs?: number;
}

const schema = z.object({
  model: z.string(),
  version: z.string().nullable(),
  input: z.record(z.string(), z.json()),
  skewMs: z.number(),
  doubtMs: z.number().default(0),
});

/** The record of a request that is about to be sent. Its input should come from `withoutSecrets`. */
export function sentRecord({ model, version, input, skewMs, doubtMs }: SentRequest): SentRecord {
  return schema.parse({ model, version: version ?? null, input: withoutBytes(input), skewMs, doubtMs });
}

/**
 * The input without the model's keys and passwords: they belong in no ledger, and the service does not tell them again,
 * so that they would make our own prediction look like another.
 */
export function withoutSecrets(input: Input, { fields }: InputSchema): Input {
  const isSecret = (name: string): boolean => fields.get(name)?.secret ?? fields.get(name)?.items?.secret ?? false;
  return Object.fromEntries(Object.entries(input).filter(([name]) => !isSecret(name)));
}

/** The request of a record; undefined when it is none. */
export function sentRequest(record: SentRecord): SentRequest | undefined {
  const { data } = schema.safeParse(record);
  return data && { ...data, version: data.version ?? undefined };
}
