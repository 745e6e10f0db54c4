/** docs/providers.md, "Adding a provider", followed to the letter: what it says to write keeps the contract. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(ROOT, 'docs/providers.md'), 'utf8').split('## Adding a provider\n')[1] ?? '';
const { resolve: packageFile } = createRequire(import.meta.url);

/** The first block of a language below the step with that number. */
function block(step: number, language: string): string {
  const below = page.split(`**${step}. `)[1] ?? '';
  return below.split(`\`\`\`${language}\n`)[1]?.split('```')[0] ?? '';
}

/** A clone in which the new files are: nothing of them is in the repository. */
const clone = mkdtempSync(join(tmpdir(), 'imggen-page-'));
afterAll(() => rmSync(clone, { recursive: true }));
mkdirSync(join(clone, 'src', 'providers'), { recursive: true });
symlinkSync(join(ROOT, 'test'), join(clone, 'test'));
execFileSync('/bin/sh', ['-c', block(2, 'sh')], { cwd: clone });

/** A file of the clone with imports that lead into the repository, or to other new files. Returns where it lies. */
function made(path: string, text: string, ours: readonly string[] = []): string {
  const file = join(clone, path.replace(/^test\//, ''));
  const absolute = (name: string): string => {
    const at = resolve(ROOT, dirname(path), name);
    if (name.startsWith('.')) return ours.includes(at) ? at.replace(ROOT, `${clone}/`) : at;
    return isBuiltin(name) || name === 'vitest' ? name : packageFile(name);
  };
  const imports = text.replaceAll(
    /(from )'([^']+)'/g,
    (_, from: string, name: string) => `${from}${JSON.stringify(absolute(name))}`,
  );
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, imports);
  return file;
}

const provider = readFileSync(join(clone, 'src/providers/paper.ts'), 'utf8');
made('src/providers/paper.ts', provider);
const suite = made('test/providers/paper-conformance.test.ts', block(5, 'ts'), [join(ROOT, 'src/providers/paper.ts')]);
// Its tests are tests of this file.
await import(suite);

describe('the page on adding a provider', () => {
  it('ends with one file of at most 200 lines, and says so', () => {
    expect(provider.split('\n').length).toBeLessThanOrEqual(200);
    expect(page).toContain('at most 200 lines');
  });

  it('has the line of the list as the list has it', () => {
    const form = /^ {2}[\w'-]+: \{ keyVariables: \[.*\],.* load: \(\) => import\('\.\/[\w-]+\.ts'\) \},$/;
    const list = readFileSync(join(ROOT, 'src/providers/index.ts'), 'utf8').split('\n');
    expect(list.filter((line) => form.test(line)).length).toBeGreaterThan(5);
    expect(block(3, 'ts').trimEnd()).toMatch(form);
  });

  it('names files that are there', () => {
    const named = [...page.matchAll(/`((?:src|test)\/[\w/.-]+\.ts)`/g)].map(([, path]) => path ?? '');
    const there = named.filter((path) => !path.includes('paper'));
    expect(there.length).toBeGreaterThan(5);
    for (const path of there) expect(() => readFileSync(join(ROOT, path)), path).not.toThrow();
  });
});
