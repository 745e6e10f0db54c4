/** The licenses of packages whose code is in one of our files: each asks to be named where its code is. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/** Folder of an installed package. */
export function packageFolder(name: string): string {
  for (let folder = dirname(entryOf(name)); ; folder = dirname(folder))
    if (folder.endsWith(join('node_modules', ...name.split('/')))) return folder;
}

/** Some packages do not let their `package.json` be asked for, some have no entry for `require`. */
function entryOf(name: string): string {
  try {
    return require.resolve(`${name}/package.json`);
  } catch {
    return fileURLToPath(import.meta.resolve(name));
  }
}

/** Names, versions and license texts of packages, as one text. @throws when one is not installed. */
export function licensesOf(names: readonly string[]): string {
  return names.map(licenseOf).join(`\n${'-'.repeat(80)}\n\n`);
}

function licenseOf(name: string): string {
  const folder = packageFolder(name);
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    version: string;
    license: string;
  };
  return `${name} ${version} (${license})\n\n${textOf(folder, license)}`;
}

function textOf(folder: string, license: string): string {
  for (const name of ['LICENSE', 'LICENSE.md', 'license'])
    if (existsSync(join(folder, name))) return readFileSync(join(folder, name), 'utf8');
  // Without a file: TensorFlow's is the same as that of `long`; seedrandom has it at the head of its code.
  if (license === 'Apache-2.0') return readFileSync(join(packageFolder('long'), 'LICENSE'), 'utf8');
  return (
    readFileSync(join(packageFolder('seedrandom'), 'seedrandom.js'), 'utf8')
      .split('*/')[0]
      ?.replace('/*', '') ?? ''
  );
}
