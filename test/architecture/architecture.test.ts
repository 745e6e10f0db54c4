/** The layout (docs/decisions.md) as a test: directions, reservations, purity, late loading, no circles, sizes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { PROVIDERS } from '../../src/providers/index.ts';
import { STORES } from '../../src/storage/index.ts';
import { circles, isIn, loadedAtOnce, violations, type Sources } from './checker.ts';
import { ENTRY, LOADED_LATE, PURE, RESERVED } from './reserved.ts';
import { PLACES } from './rules.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const LINES_MAX = 200;
const COLUMNS_MAX = 120;

function sourcesIn(folder: string): Sources {
  const paths = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replaceAll('\\', '/'));
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

const sources = sourcesIn('src');
const exists = (place: string) => [...sources.keys()].some((path) => isIn(path, place));

describe('the source', () => {
  test('keeps its directions, its reservations and its pure places', () => {
    expect(violations(sources)).toEqual([]);
  });

  test('starts without loading what only some commands need', () => {
    const ways = loadedAtOnce(sources, ENTRY);
    expect(LOADED_LATE.map((name) => ways.get(name)).filter(Boolean)).toEqual([]);
  });
});

describe.each(['src', 'test'])('%s', (folder) => {
  const files = sourcesIn(folder);

  test('has no circles, types included', () => {
    expect(circles(files)).toEqual([]);
  });

  test('has files of at most 200 lines', () => {
    const long = [...files].filter(([, text]) => text.trimEnd().split('\n').length > LINES_MAX);
    expect(long.map(([path]) => path)).toEqual([]);
  });

  test('has lines of at most 120 columns', () => {
    const long = [...files].flatMap(([path, text]) =>
      text.split('\n').flatMap((line, index) => (line.length > COLUMNS_MAX ? [`${path}:${index + 1}`] : [])),
    );
    expect(long).toEqual([]);
  });
});

describe('the rules', () => {
  test('name only files and folders that exist', () => {
    const named = [
      ...PLACES.flatMap((place) => [place.path, ...place.imports, ...(place.importsTypesOf ?? [])]),
      ...RESERVED.flatMap(({ what, onlyIn }) => [...('place' in what ? [what.place] : []), ...onlyIn]),
      ...PURE,
      ENTRY,
    ];
    expect([...new Set(named)].filter((place) => !exists(place))).toEqual([]);
  });

  test('name only packages that are installed', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
      'dependencies' | 'devDependencies',
      Record<string, string>
    >;
    const installed = { ...dependencies, ...devDependencies };
    const named = [...LOADED_LATE, ...RESERVED.flatMap(({ what }) => ('package' in what ? [what.package] : []))];
    expect(named.filter((name) => !(name in installed))).toEqual([]);
  });
});

describe('a contract', () => {
  const kept = (folder: string, suite: string): string =>
    readdirSync(join(root, 'test', folder))
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => readFileSync(join(root, 'test', folder, name), 'utf8'))
      .filter((text) => text.includes(suite))
      .join('\n');

  test.each(Object.keys(PROVIDERS))('is kept by the provider %s: it runs the conformance suite', (name) => {
    expect(kept('providers', 'describeProvider(')).toContain(`/providers/${name}.ts`);
  });

  test.each(Object.keys(STORES))('is kept by the store %s: it runs the conformance suite', (name) => {
    expect(kept('storage', 'conforms(')).toContain(`/storage/${name}.ts`);
  });
});
