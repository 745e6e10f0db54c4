/**
 * A program of the build: makes few files of the many modules of the command line and of the library, so that a start
 * does not spend most of its time on finding and reading them (measured on `pack --count 1`: 0.6 s of CPU before,
 * 0.45 s after). Small packages that each start needs are put in. What is loaded only when it is needed stays apart.
 * Imported by nothing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { licensesOf } from './licenses.ts';

const BUILT = fileURLToPath(new URL('../', import.meta.url));
const TARGET = join(BUILT, 'bundle');
/** Packages that are put in. */
const PUT_IN = ['zod', 'commander', 'p-limit', 'yocto-queue', 'fastest-levenshtein'];

const { dependencies } = JSON.parse(readFileSync(join(BUILT, '../package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};
await build({
  entryPoints: [join(BUILT, 'cli.js'), join(BUILT, 'index.js')],
  outdir: TARGET,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  external: Object.keys(dependencies).filter((name) => !PUT_IN.includes(name)),
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [placesKept(), englishOnly()],
});
writeFileSync(join(TARGET, 'LICENSES.txt'), licensesOf(PUT_IN));
// For each import Node looks for the nearest package.json, and forgets where there was none: 870 tries for one pack.
writeFileSync(join(TARGET, 'package.json'), '{ "type": "module" }\n');

/** A module that looks for a file beside itself still finds it: it is told its own place, not that of the new file. */
function placesKept(): Plugin {
  return {
    name: 'places-kept',
    setup: ({ onLoad }) => {
      onLoad({ filter: /\.js$/ }, ({ path }) => {
        const fromTarget = relative(TARGET, path).replaceAll('\\', '/');
        const text = fromTarget.startsWith('../') && !fromTarget.includes('node_modules') && readFileSync(path, 'utf8');
        if (!text || !text.includes('import.meta.url')) return undefined;
        return { contents: text.replaceAll('import.meta.url', `new URL('${fromTarget}', import.meta.url).href`) };
      });
    },
  };
}

/** The messages of zod in other languages than English are half of its code, and nothing asks for them. */
function englishOnly(): Plugin {
  return {
    name: 'english-only',
    setup: ({ onLoad }) => {
      onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
        contents: "export { default as en } from './en.js';",
      }));
    },
  };
}
