/** The command line in a folder of its own: what every test of it starts from. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { execa } from 'execa';
import { main } from '../../../src/cli.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { Collector } from './collector.ts';

/** The file that `npx imggen` runs. */
export const BINARY = fileURLToPath(new URL('../../../bin/imggen.js', import.meta.url));

/** How a command ended. */
export interface Ran {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

/** How a command is run. */
export interface RunOptions {
  env?: Record<string, string> | undefined;
  cwd?: string | undefined;
  input?: string | undefined;
}

/** An empty temporary folder, gone after the test. */
export function newFolder(): string {
  return temporaryFolder('imggen-cli-');
}

/**
 * A folder with a config whose pictures are small and quick to draw. `change` goes over it, `character` over its
 * character.
 */
export function newStudio(change: Record<string, unknown> = {}, character: Record<string, unknown> = {}): string {
  const folder = newFolder();
  writeConfig(folder, change, character);
  return folder;
}

/** Writes the config of `newStudio`. */
export function writeConfig(
  folder: string,
  change: Record<string, unknown> = {},
  character: Record<string, unknown> = {},
  file = 'config.json',
): void {
  const config = {
    character: { name: 'Mira Sol', gender: 'woman', hairColor: 'auburn', seed: 7, ...character },
    size: '64x64',
    ...change,
  };
  writeFileSync(join(folder, file), JSON.stringify(config));
}

/** The options that start `imggen` in a folder: nothing of the tests' own environment but the path reaches it. */
export function spawnOptions(folder: string, options: RunOptions = {}) {
  return {
    cwd: options.cwd ?? folder,
    env: environment(folder, options),
    extendEnv: false,
    reject: false,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
  } as const;
}

/** A folder of the shell's path that holds `imggen`. */
const INSTALLED = fileURLToPath(new URL('./path', import.meta.url));

/** The variables that a command sees: nothing of the tests' own but the path, as if imggen were installed there. */
function environment(folder: string, { env }: RunOptions): Record<string, string> {
  const path = `${INSTALLED}${delimiter}${process.env['PATH'] ?? ''}`;
  // Faces are compared where a test is about that: emulated pictures have none, and looking for it takes a second.
  return { PATH: path, HOME: folder, TERM: 'xterm-256color', IMGGEN_SCORE: 'false', ...env };
}

/** Starts the built binary; the caller waits for it, signals it, or reads along. */
export function start(folder: string, args: readonly string[], options: RunOptions = {}) {
  return execa(process.execPath, [BINARY, ...args], spawnOptions(folder, options));
}

/**
 * Runs a command to its end inside this process, with streams that are no terminal: no start of Node, and nothing else
 * differs from the built program (`binary`).
 */
export async function imggen(folder: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const [stdout, stderr] = [new Collector(), new Collector()];
  const terminal = { stdout, stderr, stdin: Readable.from(options.input ?? ''), onInterrupt: () => () => {} };
  const cwd = () => options.cwd ?? folder;
  const exitCode = await main([process.execPath, BINARY, ...args], {
    terminal,
    cwd,
    env: environment(folder, options),
  });
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

/** Runs the built binary to its end. */
export async function binary(folder: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { exitCode, stdout, stderr } = await start(folder, args, options);
  return { exitCode, stdout, stderr };
}

/** The lines of `--json`, each parsed. */
export function linesOf(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Names of the pictures of a character, in order. */
export function picturesIn(folder: string, characterId = 'mira-sol', output = 'images'): string[] {
  try {
    return readdirSync(join(folder, output, characterId))
      .filter((name) => /\.(png|jpe?g|webp)$/.test(name))
      .toSorted();
  } catch {
    return [];
  }
}

/** Everything below a folder, as relative paths, in order. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .toSorted();
}

/** Reads the ledger of a folder with SQL. */
export function ask<Row = Record<string, unknown>>(folder: string, sql: string): Row[] {
  const db = new Sqlite(join(folder, '.imggen', 'ledger.db'), { readonly: true });
  try {
    return db.prepare(sql).all() as Row[];
  } finally {
    db.close();
  }
}

/** A file's text. */
export function textOf(...path: string[]): string {
  return readFileSync(join(...path), 'utf8');
}

/** Waits until a condition holds. @throws when it does not within `withinMs`. */
export async function until(what: string, holds: () => boolean, withinMs = 20_000): Promise<void> {
  const endMs = Date.now() + withinMs;
  for (;;) {
    let held = false;
    try {
      held = holds();
    } catch {
      // Not there yet.
    }
    if (held) return;
    if (Date.now() > endMs) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
