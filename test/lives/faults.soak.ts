/** Every fault at every provider. Prints how many there were. */
import { expect, it } from 'vitest';
import { casesOf, meet, told } from './fault-cases.ts';
import { NAMES } from './subjects.ts';

it.each(NAMES)('%s meets every fault', async (name) => {
  const cases = casesOf(name);
  const broken: string[] = [];
  for (const one of cases)
    await meet(one).catch((error: unknown) => broken.push(`${told(one)}: ${String((error as Error).message)}`));
  console.log(`${name}: ${cases.length} faults`);
  expect(broken).toEqual([]);
});
