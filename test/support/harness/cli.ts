/**
 * The built program as a process: a frozen copy of it, a folder with a config to run it in, and what it said.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imggen } from '../cli/imggen.ts';

const STDERR_KEPT = 4_000;

/** A character that says nothing a provider has to leave out of its prompt. */
export const CHARACTER = {
  name: 'Mira Sol',
  gender: 'woman',
  ageRange: [24, 28],
  ethnicity: 'Mediterranean',
  hairColor: 'auburn',
  hairStyle: 'long wavy',
  eyeColor: 'green',
  bodyType: 'athletic',
  outfitStyle: 'casual streetwear',
  style: 'photo',
  seed: 421_337,
};

/** Where a test's processes run. */
export interface Home {
  /** Temporary folder: config.json, .imggen/ledger.db, images/. */
  folder: string;
  /** Root of the package that runs. */
  root: string;
  /** Variables beside the few that every process needs. */
  env: Record<string, string>;
  /** The ledger's file. */
  ledger: string;
  close: () => void;
}

/** How a process ended. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A process under way. */
export interface Running {
  kill: (signal: NodeJS.Signals) => void;
  /** When it has said its first word on stdout, or ended. */
  spoke: Promise<void>;
  ended: Promise<Ended>;
}

/** A fresh folder with this config. `character` and small, quick settings are filled in. */
export function openHome(root: string, config: Record<string, unknown>, env: Record<string, string> = {}): Home {
  const folder = mkdtempSync(join(tmpdir(), 'imggen-home-'));
  writeConfig(folder, config);
  mkdirSync(join(folder, 'tmp'));
  return {
    folder,
    root,
    env,
    ledger: join(folder, '.imggen', 'ledger.db'),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Replaces the config of a home. */
export function writeConfig(folder: string, config: Record<string, unknown>): void {
  const whole = {
    character: CHARACTER,
    size: '512x512',
    staggerMs: 0,
    concurrency: 8,
    thumbnails: false,
    timeoutMs: 60_000,
    ...config,
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(whole, undefined, 2));
}

/** The variables of a home's processes: nothing of the tests' own but the path reaches them. */
export function environmentOf(home: Home): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home.folder,
    TMPDIR: join(home.folder, 'tmp'),
    NODE_COMPILE_CACHE: join(home.root, '.cache'),
    // Emulated pictures have no face, and looking for one takes a second.
    IMGGEN_SCORE: 'false',
    ...home.env,
  };
}

/**
 * Starts `imggen` with these arguments.
 * @param shell limits to set first, as `ulimit -n 40`: the process then is started by a shell that becomes it.
 */
export function startCli(home: Home, args: readonly string[], shell?: string): Running {
  const command = [process.execPath, join(home.root, 'bin', 'imggen.js'), ...args];
  const env = environmentOf(home);
  const child =
    shell === undefined
      ? spawn(command[0] ?? '', command.slice(1), { cwd: home.folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
      : spawn('/bin/sh', ['-c', `${shell}; exec "$@"`, 'sh', ...command], {
          cwd: home.folder,
          env,
          stdio: ['ignore', 'pipe', 'pipe'],
        });
  let stdout = '';
  let stderr = '';
  let speak = (): void => {};
  const spoke = new Promise<void>((resolve) => (speak = resolve));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    speak();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-STDERR_KEPT)));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      speak();
      resolve({ code, signal, stdout, stderr });
    });
  });
  return { kill: (signal) => void child.kill(signal), spoke, ended };
}

/** Runs `imggen` to its end. */
export function runCli(home: Home, args: readonly string[], shell?: string): Promise<Ended> {
  return startCli(home, args, shell).ended;
}

/** The root of a home whose commands run inside the test's process (`imggen`), for all that needs no process to be. */
export const HERE = 'here';

/** Runs `imggen` to its end, by the package of the home or, where its root is `HERE`, inside this process. */
export async function runAnywhere(home: Home, args: readonly string[]): Promise<Ended> {
  if (home.root !== HERE) return runCli(home, args);
  const { exitCode, stdout, stderr } = await imggen(home.folder, args, { env: home.env });
  return { code: exitCode ?? null, signal: null, stdout, stderr: stderr.slice(-STDERR_KEPT) };
}

/** Runs `imggen` in a home to its end, inside this process. */
export function runHere(home: Home, args: readonly string[]): Promise<Ended> {
  return runAnywhere({ ...home, root: HERE }, args);
}

/** The events on a `--json` stdout, oldest first. @throws when a line is no JSON. */
export function eventsOf(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
