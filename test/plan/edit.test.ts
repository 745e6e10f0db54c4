import { describe, expect, it } from 'vitest';
import { planEdits } from '../../src/plan/edit.ts';
import { plannedShot } from '../support/jobs.ts';

const { look } = plannedShot('gallery-0001');
const isAsked = () => false;
const edit = { look, prompt: 'in a kitchen  at night', seed: 7, count: 3, settings: {}, isAsked };

describe('the takes of an edit', () => {
  it('have its prompt as it is, the seed of the picture first, and another one each', () => {
    const shots = planEdits(edit);
    expect(shots.map(({ name }) => name)).toEqual(['edit-01', 'edit-02', 'edit-03']);
    expect(new Set(shots.map(({ prompt }) => prompt))).toEqual(new Set([edit.prompt]));
    expect(shots[0]?.seed).toBe(7);
    expect(new Set(shots.map(({ seed }) => seed)).size).toBe(3);
    expect(planEdits(edit)).toEqual(shots);
  });

  it('are never those that were asked for before', () => {
    const [first] = planEdits(edit);
    const again = planEdits({ ...edit, isAsked: (_, seed) => seed === first?.seed });
    expect(again.map(({ seed }) => seed)).not.toContain(7);
  });

  it('keep the figure, and stand where the words say', () => {
    expect(planEdits(edit)[0]?.look).toMatchObject({ pose: look.pose, angle: look.angle, setting: 'indoor' });
    expect(planEdits({ ...edit, look: undefined, prompt: 'on a beach' })[0]?.look.setting).toBe('outdoor');
  });
});
