/**
 * Whether a server has what a workflow needs: its nodes, and the files that they name. By `GET /object_info/NODE`
 * (Comfy-Org/ComfyUI server.py, `node_info`), which is free and changes nothing.
 */
import { z } from 'zod';
import { ProviderError } from '../../errors.ts';
import { askJson } from '../json-service.ts';
import type { CallContext } from '../provider.ts';
import type { Workflow, WorkflowGraph } from '../workflow.ts';
import { reading, type ComfyConnection } from './connection.ts';

/** Problems that are told at most. */
const TOLD_MAX = 5;

/** What an input takes: a list of values, in newer servers `COMBO` with its options; all else is not looked at. */
const listSchema = z.union([
  z.tuple([z.array(z.unknown())], z.unknown()).transform(([values]) => values),
  z
    .tuple([z.literal('COMBO'), z.object({ options: z.array(z.unknown()) })], z.unknown())
    .transform((all) => all[1].options),
]);
const inputs = z.record(z.string(), z.unknown()).nullish();
const infoSchema = z.object({ input: z.object({ required: inputs, optional: inputs }) });

/** Unknown nodes are answered with `{}`. */
const answerSchema = z.record(z.string(), infoSchema);

/** The inputs of each kind of node that the server has. */
type Known = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/**
 * What of a workflow the server lacks, a sentence each.
 * @throws {ProviderError} when it can't be asked.
 */
export async function missingIn(
  connection: ComfyConnection,
  { graph, nodeTypes }: Workflow,
  call: CallContext,
): Promise<readonly string[]> {
  const found = await Promise.all(
    nodeTypes.map(async (type) => [type, await inputsOf(connection, type, call)] as const),
  );
  const known = new Map(found.flatMap(([type, told]) => (told === undefined ? [] : [[type, told] as const])));
  const problems = problemsOf(graph, known);
  const more = problems.length - TOLD_MAX;
  return more > 0 ? [...problems.slice(0, TOLD_MAX), `${more} more`] : problems;
}

async function inputsOf(
  connection: ComfyConnection,
  type: string,
  call: CallContext,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const question = reading(call, `/object_info/${encodeURIComponent(type)}`);
    const { [type]: info } = await askJson(connection, question, answerSchema);
    return info && { ...info.input.optional, ...info.input.required };
  } catch (error) {
    // A server or proxy that has no such address tells nothing of its nodes.
    if (error instanceof ProviderError && error.status === 404) return {};
    throw error;
  }
}

/** Pure. Values with a placeholder in them are filled later. */
function problemsOf(graph: WorkflowGraph, known: Known): string[] {
  const missing = new Set(Object.values(graph).flatMap(({ class_type: type }) => (known.has(type) ? [] : [type])));
  return [
    ...[...missing].map((type) => `it has no node ${type}`),
    ...Object.entries(graph).flatMap(([id, { class_type: type, inputs: values }]) =>
      Object.entries(values).flatMap(([name, value]) => {
        const list = listSchema.safeParse(known.get(type)?.[name]).data;
        if (typeof value !== 'string' || value.includes('{{') || list === undefined || list.includes(value)) return [];
        return [`${type} ${id} has no ${name} ${JSON.stringify(value.slice(0, 100))}`];
      }),
    ),
  ];
}
