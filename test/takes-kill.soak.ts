/** Random `kill -9` while faces are compared and pictures are made again, and a control. Prints its figures. */
import { expect, inject, it } from 'vitest';
import { killRun, told } from './support/harness/kill.ts';
import { sabotagedPackage } from './support/harness/sabotage.ts';

const built = inject('builtPackage');

it.each([
  // Most kills meet the loading of the networks, a comparison, or another take.
  { kills: 25, count: 6, seed: 31, withinMs: 7_000 },
  { kills: 10, count: 12, seed: 32, withinMs: 12_000 },
])(
  'pays no take that was not agreed to over $kills kills (seed $seed)',
  async (plan) => {
    const report = await killRun({ ...plan, provider: 'people', root: built });
    console.log(told('people', report));
    expect(report.violations).toEqual([]);
    expect(report.figures).toMatchObject({ paidTwice: 0, lost: 0, duplicateNames: 0 });
    expect(report.takes).toBeGreaterThan(0);
  },
  600_000,
);

it('catches a build that makes good pictures again', async () => {
  const broken = await sabotagedPackage('good pictures are made again', built);
  const report = await killRun({
    provider: 'people',
    kills: 1,
    count: 2,
    seed: 108,
    withinMs: 20_000,
    impatient: true,
    root: broken.root,
  });
  broken.remove();
  expect(report.violations).toContainEqual(expect.stringMatching(/was good and was made again/));
}, 60_000);
