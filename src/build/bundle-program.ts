/**
 * A program of the build: makes few files of the many modules of the command line and of the library, so that a start
 * does not spend most of its time on finding and reading them (measured on `pack --count 1` at OpenAI: 0.43 s of CPU
 * with the SDK's 170 files and 109 of ours, 0.31 s with 35). Packages of many small files are put in. What is loaded
 * only when it is needed stays apart. Imported by nothing.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown, type ChunkingContext, type Plugin } from 'rolldown';
import { licensesOf } from './licenses.ts';

const BUILT = fileURLToPath(new URL('../', import.meta.url));
const TARGET = join(BUILT, 'bundle');
const START = join(BUILT, 'cli.js');
/** Packages that are put in, with those that they need. */
const PUT_IN = ['@dicebear/core', 'commander', 'fastest-levenshtein', 'ipaddr.js', 'openai', 'p-limit', 'zod'];
/** What so many commands and providers need is in one file; fewer files would be read by commands that need little. */
const SHARED_BY = 10;

const { dependencies } = JSON.parse(readFileSync(join(BUILT, '../package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};
const outside = Object.keys(dependencies).filter((name) => !PUT_IN.includes(name));
const program = await rolldown({
  input: { cli: START, index: join(BUILT, 'index.js') },
  platform: 'node',
  external: (id) => outside.some((name) => id === name || id.startsWith(`${name}/`)),
  // A module that one command loads when it needs it may be part of another from the start.
  checks: { ineffectiveDynamicImport: false },
  plugins: [placesKept(), englishOnly()],
});
const startModules = new Set<string>();
const { output } = await program.write({
  dir: TARGET,
  format: 'esm',
  sourcemap: true,
  comments: false,
  chunkFileNames: '[name]-[hash].js',
  codeSplitting: {
    groups: [
      // `--help` needs these alone.
      { name: (id, graph) => (loadedAtStart(graph).has(id) ? 'start' : null), debugName: 'start', priority: 2 },
      { name: 'zod', test: /node_modules[\\/]zod[\\/]/, priority: 1 },
      { name: 'openai-sdk', test: /node_modules[\\/]openai[\\/]/, priority: 1 },
      { name: 'shared', minShareCount: SHARED_BY },
    ],
  },
});
const files = output.filter((file) => file.type === 'chunk');
for (const { moduleIds, fileName } of files)
  if (moduleIds.length > 0 && moduleIds.every(packageOf)) leaveMapOut(fileName);
const packages = new Set(files.flatMap(({ moduleIds }) => moduleIds.flatMap((id) => packageOf(id) ?? [])));
writeFileSync(join(TARGET, 'LICENSES.txt'), licensesOf([...packages].toSorted()));
// For each import Node looks for the nearest package.json, and forgets where there was none: 870 tries for one pack.
writeFileSync(join(TARGET, 'package.json'), '{ "type": "module" }\n');

/** The modules that the command line loads before it knows the command. */
function loadedAtStart(graph: ChunkingContext): ReadonlySet<string> {
  const add = (id: string): void => {
    if (startModules.has(id)) return;
    startModules.add(id);
    graph.getModuleInfo(id)?.importedIds.forEach(add);
  };
  if (startModules.size === 0) add(START);
  return startModules;
}

/** The package that a module is of; none for our own. */
function packageOf(id: string): string | undefined {
  return /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(id)?.[1]?.replace('\\', '/');
}

/** The map of a package's code is larger than the code (5 MB for the SDK of OpenAI), and shows nothing of ours. */
function leaveMapOut(fileName: string): void {
  const file = join(TARGET, fileName);
  writeFileSync(file, readFileSync(file, 'utf8').replace(/\n\/\/# sourceMappingURL=\S+\s*$/, '\n'));
  rmSync(`${file}.map`);
}

/** A module that looks for a file beside itself still finds it: it is told its own place, not that of the new file. */
function placesKept(): Plugin {
  return {
    name: 'places-kept',
    load: (path) => {
      if (!path.startsWith(BUILT) || packageOf(path)) return null;
      const text = readFileSync(path, 'utf8');
      if (!text.includes('import.meta.url')) return null;
      const fromTarget = relative(TARGET, path).replaceAll('\\', '/');
      return text.replaceAll('import.meta.url', `new URL(${JSON.stringify(fromTarget)}, import.meta.url).href`);
    },
  };
}

/** The messages of zod in other languages than English are half of its code, and nothing asks for them. */
function englishOnly(): Plugin {
  return {
    name: 'english-only',
    load: (path) =>
      /zod[\\/]v4[\\/]locales[\\/]index\.js$/.test(path) ? "export { default as en } from './en.js';" : null,
  };
}
