/** How this program is typed by whoever started it: the one place that decides it. */
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, relative } from 'node:path';

/** How the program was started. */
export interface Start {
  /** The file that Node runs, absolute: `process.argv[1]`. */
  script: string;
  /** The current folder, absolute. */
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
}

/** Other package managers than npm, and what their users type. The names are those that they give themselves. */
const RUNNERS: Readonly<Record<string, string>> = {
  pnpm: 'pnpm exec imggen',
  yarn: 'yarn imggen',
  bun: 'bunx imggen',
};

/**
 * The words before a command: `imggen` where the shell finds it, `npx imggen` where npm started it or would find it,
 * else `node FILE`.
 */
export function programName(start: Start): string {
  const real = realOf(start.script);
  const folders = foldersOfPath(start.env);
  if (folders.some((folder) => realOf(join(folder, 'imggen')) === real)) return 'imggen';
  if (start.env['npm_lifecycle_event'] !== undefined) return runnerOf(start.env);
  if (npxFinds(real, start.cwd)) return 'npx imggen';
  // A package manager's own launcher, which is a script and no link.
  const installed = dirname(dirname(real)).endsWith(join('node_modules', 'imggen'));
  if (installed && folders.some((folder) => existsSync(join(folder, 'imggen')))) return 'imggen';
  const near = relative(start.cwd, start.script);
  return `node ${shellWord(near.length < start.script.length ? near : start.script)}`;
}

/** Where the user's shell looks; what npm adds for the programs that it starts is not there for the next command. */
function foldersOfPath(env: Start['env']): string[] {
  const folders = (env['PATH'] ?? '').split(delimiter);
  return folders.filter((folder) => isAbsolute(folder) && !/node_modules[\\/]\.bin[\\/]?$/.test(folder));
}

function runnerOf(env: Start['env']): string {
  const [agent = ''] = (env['npm_config_user_agent'] ?? '').split('/');
  return RUNNERS[agent] ?? 'npx imggen';
}

/** npx takes the first folder upward that is a package, or has packages. */
function npxFinds(real: string, folder: string): boolean {
  if (existsSync(join(folder, 'package.json')) || existsSync(join(folder, 'node_modules'))) {
    const own = realOf(folder) === dirname(dirname(real));
    return own || realOf(join(folder, 'node_modules', '.bin', 'imggen')) === real;
  }
  const above = dirname(folder);
  return above !== folder && npxFinds(real, above);
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Says a command (`resume 3`) as the user types it: `npx imggen resume 3 --config mira.json`. */
export type AsTyped = (command: string) => string;

/** Commands that look at no config, ledger or owner. */
const PLACELESS: ReadonlySet<string> = new Set(['init', 'workflow', 'completion']);

/**
 * Commands as they are typed after one that was started by `name` and told its `place`: options with their values.
 */
export function asTyped(name: string, place: readonly string[]): AsTyped {
  return (command) => {
    const [first = ''] = command.split(' ');
    return [name, command, ...(PLACELESS.has(first) ? [] : place.map(shellWord))].join(' ');
  };
}

/** A word as a shell takes it. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
