/**
 * Random sequences of commands with the built program, in long, and their negative controls. A failing sequence is
 * printed as a list of shell commands, with the seed and the path that bring it back (IMGGEN_SEED, IMGGEN_PATH).
 * IMGGEN_SEQUENCES is how many, IMGGEN_TOLD=1 prints every command as it ends, IMGGEN_SHRINK=1 looks for the shortest
 * failing sequence.
 */
import { expect, inject, it } from 'vitest';
import { sabotagedPackage } from './support/harness/sabotage.ts';
import { tried, triedToTheFirst } from './sequences/tried.ts';

const built = inject('builtPackage');
const COUNT = Number(process.env['IMGGEN_SEQUENCES'] ?? 200);
const SEED = Number(process.env['IMGGEN_SEED'] ?? 20_261_121);

it(`buys nothing unasked, nothing twice and nothing above a cap in ${COUNT} sequences of commands`, async () => {
  const total = await tried({ root: built, count: COUNT, seed: SEED });
  console.log(
    `${COUNT} sequences, ${total.commands} commands, ${total.kills} kills, ${total.bought} pictures bought, 0 problems`,
  );
});

it.each(['a refused pack stays', 'accepted work is sent again', 'reservations are not counted'] as const)(
  'negative control: %s',
  async (name) => {
    const broken = await sabotagedPackage(name, built);
    const found = await triedToTheFirst({ root: broken.root, count: 60, seed: SEED });
    broken.remove();
    console.log(`negative control, ${name}: ${found}`);
    expect(found).toBeDefined();
  },
);
