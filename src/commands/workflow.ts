import { resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { readWorkflow } from '../providers/workflow-files.ts';
import { PLACEHOLDERS, type PlaceholderName, type Workflow } from '../providers/workflow.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { printJson, printLine, printTable, type Io } from '../terminal/print.ts';

/** What a workflow without a placeholder does not take. */
const WITHOUT: Readonly<Record<PlaceholderName, string>> = {
  prompt: 'makes the same picture every time',
  negative: 'the negative prompt is left out',
  seed: 'the seed of the character is not used',
  width: 'the workflow decides the size',
  height: 'the workflow decides the size',
};

/** Options of this command. */
interface WorkflowFlags {
  json?: boolean | undefined;
  color?: boolean | undefined;
}

/** `imggen workflow check FILE`: which placeholders a workflow file has, and what is wrong with it. */
export async function workflow(io: Io, _action: 'check', file: string, flags: WorkflowFlags): Promise<ExitCode> {
  const found = await readWorkflow(resolve(io.host.cwd, file));
  if ('problems' in found)
    throw new UserError(`${file} can't be used as a workflow:`, {
      problems: found.problems,
      hint: 'docs/providers.md, "ComfyUI", tells how such a file is made',
    });
  if (flags.json) printJson(io, { file, ...documentOf(found.workflow) });
  else printReport(io, { file, flags, found: found.workflow });
  return EXIT.ok;
}

function documentOf({ graph, placeholders, references, nodeTypes }: Workflow) {
  const names = Object.keys(PLACEHOLDERS) as PlaceholderName[];
  return {
    nodes: Object.keys(graph).length,
    nodeTypes,
    placeholders: names.filter((name) => placeholders.has(name)),
    missing: names.filter((name) => !placeholders.has(name)),
    references,
  };
}

function printReport(io: Io, { file, flags, found }: { file: string; flags: WorkflowFlags; found: Workflow }): void {
  const { nodes, placeholders, missing, references } = documentOf(found);
  printLine(io, `${file}: a workflow in API format, ${nodes} ${nodes === 1 ? 'node' : 'nodes'}`);
  const none = references === 0;
  const pictures = none
    ? 'no reference picture goes along'
    : `${references} reference ${references === 1 ? 'picture' : 'pictures'}`;
  printTable(io, flags, {
    columns: [{ title: 'placeholder' }, { title: 'is' }, { title: 'stands for' }],
    rows: [
      ...placeholders.map((name) => [`{{${name}}}`, 'there', PLACEHOLDERS[name]]),
      ...missing.map((name) => [`{{${name}}}`, 'missing', WITHOUT[name]]),
      ['{{reference}}', none ? 'missing' : 'there', pictures],
    ],
  });
}
