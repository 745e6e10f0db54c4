/** A real process killed at each named point once, and again while it recovers. All of it: crash-points.soak.ts. */
import { describe, expect, it } from 'vitest';
import { CLASSES, pointsOf, survive, type Kill } from './simulation/crash.ts';
import { survivePlaceholders } from './simulation/placeholders.ts';
import type { RecoveryClass } from './simulation/service.ts';

/** Each point once, the classes and hits taking turns; then kills during recovery. */
const SAMPLE: [RecoveryClass, Kill[]][] = [
  ...[...new Set(CLASSES.flatMap(pointsOf))].map((point, i): [RecoveryClass, Kill[]] => {
    const able = CLASSES.filter((one) => pointsOf(one).includes(point));
    return [able[i % able.length] ?? 'list', [{ point, hit: [1, 3, 6][i % 3] ?? 1 }]];
  }),
  [
    'list',
    [
      { point: 'charged', hit: 3 },
      { point: 'taken-over', hit: 1 },
    ],
  ],
  [
    'idem',
    [
      { point: 'charged', hit: 1 },
      { point: 'looked-up', hit: 1 },
    ],
  ],
  [
    'sync',
    [
      { point: 'staged', hit: 3 },
      { point: 'named', hit: 1 },
    ],
  ],
];

describe('a process killed with SIGKILL', () => {
  it.concurrent.each(SAMPLE)('%s at %j: nothing is paid twice, nothing is lost', async (recovery, kills) => {
    const report = await survive(recovery, kills);
    expect(report.problems).toEqual([]);
    expect(report.killed).toBe(kills.length);
    if (recovery === 'idem' || recovery === 'list') expect(report.held).toBe(0);
    else expect(report.held).toBeLessThanOrEqual(2 * kills.length);
  });

  it.concurrent.each(['sync', 'blind'] as const)(
    '%s: before its request left nothing is in doubt',
    async (recovery) => {
      const report = await survive(recovery, [{ point: 'intent', hit: 1 }]);
      expect(report).toEqual({ problems: [], killed: 1, held: 0 });
    },
  );

  it('is found to pay twice when its look-ups are broken', async () => {
    const report = await survive('list', [{ point: 'charged', hit: 3 }], true);
    expect(report.problems).toContainEqual(expect.stringContaining('was paid 2 times'));
  });
});

describe('a process killed with SIGKILL while placeholders come and go', () => {
  it.concurrent.each(['placeholder-linked', 'done'])('at %s: there is a placeholder or the picture', async (point) => {
    expect(await survivePlaceholders({ point, hit: 1 })).toEqual({ killed: 1, problems: [] });
  });

  it('is found out where placeholders go before the picture is there', async () => {
    const { problems } = await survivePlaceholders({ point: 'generated', hit: 1 }, true);
    expect(problems).toContainEqual(expect.stringContaining('has neither picture nor placeholder'));
  });
});
