/** The whole matrix. */
import { expect, it } from 'vitest';
import { play } from './between.ts';
import { allCases } from './cases.ts';

it('a picture is paid once and kept, whatever changes between a death and the next run', async () => {
  const cases = allCases();
  for (const one of cases) expect(await play(one), JSON.stringify(one)).toEqual({ charges: 1, done: 1, failed: 0 });
  console.log(`${cases.length} cases, 0 violations`);
});
