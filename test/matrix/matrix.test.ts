/** What changes between a death and the next run, each pair of values once. All of it: matrix.soak.ts. */
import { describe, expect, it } from 'vitest';
import { play, type Case } from './between.ts';
import { pairwise } from './cases.ts';
import type { Broken } from './service.ts';

const PLAIN: Case = {
  death: 'submit',
  config: 'same',
  key: 'same',
  clockMs: 0,
  folder: 'same',
  service: 'honest',
};

describe('between a death and the next run', () => {
  it.concurrent.each(pairwise())('a picture is paid once and kept: %j', async (one) => {
    expect(await play(one)).toEqual({ charges: 1, done: 1, failed: 0 });
  });

  it.each<[Broken, Partial<Case>]>([
    ['denies', {}],
    ['asks for the input of today', { config: 'another input' }],
    ['takes any account for its own', { key: 'another account first' }],
    ['looks only where things were', { death: 'save', folder: 'pictures moved' }],
    ['looks only where things were', { death: 'save', folder: 'project renamed' }],
    ['believes the first no', { death: 'poll', service: 'not there at first' }],
    ['believes the first no', { death: 'download', service: 'a refused link at first' }],
  ])('negative control: what %s pays twice, or loses it: %j', async (broken, change) => {
    expect(await play({ ...PLAIN, ...change }, broken)).not.toEqual({ charges: 1, done: 1, failed: 0 });
  });
});
