/**
 * The house (design.md §5) as a test: who may know whom, what stays pure, what is loaded late. Rules are data; each says
 * in a sentence what it keeps. A rule that names a file or folder that is gone fails too.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { PROVIDERS } from '../src/providers/index.ts';
import { STORES } from '../src/storage/index.ts';

/** A file or a folder of src, and the only ones of ours that it may import besides its own. The first that fits counts. */
interface Room {
  path: string;
  says: string;
  knows: readonly string[];
  /** These by `import type` only. */
  knowsTypesOf?: readonly string[];
}

/** What only some may have: a room of ours or a package to import, or a text in the code. */
interface Reserved {
  says: string;
  what: { room: string } | { package: string } | { code: RegExp };
  onlyIn: readonly string[];
}

const ROOMS: readonly Room[] = [
  { path: 'src/errors.ts', says: 'Errors know nothing.', knows: [] },
  { path: 'src/events.ts', says: 'Events know nothing.', knows: [] },
  { path: 'src/shot.ts', says: 'The words for shots know nothing.', knows: [] },
  { path: 'src/sanitize.ts', says: 'Making text safe needs nobody.', knows: [] },
  { path: 'src/names.ts', says: 'Naming needs nobody.', knows: [] },
  {
    path: 'src/character.ts',
    says: 'A character is checked at the edge.',
    knows: ['src/errors.ts', 'src/names.ts', 'src/sanitize.ts'],
  },
  { path: 'src/plan/catalogue', says: 'The catalogue is words for shots.', knows: ['src/shot.ts'] },
  {
    path: 'src/plan/identity.ts',
    says: 'The identity block is made of attributes.',
    knows: [],
    knowsTypesOf: ['src/character.ts'],
  },
  {
    path: 'src/plan/prompt.ts',
    says: 'A prompt is made of attributes and a look.',
    knows: ['src/plan/identity.ts', 'src/shot.ts'],
    knowsTypesOf: ['src/character.ts'],
  },
  {
    path: 'src/plan/plan.ts',
    says: 'The plan knows the catalogue and the prompt, and neither ledger nor provider.',
    knows: ['src/plan/catalogue', 'src/plan/prompt.ts', 'src/shot.ts'],
    knowsTypesOf: ['src/character.ts'],
  },
  {
    path: 'src/config/write-schema.ts',
    says: 'The schema writer is a program of the build: it asks every implementation for its options.',
    knows: ['src/config', 'src/providers/index.ts', 'src/storage/index.ts'],
  },
  {
    path: 'src/config',
    says: 'The config is read without knowing who implements what: the contracts’ types are enough.',
    knows: ['src/character.ts', 'src/errors.ts', 'src/names.ts', 'src/sanitize.ts'],
    knowsTypesOf: ['src/providers/provider.ts', 'src/storage/storage.ts'],
  },
  { path: 'src/images', says: 'What is done to bytes needs only errors.', knows: ['src/errors.ts'] },
  {
    path: 'src/ledger',
    says: 'The ledger knows facts, and nobody who makes them.',
    knows: ['src/errors.ts', 'src/events.ts', 'src/shot.ts'],
    knowsTypesOf: ['src/character.ts'],
  },
  {
    path: 'src/providers',
    says: 'Providers know what they are asked for, and neither ledger nor runner.',
    knows: ['src/errors.ts', 'src/images', 'src/sanitize.ts', 'src/shot.ts'],
    knowsTypesOf: ['src/character.ts'],
  },
  {
    path: 'src/storage',
    says: 'Stores know bytes and errors, and neither ledger nor runner.',
    knows: ['src/errors.ts', 'src/images', 'src/sanitize.ts'],
  },
  {
    path: 'src/runner',
    says: 'The runner knows the two contracts, never an implementation or the list of them.',
    knows: [
      'src/errors.ts',
      'src/events.ts',
      'src/images',
      'src/ledger',
      'src/providers/capabilities.ts',
      'src/providers/provider.ts',
      'src/shot.ts',
      'src/storage/storage.ts',
      'src/sanitize.ts',
    ],
    knowsTypesOf: ['src/character.ts'],
  },
  {
    path: 'src/views',
    says: 'Views know events only.',
    knows: ['src/events.ts', 'src/sanitize.ts'],
    knowsTypesOf: ['src/errors.ts'],
  },
  {
    path: 'src/write-help.ts',
    says: 'The help writer is a program of the build.',
    knows: ['src/program.ts', 'src/errors.ts'],
  },
  { path: 'src/gallery', says: 'The gallery page is text made of what it is given.', knows: ['src/sanitize.ts'] },
  { path: 'src/host.ts', says: 'What is outside comes in as arguments.', knows: [], knowsTypesOf: ['src/views'] },
  { path: 'src/terminal', says: 'What only a terminal needs.', knows: ['src'] },
  { path: 'src/app', says: 'The wiring knows everybody below it.', knows: ['src'] },
  { path: 'src/commands', says: 'Commands use the wiring.', knows: ['src'] },
  {
    path: 'src/program.ts',
    says: 'The program knows its commands, loaded when they are chosen.',
    knows: ['src/commands'],
    knowsTypesOf: ['src/app', 'src/errors.ts', 'src/host.ts'],
  },
  {
    path: 'src/cli.ts',
    says: 'The entry knows the program, and how errors are told.',
    knows: ['src/program.ts', 'src/errors.ts', 'src/sanitize.ts'],
    knowsTypesOf: ['src/host.ts'],
  },
];

