/**
 * Workflows of ComfyUI in the format of its API (editor: "Workflow → Export (API)"), with placeholders that each
 * request fills. Pure; shared by every provider that runs such workflows.
 *
 * Format (Comfy-Org/ComfyUI execution.py `validate_prompt`): node id → `{ class_type, inputs }`; an input is a value,
 * or `[node id, output index]` for a link.
 */

/** One step of a workflow. */
interface WorkflowNode {
  class_type: string;
  inputs: Readonly<Record<string, unknown>>;
}

/** A workflow as the service takes it. */
export type WorkflowGraph = Readonly<Record<string, WorkflowNode>>;

/** Placeholders besides those of references, and what they stand for. */
export const PLACEHOLDERS = {
  prompt: 'the prompt',
  negative: 'the negative prompt',
  seed: 'the seed, a number',
  width: 'the width in pixels, a number',
  height: 'the height in pixels, a number',
} as const;

/** A placeholder but those of references. */
export type PlaceholderName = keyof typeof PLACEHOLDERS;

/** A workflow that is fit for use. */
export interface Workflow {
  /** With its placeholders. */
  graph: WorkflowGraph;
  /** The placeholders that are in it, without those of references. */
  placeholders: ReadonlySet<PlaceholderName>;
  /** How many reference pictures it takes: `{{reference}}`, `{{reference2}}` …. It takes exactly so many. */
  references: number;
  /** Kinds of its nodes, each once. */
  nodeTypes: readonly string[];
}

/** What a request puts into a workflow. */
export interface WorkflowValues {
  prompt: string;
  negative: string;
  seed: number;
  width: number;
  height: number;
  /** As its nodes take them: names of files, or data URIs. Where it takes more, the first one is repeated. */
  references: readonly string[];
}

/** `{{name}}` in a text. */
const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;

/** Reads the text of a workflow file: the workflow, or every problem in a sentence. */
export function parseWorkflow(text: string): { workflow: Workflow } | { problems: readonly string[] } {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const unquoted = /[:[,]\s*\{\{/.test(text);
    if (unquoted) return { problems: ['a placeholder stands in quotes, also for a number: "seed": "{{seed}}"'] };
    return { problems: [`it is not JSON: ${error instanceof Error ? error.message : 'unreadable'}`] };
  }
  const problem = wrongFormat(json);
  if (problem !== undefined) return { problems: [problem] };
  const graph = json as WorkflowGraph;
  const { placeholders, references, unknown } = placeholdersIn(graph);
  const problems = [
    ...brokenLinks(graph),
    ...unknown.map((name) => `there is no placeholder {{${name}}}: there are ${KNOWN}`),
    ...missingReferences(references),
    ...(placeholders.has('prompt') ? [] : ['{{prompt}} is nowhere: put it where the text of the prompt stands']),
  ];
  if (problems.length > 0) return { problems };
  const nodeTypes = [...new Set(Object.values(graph).map((node) => node.class_type))];
  return { workflow: { graph, placeholders, references: references.size, nodeTypes } };
}

const KNOWN = [...Object.keys(PLACEHOLDERS), 'reference', 'reference2 …'].map((name) => `{{${name}}}`).join(', ');

/** What of a file is no workflow in the format of the API; undefined when it is one. */
function wrongFormat(json: unknown): string | undefined {
  const howTo = 'in ComfyUI choose "Workflow → Export (API)"';
  if (!isFields(json)) return `it is no workflow: ${howTo}`;
  if (Array.isArray(json['nodes'])) return `it is in the format of the editor: ${howTo}`;
  for (const key of ['prompt', 'workflow', 'input'])
    if (isFields(json[key]) && json[key]['class_type'] === undefined)
      return `the workflow is below ${JSON.stringify(key)}: keep only what is inside`;
  const broken = Object.entries(json).filter(([, node]) => !isNode(node));
  if (Object.keys(json).length === 0) return `it has no nodes: ${howTo}`;
  if (broken.length === 0) return undefined;
  const names = broken.slice(0, 5).map(([id]) => JSON.stringify(id.slice(0, 40)));
  const are = broken.length === 1 ? 'is no node' : 'are no nodes';
  return `${names.join(', ')} ${are} with class_type and inputs: ${howTo}`;
}

function isNode(value: unknown): value is WorkflowNode {
  return isFields(value) && typeof value['class_type'] === 'string' && isFields(value['inputs']);
}

function brokenLinks(graph: WorkflowGraph): string[] {
  return Object.entries(graph).flatMap(([id, { inputs, class_type: type }]) =>
    Object.entries(inputs).flatMap(([name, value]) => {
      if (!isLink(value) || Object.hasOwn(graph, value[0])) return [];
      return [`node ${id} (${type}): its input ${name} comes from node ${value[0]}, and there is none`];
    }),
  );
}

function isLink(value: unknown): value is [string, number] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && typeof value[1] === 'number';
}

function placeholdersIn(graph: WorkflowGraph) {
  const placeholders = new Set<PlaceholderName>();
  const references = new Set<number>();
  const unknown = new Set<string>();
  const look = (text: string): string => {
    for (const [, name = ''] of text.matchAll(PLACEHOLDER)) {
      const position = referenceOf(name);
      if (position !== undefined) references.add(position);
      else if (isPlaceholder(name)) placeholders.add(name);
      else unknown.add(name.slice(0, 40));
    }
    return text;
  };
  for (const { inputs } of Object.values(graph)) mapTexts(inputs, look);
  return { placeholders, references, unknown: [...unknown] };
}

function missingReferences(references: ReadonlySet<number>): string[] {
  const last = Math.max(0, ...references);
  const missing = Array.from({ length: last }, (_, index) => index + 1).filter((position) => !references.has(position));
  const nameOf = (position: number) => `{{reference${position === 1 ? '' : position}}}`;
  return missing.slice(0, 3).map((position) => `there is ${nameOf(last)}, and no ${nameOf(position)}`);
}

/** The position of a reference: `reference` and `reference1` → 1, `reference2` → 2; undefined: another name. */
function referenceOf(name: string): number | undefined {
  const found = /^reference([1-9]\d?)?$/.exec(name);
  return found === null ? undefined : Number(found[1] ?? 1);
}

function isPlaceholder(name: string): name is PlaceholderName {
  return Object.hasOwn(PLACEHOLDERS, name);
}

/**
 * The workflow with the values of one request. An input that is nothing but `{{seed}}`, `{{width}}` or `{{height}}`
 * becomes a number. What is filled in is not looked through again.
 */
export function filledWorkflow({ graph }: Workflow, values: WorkflowValues): WorkflowGraph {
  const valueOf = (name: string): string | number => {
    const position = referenceOf(name);
    if (position !== undefined) return values.references[position - 1] ?? values.references[0] ?? '';
    return isPlaceholder(name) ? values[name] : '';
  };
  const fill = (text: string): string | number => {
    const whole = /^\{\{([^{}]*)\}\}$/.exec(text)?.[1];
    if (whole !== undefined) return valueOf(whole);
    return text.replace(PLACEHOLDER, (_, name: string) => String(valueOf(name)));
  };
  return Object.fromEntries(
    Object.entries(graph).map(([id, node]) => [
      id,
      { ...node, inputs: mapTexts(node.inputs, fill) as WorkflowNode['inputs'] },
    ]),
  );
}

/** The same value with each text in it changed. */
function mapTexts(value: unknown, change: (text: string) => string | number): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change));
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapTexts(one, change)]));
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
