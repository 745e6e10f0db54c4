/** Many processes of the built program on one ledger at once. */
import Sqlite from 'better-sqlite3';
import { expect, inject, it } from 'vitest';
import { openHome, runCli } from './support/harness/cli.ts';
import { sabotagedPackage } from './support/harness/sabotage.ts';
import { play } from './support/harness/scene.ts';
import { moneyProblems } from './support/harness/money.ts';
import { verify } from './support/harness/verify.ts';

const built = inject('builtPackage');

it('eight processes open a fresh ledger at once, and each makes its own pack without sharing a number', async () => {
  const home = openHome(built, { provider: 'local', size: '64x64' });
  const ends = await Promise.all(
    Array.from({ length: 8 }, (_, n) => runCli(home, ['pack', '--count', '2', '--key', `pack-${n}`, '--json'])),
  );
  expect(ends.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual(Array.from({ length: 8 }, () => 0));
  const { violations, figures } = verify(home);
  home.close();
  expect(violations).toEqual([]);
  expect(figures.images).toBe(16);
});

const CAPS = { perImageMicros: 25_000, perRunMicros: 150_000, perDayMicros: 400_000 };

/**
 * Some processes, three jobs, caps for less than they ask for. @returns problems of the money seen in committed
 * states.
 */
async function together(
  root: string,
  processes: number,
): Promise<{ problems: string[]; charged: number; codes: (number | null)[] }> {
  const problems: string[] = [];
  let codes: (number | null)[] = [];
  const played = await play({
    root,
    provider: 'replicate',
    count: 1,
    emulator: { latencyMs: 60 },
    config: { concurrency: 8, budget: { perImageUsd: 0.025, perRunUsd: 0.15, perDayUsd: 0.4 } },
    after: async (home) => {
      const ending = new AbortController();
      const db = new Sqlite(home.ledger, { readonly: true });
      const looking = (async () => {
        while (!ending.signal.aborted) {
          problems.push(...moneyProblems(db, CAPS));
          await new Promise((resolve) => setTimeout(resolve, 15));
        }
      })();
      const ends = await Promise.all(
        Array.from({ length: processes }, (_, n) =>
          runCli(home, ['pack', '--count', '9', '--key', `job-${n % 3}`, '--json', '--yes']),
        ),
      );
      ending.abort();
      await looking;
      problems.push(...moneyProblems(db, CAPS));
      db.close();
      codes = ends.map(({ code }) => code);
    },
  });
  return { problems, charged: played.charges * 25_000, codes };
}

it('six processes never pass a cap of an image, a run or a day in any committed state', async () => {
  const { problems, codes } = await together(built, 6);
  expect(problems).toEqual([]);
  expect(codes).toEqual(Array.from({ length: 6 }, () => 4));
});

it('catches a build that does not count what is reserved', async () => {
  const broken = await sabotagedPackage('reservations are not counted', built);
  const { problems } = await together(broken.root, 3);
  broken.remove();
  expect(problems).toContainEqual(expect.stringMatching(/above the cap/));
});
