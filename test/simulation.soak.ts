/** The long form of the simulation: thousands of scenarios. The seed of a failing one is printed. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { scenarios } from './simulation/scenarios.ts';
import { simulate } from './simulation/simulate.ts';

const RUNS = Number(process.env['IMGGEN_SIMULATIONS'] ?? 3_000);

it(`holds every invariant in ${RUNS} scenarios`, async () => {
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
  console.log(`${RUNS} scenarios, ${total.kills} kills, ${total.pictures} pictures, 0 violations`);
});
