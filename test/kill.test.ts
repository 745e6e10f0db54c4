/** Random `kill -9` with two processes of the built program, in short; `kill.soak.ts` is the long form. */
import { expect, inject, it } from 'vitest';
import { killRun, told } from './support/harness/kill.ts';
import { sabotagedPackage } from './support/harness/sabotage.ts';

const built = inject('builtPackage');

// The main kinds of recovery: by our own books, by list, not at all, by address. The others: kill.soak.ts, lives/.
it.each([
  { provider: 'local', kills: 3, count: 12, seed: 101 },
  { provider: 'replicate', kills: 3, count: 9, seed: 102 },
  { provider: 'openai', kills: 3, count: 9, seed: 103 },
  { provider: 'openai-batch', kills: 2, count: 6, seed: 111 },
  { provider: 'fal', kills: 2, count: 6, seed: 106 },
] as const)('makes and pays every picture of $provider once over $kills kills (seed $seed)', async (plan) => {
  const report = await killRun({ ...plan, root: built });
  expect(report.violations, told(plan.provider, report)).toEqual([]);
  expect(report.kills).toBeGreaterThanOrEqual(plan.kills);
  expect(report.samples).toBeGreaterThan(0);
  expect(report.figures).toMatchObject({ paidTwice: 0, lost: 0, duplicateNames: 0 });
});

it('catches a build that sends accepted work again after a crash', async () => {
  const broken = await sabotagedPackage('accepted work is sent again', built);
  const report = await killRun({
    provider: 'replicate',
    kills: 8,
    count: 8,
    seed: 104,
    // Most kills meet accepted work that is not ready yet.
    latencyMs: 3_000,
    withinMs: 1_500,
    impatient: true,
    root: broken.root,
    capped: false,
  });
  broken.remove();
  expect(report.figures.paidTwice).toBeGreaterThan(0);
  expect(report.violations).toContainEqual(expect.stringMatching(/paid twice/));
});