const RESERVED: readonly Reserved[] = [
  { says: 'Nobody turns back to the program.', what: { room: 'src/cli.ts' }, onlyIn: [] },
  { says: 'The schema writer is run by the build only.', what: { room: 'src/config/write-schema.ts' }, onlyIn: [] },
  {
    says: 'Nobody turns back to the program.',
    what: { room: 'src/program.ts' },
    onlyIn: ['src/cli.ts', 'src/write-help.ts'],
  },
  {
    says: 'Only the program starts commands.',
    what: { room: 'src/commands' },
    onlyIn: ['src/program.ts', 'src/commands'],
  },
  {
    says: 'Only commands use the wiring.',
    what: { room: 'src/app' },
    onlyIn: ['src/app', 'src/commands', 'src/terminal', 'src/program.ts', 'src/cli.ts'],
  },
  { says: 'The database is the ledger’s.', what: { package: 'better-sqlite3' }, onlyIn: ['src/ledger'] },
  { says: 'SQL is in the ledger only.', what: { code: /\.prepare\(/ }, onlyIn: ['src/ledger'] },
  { says: 'Services are called by providers.', what: { package: 'openai' }, onlyIn: ['src/providers'] },
  { says: 'Services are called by providers.', what: { package: 'replicate' }, onlyIn: ['src/providers'] },
  { says: 'Drawing is a provider’s work.', what: { package: '@dicebear/core' }, onlyIn: ['src/providers'] },
  { says: 'Drawing is a provider’s work.', what: { package: '@dicebear/styles' }, onlyIn: ['src/providers'] },
  { says: 'Cloudinary is a store.', what: { package: 'cloudinary' }, onlyIn: ['src/storage'] },
  { says: 'Pixels are handled in images.', what: { package: 'sharp' }, onlyIn: ['src/images'] },
  { says: 'Ink is a view.', what: { package: 'ink' }, onlyIn: ['src/views/ink'] },
  { says: 'React is for Ink.', what: { package: 'react' }, onlyIn: ['src/views/ink'] },
  {
    says: 'Options are parsed in one place.',
    what: { package: 'commander' },
    onlyIn: ['src/cli.ts', 'src/program.ts', 'src/commands/completion.ts'],
  },
  { says: 'The environment is read once, at the edge.', what: { code: /\bprocess\.env\b/ }, onlyIn: ['src/cli.ts'] },
  { says: 'One place decides the exit code.', what: { code: /\bprocess\.exit(?:Code)?\b/ }, onlyIn: ['src/cli.ts'] },
  { says: 'The core never prints.', what: { code: /\bconsole\./ }, onlyIn: [] },
];

/** No `node:` module, no clock, no randomness, no process: the same input gives the same output for ever. */
const PURE: readonly string[] = [
  'src/errors.ts',
  'src/events.ts',
  'src/shot.ts',
  'src/plan/catalogue',
  'src/plan/identity.ts',
  'src/plan/prompt.ts',
  'src/plan/plan.ts',
  'src/providers/capabilities.ts',
  'src/runner/retry.ts',
  'src/views/state.ts',
  'src/views/state-model.ts',
  'src/views/state-shot.ts',
];
const IMPURE =
  /\b(?:Date\.now|Math\.random|performance\.now|setTimeout|setInterval|randomUUID)\b|\bnew Date\(\s*\)|\bprocess\b|\bglobalThis\b/;

/** What `imggen --help` must not wait for: reached from the program through dynamic imports only. */
const LOADED_LATE = [
  'better-sqlite3',
  'zod',
  'openai',
  'replicate',
  'cloudinary',
  'sharp',
  'ink',
  'react',
  '@dicebear/core',
  '@dicebear/styles',
];
const ENTRY = 'src/cli.ts';

/** Named by rules and not built yet. A path that has come must be taken off. */
const NOT_YET: readonly string[] = [];

interface Import {
  /** A path of ours (`src/errors.ts`), or a package's or node module's name. */
  target: string;
  kind: 'static' | 'type' | 'dynamic';
}

/** Source texts by path. */
type Sources = ReadonlyMap<string, string>;

/** Drops comments; a `//` inside a URL or a string that has no blank before it stays. */
function withoutComments(source: string): string {
  return source.replace(/^\s*\/\*[\s\S]*?\*\//gm, '').replace(/(?:^|\s)\/\/.*$/gm, '');
}

function importsOf(path: string, source: string): Import[] {
  const code = withoutComments(source);
  const statements = code.matchAll(/^\s*(?:import|export)\s+(type\s)?(?:[^'"();=]*?\sfrom\s*)?['"]([^'"]+)['"]/gm);
  const calls = code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g);
  const resolve = (name: string) => (name.startsWith('.') ? posix.join(posix.dirname(path), name) : packageName(name));
  return [
    ...[...statements].map(([, type, name = '']): Import => ({
      target: resolve(name),
      kind: type ? 'type' : 'static',
    })),
    ...[...calls].map(([, name = '']): Import => ({ target: resolve(name), kind: 'dynamic' })),
  ];
}

function packageName(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function isIn(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

function roomOf(path: string): Room | undefined {
  return ROOMS.find((room) => isIn(path, room.path));
}

/** All that is wrong in these files, a sentence each. */
function violations(sources: Sources): string[] {
  return [...sources].flatMap(([path, source]) => {
    const imports = importsOf(path, source);
    return [
      ...directions(path, imports),
      ...reservations(path, imports, withoutComments(source)),
      ...impurities(path, imports, withoutComments(source)),
    ];
  });
}

function directions(path: string, imports: readonly Import[]): string[] {
  const room = roomOf(path);
  if (!room) return [`${path} belongs to no room: give it one in ROOMS`];
  return imports
    .filter(({ target, kind }) => {
      const allowed = [room.path, ...room.knows, ...(kind === 'type' ? (room.knowsTypesOf ?? []) : [])];
      return isIn(target, 'src') && !allowed.some((place) => isIn(target, place));
    })
    .map(({ target, kind }) => `${path} imports ${target} (${kind}): ${room.says}`);
}

function reservations(path: string, imports: readonly Import[], code: string): string[] {
  return RESERVED.filter(({ onlyIn }) => !onlyIn.some((place) => isIn(path, place))).flatMap(({ what, says }) => {
    if ('code' in what) return what.code.test(code) ? [`${path} has ${String(what.code)}: ${says}`] : [];
    const name = 'room' in what ? what.room : what.package;
    return imports.some(({ target }) => isIn(target, name)) ? [`${path} imports ${name}: ${says}`] : [];
  });
}

function impurities(path: string, imports: readonly Import[], code: string): string[] {
  if (!PURE.some((place) => isIn(path, place))) return [];
  const found = [
    ...imports.map(({ target }) => target).filter((target) => target.startsWith('node:')),
    ...(IMPURE.exec(code) ?? []),
  ];
  return found.map((what) => `${path} is pure and has ${what}`);
}

/** Packages loaded as soon as the entry is, each with the way there. */
function loadedAtOnce(sources: Sources, entry: string): Map<string, string> {
  const ways = new Map([[entry, entry]]);
  for (const [path, way] of ways) {
    for (const { target, kind } of importsOf(path, sources.get(path) ?? '')) {
      if (kind === 'static' && !ways.has(target)) ways.set(target, `${way} → ${target}`);
    }
  }
  return ways;
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const paths = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) =>
    join(entry.parentPath, entry.name)
      .slice(root.length + 1)
      .replaceAll('\\', '/'),
  );
const house: Sources = new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
const stands = (place: string) => paths.some((path) => isIn(path, place));

describe('the house', () => {
  test('keeps its directions, its reservations and its pure rooms', () => {
    expect(violations(house)).toEqual([]);
  });

  test('starts without loading what only some commands need', () => {
    const ways = loadedAtOnce(house, ENTRY);
    expect(LOADED_LATE.map((name) => ways.get(name)).filter(Boolean)).toEqual([]);
  });
});

describe('the rules', () => {
  test('name only files and folders that exist', () => {
    const named = [
      ...ROOMS.flatMap((room) => [room.path, ...room.knows, ...(room.knowsTypesOf ?? [])]),
      ...RESERVED.flatMap(({ what, onlyIn }) => [...('room' in what ? [what.room] : []), ...onlyIn]),
      ...PURE,
      ENTRY,
    ];
    const gone = [...new Set(named)].filter((place) => !stands(place) && !NOT_YET.includes(place));
    expect(gone).toEqual([]);
    expect(NOT_YET.filter(stands)).toEqual([]);
  });

  test('name only packages that are installed', () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const named = [...LOADED_LATE, ...RESERVED.flatMap(({ what }) => ('package' in what ? [what.package] : []))];
    expect(named.filter((name) => !(name in dependencies))).toEqual([]);
  });
});

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
    ['src/app/house.ts', "import { pack } from '../commands/pack.ts';", 'Only the program starts commands'],
    ['src/config/load.ts', "import { run } from '../app/run.ts';", 'Only commands use the wiring'],
    ['src/storage/s3.ts', "import Database from 'better-sqlite3';", 'The database is the ledger’s'],
    ['src/storage/s3.ts', "db.prepare('SELECT 1');", 'SQL is in the ledger only'],
    ['src/app/house.ts', "const key = process.env['X'];", 'The environment is read once'],
    ['src/app/house.ts', 'process.exitCode = 1;', 'One place decides'],
    ['src/app/house.ts', 'console.log(1);', 'The core never prints'],
    ['src/plan/plan.ts', 'const now = Date.now();', 'pure'],
    ['src/plan/plan.ts', 'const now = new Date();', 'pure'],
    ['src/runner/retry.ts', "import { setTimeout } from 'node:timers/promises';", 'pure and has node:timers/promises'],
    ['src/cellar/wine.ts', '', 'belongs to no room'],
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
});

describe('a contract', () => {
  const kept = (folder: string, suite: string): string =>
    readdirSync(new URL(folder, import.meta.url))
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => readFileSync(new URL(`${folder}/${name}`, import.meta.url), 'utf8'))
      .filter((text) => text.includes(suite))
      .join('\n');

  test.each(Object.keys(PROVIDERS))('is kept by the provider %s: it runs the conformance suite', (name) => {
    expect(kept('providers', 'describeProvider(')).toContain(`/providers/${name}.ts`);
  });

  test.each(Object.keys(STORES))('is kept by the store %s: it runs the conformance suite', (name) => {
    expect(kept('storage', 'conforms(')).toContain(`/storage/${name}.ts`);
  });
});
