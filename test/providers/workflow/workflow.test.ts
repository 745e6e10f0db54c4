/** Workflow files: what is in them, what is wrong with them, and what a request makes of them. */
import { describe, expect, it } from 'vitest';
import { filledWorkflow, parseWorkflow, type Workflow } from '../../../src/providers/workflow.ts';
import { workflowCapabilities, workflowFor, workflowWarnings } from '../../../src/providers/workflow-files.ts';

const SAMPLER = { seed: '{{seed}}', steps: 20, positive: ['6', 0] };

/** A workflow with these inputs at a text node and a sampler. */
function textOf(text: Record<string, unknown>, sampler: Record<string, unknown> = SAMPLER): string {
  return JSON.stringify({
    '3': { class_type: 'KSampler', inputs: sampler, _meta: { title: '{{not looked at}}' } },
    '6': { class_type: 'CLIPTextEncode', inputs: text },
  });
}

function workflowOf(...parts: Parameters<typeof textOf>): Workflow {
  const found = parseWorkflow(textOf(...parts));
  if ('problems' in found) throw new Error(found.problems.join('; '));
  return found.workflow;
}

function problemsOf(text: string): readonly string[] {
  const found = parseWorkflow(text);
  return 'problems' in found ? found.problems : [];
}

const VALUES = { prompt: 'Mira', negative: '', seed: 7, width: 832, height: 1216, references: ['mira.png'] };

describe('a workflow file', () => {
  it('tells which placeholders it has, how many references it takes, and which nodes', () => {
    const found = workflowOf({
      text: '{{prompt}}, sharp',
      image: '{{reference}}',
      more: [{ image: '{{reference2}}' }],
    });
    expect([...found.placeholders].toSorted()).toEqual(['prompt', 'seed']);
    expect(found.references).toBe(2);
    expect(found.nodeTypes).toEqual(['KSampler', 'CLIPTextEncode']);
  });

  it.each([
    ['{', /^it is not JSON/],
    ['\uFEFF[]', /^it is no workflow/],
    ['{}', /^it has no nodes/],
    ['{"3": {"inputs": {"seed": {{seed}} }}}', /^a placeholder stands in quotes/],
    ['{"nodes": [], "links": [], "version": 0.4}', /format of the editor: .*Export \(API\)/],
    [`{"prompt": ${textOf({ text: '{{prompt}}' })}}`, /below "prompt"/],
    ['{"3": {"class_type": "KSampler"}, "4": 5}', /^"3", "4" are no nodes with class_type and inputs/],
    [textOf({ text: 'a woman' }), /^\{\{prompt\}\} is nowhere/],
    [textOf({ text: '{{prompt}} {{promt}}' }), /^there is no placeholder \{\{promt\}\}: there are \{\{prompt\}\}, /],
    [textOf({ text: '{{prompt}}', image: '{{reference3}}', b: '{{reference}}' }), /no \{\{reference2\}\}$/],
    [textOf({ text: '{{prompt}}' }, { model: ['4', 0] }), /^node 3 \(KSampler\): its input model comes from node 4/],
  ])('is refused with the reason: %s', (text, message) => {
    expect(problemsOf(text)).toEqual([expect.stringMatching(message)]);
  });

  it('lists every problem at once', () => {
    expect(problemsOf(textOf({ text: '{{who}}' }, { model: ['4', 0] }))).toHaveLength(3);
  });

  it('is filled with numbers where a number stands alone, and with text elsewhere', () => {
    const found = workflowOf({ text: '{{prompt}} at {{width}}x{{height}}', w: '{{width}}', list: ['{{reference}}'] });
    const graph = filledWorkflow(found, { ...VALUES, prompt: 'costs $& and {{seed}}' });
    expect(graph['3']?.inputs).toEqual({ seed: 7, steps: 20, positive: ['6', 0] });
    expect(graph['6']?.inputs).toEqual({
      text: 'costs $& and {{seed}} at 832x1216',
      w: 832,
      list: ['mira.png'],
    });
    // The workflow itself is as it was: it serves all requests.
    expect(found.graph['3']?.inputs).toEqual(SAMPLER);
  });

  it('repeats the first reference where it takes more than go along, and that is said', () => {
    const taking = workflowOf({ text: '{{prompt}}', a: '{{reference}}', b: '{{reference2}}' });
    expect(filledWorkflow(taking, VALUES)['6']?.inputs).toMatchObject({ a: 'mira.png', b: 'mira.png' });
    const reference = { path: '', mime: 'image/png', sha256: '', sizeBytes: 0 } as const;
    const told = workflowWarnings({ plain: undefined, referenced: taking }, { references: [reference] });
    expect(told).toContainEqual(expect.stringMatching(/takes 2 reference pictures, and 1 go along/));
  });
});

describe('what workflows can do', () => {
  const plain = workflowOf({ text: '{{prompt}}', w: '{{width}}', h: '{{height}}', n: '{{negative}}' });
  const taking = workflowOf({ text: '{{prompt}}', image: '{{reference}}' });

  it('is read from their placeholders', () => {
    expect(workflowCapabilities({ plain, referenced: undefined })).toMatchObject({
      seed: 'exact',
      referencesMax: 0,
      keepsFace: 'none',
      sizes: { kind: 'free', multipleOf: 8 },
      negativePrompt: true,
    });
    const unseeded = workflowOf({ text: '{{prompt}}' }, { seed: 5 });
    expect(workflowCapabilities({ plain: unseeded, referenced: undefined })).toMatchObject({
      seed: 'none',
      sizes: { kind: 'any' },
      negativePrompt: false,
    });
  });

  it('is what both can, of two; references are taken when one takes them, and needed when none can do without', () => {
    expect(workflowCapabilities({ plain, referenced: taking })).toMatchObject({
      referencesMax: 1,
      referencesMin: 0,
      keepsFace: 'references',
      sizes: { kind: 'any' },
      negativePrompt: false,
    });
    expect(workflowCapabilities({ plain: taking, referenced: undefined })).toMatchObject({ referencesMin: 1 });
    expect(workflowFor({ plain, referenced: taking }, 0)).toBe(plain);
    expect(workflowFor({ plain, referenced: taking }, 1)).toBe(taking);
    expect(workflowFor({ plain, referenced: taking }, 2)).toBeUndefined();
    expect(workflowFor({ plain: taking, referenced: undefined }, 0)).toBeUndefined();
  });
});
