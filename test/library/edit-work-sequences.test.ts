import fc from 'fast-check';
import { it } from 'vitest';
import { carryOut, steps } from '../support/work-sequence.ts';

it('whatever is done with edits without words, each is paid once, and no paid picture is lost', async () => {
  await fc.assert(fc.asyncProperty(steps, carryOut), {
    numRuns: 6,
    examples: [
      [['edit', 'edit', 'delete what was made', 'edit']],
      [['fail the next request', 'edit', 'edit', 'retry']],
    ],
  });
});
