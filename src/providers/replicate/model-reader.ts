/**
 * Reads what a model takes from Replicate, once per process and model.
 */
import { z } from 'zod';
import { ProviderError } from '../../errors.ts';
import { ask, type ReplicateConnection, READ_TIMEOUT_MS } from './connection.ts';
import { modelParts, modelRecord } from './models.ts';
import { outputProblem } from './output.ts';
import { promptField } from './prompt-field.ts';
import { type Input, type InputSchema, inputSchema } from './schema.ts';
import { worksOn } from './works-on.ts';

/** A model that can be asked for a picture. */
export interface KnownModel {
  /** `owner/name`. */
  id: string;
  /** The version to ask for; undefined: the model is asked for by name, as official models are. */
  version?: string | undefined;
  schema: InputSchema;
  /** Why it can't make pictures for imggen, as a predicate: `answers with text`. */
  problem?: string | undefined;
}

/** Reads a model; `known` gives one that was read before, without asking. */
export interface ModelReader {
  (model: string, signal: AbortSignal): Promise<KnownModel>;
  known: (model: string) => KnownModel | undefined;
}

const version = z.object({ id: z.string(), openapi_schema: z.unknown().optional() });
const modelSchema = z.object({
  is_official: z.boolean().nullish(),
  latest_version: version.nullish(),
  default_example: z.object({ output: z.unknown().optional() }).nullish().catch(null),
});

/**
 * Makes a reader. While a listed model's schema can't be had in passing, its built-in one is taken and the next call
 * asks again. The reader throws {ProviderError}: `rejected` when there is no such model or it takes no input, otherwise
 * what the read failed with. @param given the user's inputs for a model.
 */
export function modelReader(connection: ReplicateConnection, given: Reading['given'] = () => ({})): ModelReader {
  const reads: Reading = { connection, given };
  const found = new Map<string, KnownModel>();
  const reading = new Map<string, Promise<KnownModel>>();
  async function read(model: string, signal: AbortSignal): Promise<KnownModel> {
    const known = found.get(model);
    if (known !== undefined) return known;
    try {
      const started = reading.get(model) ?? readModel(reads, model, signal);
      reading.set(model, started);
      const fresh = await started;
      found.set(model, fresh);
      return fresh;
    } catch (error) {
      // The caller that was reading for all was stopped; this one was not.
      if (error instanceof ProviderError && error.failure === 'interrupted' && !signal.aborted)
        return readModel(reads, model, signal);
      const assumed = modelRecord(model);
      const passing =
        error instanceof ProviderError && (error.failure === 'unavailable' || error.failure === 'rate-limited');
      if (!passing || assumed?.fields === undefined || signal.aborted) throw error;
      return {
        id: assumed.id,
        version: modelParts(model)?.version,
        schema: { fields: new Map(Object.entries(assumed.fields)), required: ['prompt'] },
      };
    } finally {
      reading.delete(model);
    }
  }
  return Object.assign(read, { known: (model: string) => found.get(model) });
}

interface Reading {
  connection: ReplicateConnection;
  given: (model: string) => Input;
}

async function readModel({ connection, given }: Reading, model: string, signal: AbortSignal): Promise<KnownModel> {
  const parts = modelParts(model);
  if (parts === undefined) throw new ProviderError(`${model} is no Replicate model`, { failure: 'rejected' });
  const { owner, name } = parts;
  const question = { asked: 'read', signal, timeoutMs: READ_TIMEOUT_MS } as const;
  const answer = await ask(connection, question, modelSchema, (client) => client.models.get(owner, name, { signal }));
  const latest = answer.latest_version;
  const pinned = parts.version !== undefined && parts.version !== latest?.id;
  const described = pinned
    ? await ask(connection, question, version, (client) =>
        client.models.versions.get(owner, name, parts.version ?? '', { signal }),
      )
    : latest;
  const schema = inputSchema(described?.openapi_schema);
  if (schema === undefined)
    throw new ProviderError(`${model} has no version that takes inputs`, { failure: 'rejected' });
  // Models of others can only be asked for by version.
  return {
    id: `${owner}/${name}`,
    version: parts.version ?? (answer.is_official ? undefined : latest?.id),
    schema,
    problem:
      workProblem(schema, given(model)) ?? outputProblem(described?.openapi_schema, answer.default_example?.output),
  };
}

/** Why nothing can be sent to a model without a prompt; undefined: it can, or it takes one. */
function workProblem(schema: InputSchema, given: Input): string | undefined {
  const works = promptField(schema) === undefined ? worksOn(schema, given) : undefined;
  return works && 'problem' in works ? works.problem : undefined;
}
