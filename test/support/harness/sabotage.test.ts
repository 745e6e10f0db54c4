/** The negative controls fit the build: a text that is no longer there would make them prove nothing. */
import { expect, it } from 'vitest';
import { SABOTAGES, sabotagedPackage, type SabotageName } from './sabotage.ts';

it.each(Object.keys(SABOTAGES) as SabotageName[])('the sabotage "%s" fits the build', async (name) => {
  const copy = await sabotagedPackage(name);
  copy.remove();
  expect(copy.root).not.toBe('');
});
