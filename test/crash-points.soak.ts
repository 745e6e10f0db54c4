/** Every named point × 1st, 3rd, 6th hit × the four classes, then a second kill at every point of the recovery. */
import { expect, it } from 'vitest';
import { FILLING, REPLACING, survivePlaceholders } from './simulation/placeholders.ts';
import { CLASSES, HITS, pointsOf, survive, type Kill } from './simulation/crash.ts';

const RECOVERY_POINTS = ['taken-over', 'looked-up', 'released'];

it.concurrent.each(CLASSES)('%s survives the whole matrix', async (recovery) => {
  let cases = 0;
  let killed = 0;
  const firsts = pointsOf(recovery).flatMap((point) => HITS.map((hit) => ({ point, hit })));
  const seconds: (Kill | undefined)[] = [
    undefined,
    ...[...RECOVERY_POINTS, ...pointsOf(recovery)].map((point) => ({ point, hit: 1 })),
  ];
  for (const first of firsts) {
    for (const second of first.hit === 3 ? seconds : [undefined, { point: 'taken-over', hit: 1 }]) {
      const kills = second ? [first, second] : [first];
      const report = await survive(recovery, kills);
      expect(report.problems, `${recovery} ${JSON.stringify(kills)}`).toEqual([]);
      expect(report.killed, `${recovery} ${JSON.stringify(kills)}`).toBeGreaterThan(0);
      cases += 1;
      killed += report.killed;
    }
  }
  console.log(`${recovery}: ${cases} cases, ${killed} kills, 0 violations`);
});

it.concurrent.each([...FILLING, ...REPLACING])('placeholders survive kills at %s', async (point) => {
  for (const hit of [1, 2]) expect(await survivePlaceholders({ point, hit })).toEqual({ killed: 1, problems: [] });
});
