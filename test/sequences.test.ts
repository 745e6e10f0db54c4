/** Random sequences of commands with the built program, in short; `sequences.soak.ts` is the long form. */
import { expect, inject, it } from 'vitest';
import { carryOut } from './sequences/carry-out.ts';
import type { Circumstances, Step } from './sequences/steps.ts';
import { tried } from './sequences/tried.ts';
import { sabotagedPackage } from './support/harness/sabotage.ts';

const built = inject('builtPackage');

it('buys nothing unasked, nothing twice and nothing above a cap in a few sequences of commands', async () => {
  const total = await tried({ root: built, count: 2, seed: 2110, length: { minLength: 3, maxLength: 4 } });
  expect(total.kills).toBeGreaterThan(0);
  expect(total.bought).toBeGreaterThan(0);
});

it('catches a build that leaves the job of a pack that was refused', async () => {
  const none = { budget: undefined, maxImage: undefined, maxDay: undefined };
  const plain: Circumstances = { caps: none, agreement: 'none', ending: undefined, troubles: [] };
  const steps: Step[] = [
    { do: 'config', provider: 'replicate', fallback: [], caps: none, concurrency: 2 },
    {
      ...plain,
      do: 'pack',
      count: 4,
      provider: undefined,
      key: undefined,
      how: 'go on',
      caps: { ...none, budget: 0.06 },
    },
  ];
  const broken = await sabotagedPackage('a refused pack stays', built);
  const { problems } = await carryOut(broken.root, steps);
  broken.remove();
  expect(problems).toEqual([expect.stringMatching(/^pack --count 4 .*refused, and job 1 was left/)]);
});
