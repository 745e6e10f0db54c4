/** The same in long: `IMGGEN_SEQUENCES` is how many. Without `assertNewWork` or `assertStillMissing` it fails. */
import fc from 'fast-check';
import { it } from 'vitest';
import { carryOut, steps } from '../support/work-sequence.ts';

const COUNT = Number(process.env['IMGGEN_SEQUENCES'] ?? 200);

it(`pays for no edit without words twice, and loses none, in ${COUNT} sequences`, async () => {
  await fc.assert(fc.asyncProperty(steps, carryOut), { numRuns: COUNT });
});
