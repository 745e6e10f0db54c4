/** Copies of the built package, also with something in them changed. */
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
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
          filter: (path) =>
            !/\.(?:d\.ts|map)$/.test(path) && (!path.endsWith('.js') || /[\\/](?:bin|bundle)[\\/]/.test(path)),
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
 * Changes one text in a copy of the built package.
 * @param from a text of the source, in one line or more. The build sets spaces and quotes in its own way, and adds a
 *   number to names that it has twice.
 * @param to takes its place; `$&` in it is what was there.
 * @throws when the text is not there exactly once.
 */
export function changeBuilt(root: string, { from, to }: { from: string; to: string }): void {
  const bundle = join(root, 'dist', 'bundle');
  const parts = from.split(/(\s+|["'`]|\w+)/).map(partAsBuilt);
  const asBuilt = new RegExp(parts.join(''), 'g');
  const files = readdirSync(bundle).map((name) => join(bundle, name));
  const found = files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(asBuilt)].map(() => file));
  const [file] = found;
  if (file === undefined || found.length !== 1) throw new Error(`there ${found.length} times in ${bundle}: ${from}`);
  writeFileSync(file, readFileSync(file, 'utf8').replace(asBuilt, to));
}

function partAsBuilt(part: string): string {
  if (/^\s+$/.test(part)) return '(?:\\s|\\\\n)+';
  if (/^["'`]$/.test(part)) return '["\'`]';
  if (/^\w+$/.test(part)) return `${part}(?:\\$\\d+)?`;
  return part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
