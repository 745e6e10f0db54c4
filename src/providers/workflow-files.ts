/** The workflow files of a provider: the options that name them, reading them, and what a model made of them can do. */
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { ProviderError, UserError } from '../errors.ts';
import type { Capabilities } from './capabilities.ts';
import type { ImageRequest } from './provider.ts';
import { filledWorkflow, parseWorkflow, type PlaceholderName, type Workflow, type WorkflowGraph } from './workflow.ts';

/** A larger file is no workflow. */
const FILE_MAX_BYTES = 8 * 1024 * 1024;

const path = z.string().min(1).max(4096).optional();

/** Options of a provider that runs workflows; to spread into its schema. */
export const workflowOptions = {
  workflow: path.describe(
    'Workflow file in the API format of ComfyUI ("Workflow → Export (API)"), with {{prompt}}, {{negative}}, ' +
      '{{seed}}, {{width}} and {{height}} where the values of each picture go, and {{reference}}, ' +
      '{{reference2}} … where the names of reference pictures go. Relative to the config.',
  ),
  referenceWorkflow: path.describe(
    'Workflow file for pictures with references (the face); the other one then makes those without.',
  ),
};

/** The options, parsed. */
export type WorkflowOptions = z.infer<z.ZodObject<typeof workflowOptions>>;

/** The workflows of a provider; at least one. */
export interface Workflows {
  /** For pictures without references, and for all where there is no other. */
  plain: Workflow | undefined;
  /** For pictures with references. */
  referenced: Workflow | undefined;
}

/** A file as `readWorkflow` found it. */
export type WorkflowFile = { workflow: Workflow } | { problems: readonly string[] };

/** Reads one workflow file: the workflow, or every problem in a sentence. */
export async function readWorkflow(file: string): Promise<WorkflowFile> {
  try {
    const stats = await stat(file);
    if (!stats.isFile()) return { problems: ['it is a folder or a device, no file'] };
    if (stats.size > FILE_MAX_BYTES) return { problems: ['it is larger than 8 MiB: that is no workflow'] };
    return parseWorkflow(await readFile(file, 'utf8'));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return { problems: [code === 'ENOENT' ? 'there is no such file' : `it can't be read (${code})`] };
  }
}

/**
 * Reads the workflows that the options name.
 * @param folder what relative paths start from.
 * @returns a `UserError` that lists every problem, to be thrown when the provider is asked for pictures: lists of
 *   providers and models work without any.
 */
export async function readWorkflows(
  provider: string,
  { workflow, referenceWorkflow }: WorkflowOptions,
  folder: string,
): Promise<Workflows | UserError> {
  if (workflow === undefined && referenceWorkflow === undefined)
    return new UserError(
      `${provider} has no workflow: name a file, "providers": { "${provider}": { "workflow": "workflow.json" } }`,
      { hint: 'docs/providers.md tells how such a file is made' },
    );
  const problems: string[] = [];
  const read = async (file: string | undefined): Promise<Workflow | undefined> => {
    if (file === undefined) return undefined;
    const found = await readWorkflow(resolve(folder, file));
    if ('workflow' in found) return found.workflow;
    problems.push(...found.problems.map((problem) => `${file}: ${problem}`));
    return undefined;
  };
  const [plain, referenced] = [await read(workflow), await read(referenceWorkflow)];
  if (referenced?.references === 0)
    problems.push(`${referenceWorkflow ?? ''}: {{reference}} is nowhere, and this is the workflow for references`);
  if (problems.length === 0) return { plain, referenced };
  return new UserError(`the workflow of ${provider} can't be used: ${problems.join('; ')}`, {
    hint: 'docs/providers.md tells how such a file is made',
  });
}

/** The workflow that makes a picture with so many references; undefined when none can. */
export function workflowFor({ plain, referenced }: Workflows, references: number): Workflow | undefined {
  const fitting = references > 0 ? (referenced ?? plain) : plain;
  if (fitting === undefined || references > fitting.references) return undefined;
  return references === 0 && fitting.references > 0 ? undefined : fitting;
}

/**
 * The workflow of one request, filled.
 * @param references as its nodes name them.
 * @throws {ProviderError} `rejected` when no workflow takes so many references.
 */
export function requestWorkflow(
  workflows: Workflows,
  request: ImageRequest,
  references: readonly string[],
): WorkflowGraph {
  const { prompt, negativePrompt: negative = '', seed, width, height } = request;
  const workflow = workflowFor(workflows, request.references.length);
  if (workflow) return filledWorkflow(workflow, { prompt, negative, seed, width, height, references });
  const count = request.references.length;
  throw new ProviderError(`no workflow of the config takes ${count} reference pictures`, { failure: 'rejected' });
}

/** What the workflows take, as far as they tell: what only one of them takes is not promised. */
export function workflowCapabilities(
  workflows: Workflows,
): Omit<Capabilities, 'cancel' | 'reattach' | 'transparent' | 'withheld'> {
  const all = [workflows.plain, workflows.referenced].filter((workflow) => workflow !== undefined);
  const takes = (name: PlaceholderName): boolean => all.every(({ placeholders }) => placeholders.has(name));
  const referencesMax = Math.max(...all.map(({ references }) => references));
  return {
    seed: takes('seed') ? 'exact' : 'none',
    referencesMax,
    referencesMin: workflows.plain?.references === 0 ? 0 : Math.min(1, referencesMax),
    keepsFace: referencesMax > 0 ? 'references' : 'none',
    sizes:
      takes('width') && takes('height')
        ? { kind: 'free', minPx: 64, maxPx: 8192, multipleOf: 8, ratioMax: 16 }
        : { kind: 'any' },
    qualities: [],
    negativePrompt: takes('negative'),
  };
}

/** What of a request finds no place in the workflow that makes it: a sentence each. */
export function workflowWarnings(
  workflows: Workflows,
  { references, negativePrompt }: Pick<ImageRequest, 'references' | 'negativePrompt'>,
): readonly string[] {
  const workflow = workflowFor(workflows, references.length);
  if (workflow === undefined) return [];
  const { placeholders, references: taken } = workflow;
  return [
    ...(placeholders.has('seed') ? [] : ['the workflow has no {{seed}}: the locked seed is not used']),
    ...(placeholders.has('width') && placeholders.has('height')
      ? []
      : ['the workflow has no {{width}} and {{height}}: it decides the size']),
    ...(negativePrompt && !placeholders.has('negative')
      ? ['the workflow has no {{negative}}: the negative prompt is left out']
      : []),
    ...(references.length > 0 && references.length < taken
      ? [`the workflow takes ${taken} reference pictures, and ${references.length} go along: the first is repeated`]
      : []),
  ];
}
