/** The checker finds what the rules forbid, and nothing else. */
import { describe, expect, test } from 'vitest';
import { circles, loadedAtOnce, violations } from './checker.ts';

describe('the checker', () => {
  const told = (path: string, source: string) => violations(new Map([[path, source]]));

  test.each([
    ['src/views/lines.ts', "import { openLedger } from '../ledger/open.ts';", 'src/ledger/open.ts'],
    ['src/runner/loop.ts', "const local = await import('../providers/local.ts');", 'src/providers/local.ts'],
    ['src/runner/loop.ts', "export { providers } from '../providers/index.ts';", 'src/providers/index.ts'],
    ['src/providers/fal.ts', "import type { Row } from '../ledger/records.ts';", 'src/ledger/records.ts'],
    ['src/providers/fal.ts', "import {\n  a,\n  b,\n} from '../runner/loop.ts';", 'src/runner/loop.ts'],
    ['src/errors.ts', "import './sanitize.ts';", 'src/sanitize.ts'],
    ['src/plan/plan.ts', "import { lineOfText } from '../character.ts';", 'src/character.ts'],
    ['src/app/pack.ts', "import { pack } from '../commands/pack.ts';", 'Only the grammar starts commands'],
    ['src/config/load.ts', "import { run } from '../app/run.ts';", 'src/app/run.ts'],
    ['src/storage/s3.ts', "import Database from 'better-sqlite3';", 'The database is the ledger’s'],
    ['src/storage/s3.ts', "db.prepare('SELECT 1');", 'SQL is in the ledger only'],
    ['src/app/pack.ts', "const key = process.env['X'];", 'The environment is read once'],
    ['src/app/pack.ts', 'process.exitCode = 1;', 'One place decides'],
    ['src/app/pack.ts', 'console.log(1);', 'The core never prints'],
    ['src/plan/plan.ts', 'const now = Date.now();', 'pure'],
    ['src/plan/plan.ts', 'const now = new Date();', 'pure'],
    ['src/runner/retry.ts', "import { setTimeout } from 'node:timers/promises';", 'pure and has node:timers/promises'],
    ['src/cellar/wine.ts', '', 'has no place'],
  ])('reports %s with %s', (path, source, expected) => {
    expect(told(path, source).join('\n')).toContain(expected);
  });

  test.each([
    ['src/plan/plan.ts', "import type { CharacterAttributes } from '../character.ts';"],
    ['src/plan/plan.ts', "/** Never `Date.now()`, see\n * import './cli.ts' */\nconst a = 1; // process.env"],
    ['src/views/state.ts', 'const day = new Date(event.at);'],
    ['src/runner/loop.ts', "import type { Provider } from '../providers/provider.ts';"],
    ['src/ledger/open.ts', "import Database from 'better-sqlite3';\ndb.prepare('SELECT 1');"],
  ])('lets %s have %s', (path, source) => {
    expect(told(path, source)).toEqual([]);
  });

  test('finds a heavy package behind static imports, and not behind a dynamic or a type import', () => {
    const sources = new Map([
      [
        'src/cli.ts',
        "import { a } from './a.ts';\nimport type { B } from './b.ts';\nconst c = () => import('./c.ts');",
      ],
      ['src/a.ts', "export { z } from 'zod/mini';"],
      ['src/b.ts', "import 'ink';"],
      ['src/c.ts', "import 'sharp';"],
    ]);
    const ways = loadedAtOnce(sources, 'src/cli.ts');
    expect(ways.get('zod')).toBe('src/cli.ts → src/a.ts → zod');
    expect([...ways.keys()]).toEqual(['src/cli.ts', 'src/a.ts', 'zod']);
  });

  test('finds a circle of types, and not one that a dynamic import closes', () => {
    const a = "import type { B } from './b.ts';";
    const closing = new Map([
      ['src/a.ts', a],
      ['src/b.ts', "import { c } from './c.ts';"],
      ['src/c.ts', "import type { A } from './a.ts';"],
    ]);
    expect(circles(closing)).toEqual(['src/a.ts → src/b.ts → src/c.ts → src/a.ts']);
    expect(circles(new Map([...closing, ['src/c.ts', "const a = () => import('./a.ts');"]]))).toEqual([]);
  });
});
