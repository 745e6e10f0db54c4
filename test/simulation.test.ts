/** The real runner and the real SQL in virtual time, under generated faults and kills (docs/ledger.md, "Proof"). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scenarios, type Sabotage } from './simulation/scenarios.ts';
import { simulate } from './simulation/simulate.ts';
import type { RecoveryClass } from './simulation/service.ts';

const RUNS = 70;

describe('simulated processes that are killed anywhere, before services that fail', () => {
  it(`pay once, lose nothing, stay within caps and come to an end, in ${RUNS} scenarios`, async () => {
    const total = { kills: 0, pictures: 0 };
    await fc.assert(
      fc.asyncProperty(scenarios(), async (scenario) => {
        const report = await simulate(scenario);
        total.kills += report.kills;
        total.pictures += report.pictures;
        expect(report.problems).toEqual([]);
      }),
      { numRuns: RUNS },
    );
    expect(total.kills).toBeGreaterThan(RUNS / 2);
    expect(total.pictures).toBeGreaterThan(RUNS);
  }, 300_000);
});

describe('the simulation finds what is wrong', () => {
  it.each<[string, Sabotage, RecoveryClass[], RegExp]>([
    ['a look-up that denies what came', 'denies', ['list'], /was paid 2 times/],
    ['a look-up that takes the clock of now for that of then', 'trusts-clock', ['list'], /was paid 2 times/],
    ['a take-over from processes that run', 'takes-from-running', ['sync'], /without a cause/],
    ['a runner that forgets the caps', 'no-caps', ['sync'], /its cap is/],
  ])('with %s', async (_, sabotage, classes, words) => {
    const outcome = await fc.check(
      fc.asyncProperty(
        scenarios(classes),
        // Long enough for the other process to look while it is under way.
        async (scenario) =>
          !(await simulate({ ...scenario, latencyMs: 700 }, sabotage)).problems.some((problem) => words.test(problem)),
      ),
      { numRuns: 600, endOnFailure: true },
    );
    expect(outcome.failed).toBe(true);
  });
});
