/** Sequences tried out one after the other, from a seed. */
import fc from 'fast-check';
import { carryOut, type Outcome } from './carry-out.ts';
import { sequences } from './generate.ts';

/** Of one sequence: the `path` that a failure prints. */
const PATH = process.env['IMGGEN_PATH'];

/** What is to be tried. */
export interface Trial {
  /** Root of the package to run. */
  root: string;
  count: number;
  seed: number;
  /** Steps of a sequence. */
  length?: { minLength: number; maxLength: number };
}

/** Tries them all. @throws with the commands of the shortest failing sequence that was found. */
export async function tried({
  root,
  count,
  seed,
  length,
}: Trial): Promise<Record<'commands' | 'kills' | 'bought', number>> {
  const total = { commands: 0, kills: 0, bought: 0 };
  await fc.assert(
    fc.asyncProperty(sequences(length), async (steps) => {
      const outcome = await carryOut(root, steps);
      total.commands += outcome.lines.length;
      total.kills += outcome.kills;
      total.bought += outcome.bought;
      assertFine(outcome);
    }),
    {
      numRuns: PATH === undefined ? count : 1,
      seed,
      endOnFailure: process.env['IMGGEN_SHRINK'] !== '1',
      ...(PATH === undefined ? {} : { path: PATH }),
    },
  );
  return total;
}

/** Tries them until one fails; what was wrong with it, or undefined. */
export async function triedToTheFirst({ root, count, seed, length }: Trial): Promise<string | undefined> {
  for (const steps of fc.sample(sequences(length), { numRuns: count, seed })) {
    const { problems } = await carryOut(root, steps);
    if (problems.length > 0) return problems[0];
  }
  return undefined;
}

function assertFine({ problems, lines }: Outcome): void {
  if (problems.length === 0) return;
  throw new Error([...problems, 'after these commands:', ...lines.map((line) => `  ${line}`)].join('\n'));
}
