/** Every point of every provider, alone and with a second death at each point of the recovery. Prints its figures. */
import { expect, it } from 'vitest';
import { deathsOf, outlive, told } from './death-cases.ts';
import { NAMES, type Subject, SUBJECTS } from './subjects.ts';

const SECONDS = [undefined, 'taken-over', 'looked-up', 'sending', 'answered', 'named', 'linked'];

it.each(NAMES)('%s outlives a death at every point', async (name) => {
  const broken: string[] = [];
  const { batch = false }: Subject = SUBJECTS[name];
  const seconds = [...SECONDS, ...(batch ? ['batch-sending', 'batch-answered'] : [])];
  const sum = { cases: 0, deaths: 0, held: 0 };
  for (const death of deathsOf(name))
    for (const second of seconds) {
      const one = { name, death, ...(second === undefined ? {} : { second }) };
      try {
        const { deaths, held } = await outlive(one);
        sum.deaths += deaths;
        sum.held += held;
      } catch (error) {
        broken.push(`${told(one)}: ${String((error as Error).message)}`);
      }
      sum.cases += 1;
    }
  console.log(`${name}: ${sum.cases} cases, ${sum.deaths} deaths, ${sum.held} shots in doubt`);
  expect(broken).toEqual([]);
});
