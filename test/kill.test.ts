/** Random `kill -9` with two processes of the built program, in short; `kill.soak.ts` is the long form. */
import { expect, inject, it } from 'vitest';
import { killRun, told } from './support/harness/kill.ts';
import { sabotagedPackage } from './support/harness/sabotage.ts';

const built = inject('builtPackage');

it.each([
  { provider: 'local', kills: 8, count: 24, seed: 101 },
  { provider: 'replicate', kills: 10, count: 24, seed: 102 },
  { provider: 'openai', kills: 6, count: 16, seed: 103 },
  { provider: 'gemini', kills: 2, count: 6, seed: 105 },
  { provider: 'fal', kills: 4, count: 10, seed: 106 },
  { provider: 'bfl', kills: 3, count: 8, seed: 109 },
  { provider: 'runpod', kills: 3, count: 8, seed: 107 },
  { provider: 'modal', kills: 3, count: 6, seed: 110 },
  { provider: 'comfyui', kills: 3, count: 10, seed: 108 },
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
    kills: 10,
    count: 10,
    seed: 104,
    // Most kills meet accepted work that is not ready yet.
    latencyMs: 3_000,
    withinMs: 1_500,
    root: broken.root,
    capped: false,
  });
  broken.remove();
  expect(report.figures.paidTwice).toBeGreaterThan(0);
  expect(report.violations).toContainEqual(expect.stringMatching(/paid twice/));
});
