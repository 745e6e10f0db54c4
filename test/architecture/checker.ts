/** Reads imports and tells what breaks a rule. */
import { posix } from 'node:path';
import type { Place } from './place.ts';
import { PLACES } from './rules.ts';
import { PURE, RESERVED } from './reserved.ts';

/** An import of a file. */
export interface Import {
  /** A path of ours (`src/errors.ts`), or a package's or node module's name. */
  target: string;
  kind: 'static' | 'type' | 'dynamic';
}

/** Source texts by path. */
export type Sources = ReadonlyMap<string, string>;

const IMPURE = new RegExp(
  [
    String.raw`\b(?:Date\.now|Math\.random|performance\.now|setTimeout|setInterval|randomUUID|process|globalThis)\b`,
    String.raw`\bnew Date\(\s*\)`,
  ].join('|'),
);

/** Drops comments; a `//` inside a URL or a string that has no blank before it stays. */
function withoutComments(source: string): string {
  return source.replace(/^\s*\/\*[\s\S]*?\*\//gm, '').replace(/(?:^|\s)\/\/.*$/gm, '');
}

/** What a file imports. */
export function importsOf(path: string, source: string): Import[] {
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

/** True for the place itself and everything below it. */
export function isIn(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

/** All that is wrong in these files, a sentence each. */
export function violations(sources: Sources): string[] {
  return [...sources].flatMap(([path, source]) => {
    const imports = importsOf(path, source);
    const code = withoutComments(source);
    return [...directions(path, imports), ...reservations(path, imports, code), ...impurities(path, imports, code)];
  });
}

function directions(path: string, imports: readonly Import[]): string[] {
  const place: Place | undefined = PLACES.find((one) => isIn(path, one.path));
  if (!place) return [`${path} has no place: give it one in PLACES`];
  return imports
    .filter(({ target, kind }) => {
      const types = kind === 'type' ? (place.importsTypesOf ?? []) : [];
      const allowed = [place.path, ...place.imports, ...types];
      return isIn(target, 'src') && !allowed.some((one) => isIn(target, one));
    })
    .map(({ target, kind }) => `${path} imports ${target} (${kind}): ${place.says}`);
}

function reservations(path: string, imports: readonly Import[], code: string): string[] {
  return RESERVED.filter(({ onlyIn }) => !onlyIn.some((place) => isIn(path, place))).flatMap(({ what, says }) => {
    if ('code' in what) return what.code.test(code) ? [`${path} has ${String(what.code)}: ${says}`] : [];
    const name = 'place' in what ? what.place : what.package;
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
export function loadedAtOnce(sources: Sources, entry: string): Map<string, string> {
  const ways = new Map([[entry, entry]]);
  for (const [path, way] of ways) {
    for (const { target, kind } of importsOf(path, sources.get(path) ?? '')) {
      if (kind === 'static' && !ways.has(target)) ways.set(target, `${way} → ${target}`);
    }
  }
  return ways;
}

/**
 * Files that import each other in a circle, types included: each circle once, as `a → b → a`. Dynamic imports do not
 * count.
 */
export function circles(sources: Sources): string[] {
  const targets = new Map(
    [...sources].map(([path, source]) => [
      path,
      importsOf(path, source).flatMap(({ target, kind }) =>
        kind !== 'dynamic' && sources.has(target) ? [target] : [],
      ),
    ]),
  );
  const found = new Map<string, string>();
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): void => {
    const at = way.indexOf(path);
    if (at >= 0) {
      const circle = way.slice(at);
      found.set([...circle].sort().join(), [...circle, path].join(' → '));
      return;
    }
    if (done.has(path)) return;
    for (const target of targets.get(path) ?? []) visit(target, [...way, path]);
    done.add(path);
  };
  for (const path of sources.keys()) visit(path, []);
  return [...found.values()];
}
