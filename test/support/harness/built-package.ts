/** Copies of the built package, also with something in them changed. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * A copy of the built package (or of a copy), so that nobody's build is in the way; `node_modules` is linked.
 * @throws when there is no build: `npm test` makes one first.
 */
export async function freezePackage(from = REPOSITORY): Promise<{ root: string; remove: () => void }> {
  const root = mkdtempSync(join(tmpdir(), 'imggen-package-'));
  for (let tries = 1; ; tries++) {
    try {
      for (const part of ['dist', 'bin', 'package.json'])
        cpSync(join(from, part), join(root, part), {
          recursive: true,
          filter: (path) => !/\.(?:d\.ts|map)$/.test(path),
        });
      // Written last by a build.
      if (existsSync(join(root, 'dist', 'config.schema.json'))) break;
      throw new Error('there is no whole build in dist: npm run build');
    } catch (error) {
      if (tries === 20) throw error;
      rmSync(join(root, 'dist'), { recursive: true, force: true });
      await sleep(500);
    }
  }
  symlinkSync(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/**
 * Changes one text in a copy of the built package, which from then on runs its modules, not the few files that the
 * build makes of them.
 * @param file below `dist`.
 * @throws when the text is not there exactly once.
 */
export function changeBuilt(root: string, { file, from, to }: { file: string; from: string; to: string }): void {
  replaceOnce(join(root, 'dist', file), from, to);
  const launcher = join(root, 'bin', 'imggen.js');
  const modules = '../dist/cli.js';
  if (!readFileSync(launcher, 'utf8').includes(modules)) replaceOnce(launcher, '../dist/bundle/cli.js', modules);
}

function replaceOnce(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8');
  if (text.split(from).length !== 2) throw new Error(`not there exactly once in ${path}: ${from}`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
}
