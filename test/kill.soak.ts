/**
 * Random `kill -9` with two processes of the built program, in long, and every negative control. Prints its figures.
 */
import { expect, inject, it } from 'vitest';
import { killRun, told } from './support/harness/kill.ts';
import { sabotagedPackage } from './support/harness/sabotage.ts';

const built = inject('builtPackage');

/** Most kills meet a batch that the service has and has not answered for yet. */
const SLOW = { answerMs: 1_500, withinMs: 2_500 };

it.each([
  { provider: 'local', kills: 1000, count: 400, seed: 1 },
  { provider: 'replicate', kills: 3000, count: 200, seed: 2 },
  { provider: 'openai', kills: 500, count: 100, seed: 3 },
  { provider: 'openai-batch', kills: 200, count: 10, seed: 22, ...SLOW },
  { provider: 'gemini-batch', kills: 200, count: 10, seed: 23, ...SLOW },
  { provider: 'gemini', kills: 500, count: 100, seed: 5 },
  { provider: 'comfyui', kills: 1000, count: 100, seed: 6 },
  { provider: 'imagen', kills: 500, count: 100, seed: 6 },
  { provider: 'fal', kills: 800, count: 100, seed: 7 },
  { provider: 'bfl', kills: 600, count: 100, seed: 10 },
  { provider: 'openai-compatible', kills: 500, count: 100, seed: 8 },
  { provider: 'runpod', kills: 600, count: 100, seed: 9 },
  { provider: 'modal', kills: 1000, count: 100, seed: 21 },
  { provider: 'a1111', kills: 500, count: 100, seed: 20 },
] as const)('makes and pays every picture of $provider once over $kills kills (seed $seed)', async (plan) => {
  const report = await killRun({ ...plan, root: built });
  console.log(told(plan.provider, report));
  expect(report.violations).toEqual([]);
  expect(report.figures).toMatchObject({ paidTwice: 0, lost: 0, duplicateNames: 0 });
});

it('makes and pays every picture once while answers are lost, refused and broken as well', async () => {
  const report = await killRun({
    provider: 'replicate',
    kills: 150,
    count: 100,
    seed: 4,
    root: built,
    faults: [
      { on: 'submit', kind: 'reset-after', share: 0.04 },
      { on: 'submit', kind: 'status', status: 502, handled: true, share: 0.04 },
      { on: 'submit', kind: 'reset-before', share: 0.02 },
      { on: 'poll', kind: 'status', status: 503, share: 0.05 },
      { on: 'download', kind: 'truncate-length', share: 0.05 },
    ],
  });
  console.log(told('replicate with faults', report));
  expect(report.violations).toEqual([]);
});

it.each([
  { name: 'accepted work is sent again', provider: 'replicate', seed: 11 },
  { name: 'an open intent is sent again', provider: 'replicate', seed: 12 },
  { name: 'doubt is tried again', provider: 'openai', seed: 13 },
] as const)('negative control: $name', async ({ name, provider, seed }) => {
  const broken = await sabotagedPackage(name, built);
  const report = await killRun({
    provider,
    kills: 30,
    count: 60,
    seed,
    answerMs: 200,
    root: broken.root,
    capped: false,
  });
  broken.remove();
  console.log(`negative control, ${name}: ${told(provider, report)}`);
  expect(report.figures.paidTwice).toBeGreaterThan(0);
});

it.each([
  { provider: 'openai-batch', seed: 15 },
  { provider: 'gemini-batch', seed: 16 },
] as const)('negative control: an open batch of $provider is sent again', async (plan) => {
  const broken = await sabotagedPackage('an open batch is sent again', built);
  const report = await killRun({
    ...plan,
    kills: 20,
    count: 10,
    ...SLOW,
    root: broken.root,
    capped: false,
  });
  broken.remove();
  console.log(`negative control, an open batch is sent again: ${told(plan.provider, report)}`);
  expect(report.figures.paidTwice).toBeGreaterThan(0);
});

it('negative control: numbers are counted', async () => {
  const broken = await sabotagedPackage('numbers are counted', built);
  const report = await killRun({ provider: 'local', kills: 6, count: 60, seed: 14, root: broken.root });
  broken.remove();
  console.log(`negative control, numbers are counted: ${told('local', report)}`);
  expect(report.figures.duplicateNames).toBeGreaterThan(0);
});
