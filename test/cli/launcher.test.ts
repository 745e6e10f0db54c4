/**
 * `bin/imggen.js` under a Node that is too old. Any Node can play one: a copy whose version is written in, so that what
 * it starts from `node_modules` is today's Node with the real file.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  ask,
  BINARY,
  filesIn,
  linesOf,
  newFolder,
  newStudio,
  picturesIn,
  spawnOptions,
  until,
} from '../support/cli/imggen.ts';

const PROJECT = dirname(dirname(BINARY));
const REAL_VERSION = 'process.versions.node.split';

/**
 * A package of its own whose launcher believes to run on Node 20. `right`: the Node in its `node_modules`, which finds
 * the real launcher under the same path, as the old one is swapped for it once it has been read.
 */
function oldNode(right: 'installed' | 'missing'): string {
  const copy = newFolder();
  mkdirSync(join(copy, 'bin'));
  symlinkSync(join(PROJECT, 'dist'), join(copy, 'dist'));
  copyFileSync(join(PROJECT, 'package.json'), join(copy, 'package.json'));
  const text = readFileSync(BINARY, 'utf8');
  expect(text).toContain(REAL_VERSION);
  const launcher = join(copy, 'bin', 'imggen.js');
  // The child is told apart by its channel: only the first process is old.
  writeFileSync(
    launcher,
    text
      .replace(REAL_VERSION, "(process.channel ? process.versions.node : '20.0.0').split")
      .replace('this is ${process.versions.node}', 'this is 20.0.0'),
  );
  if (right === 'installed') {
    mkdirSync(join(copy, 'node_modules', 'node', 'bin'), { recursive: true });
    symlinkSync(realpathSync(process.execPath), join(copy, 'node_modules', 'node', 'bin', 'node'));
  }
  return launcher;
}

/** Starts a launcher; its output is kept. */
function launch(
  launcher: string,
  folder: string,
  args: readonly string[],
): { child: ChildProcess; stdout: () => string; ended: Promise<{ code: number | null; signal: string | null }> } {
  const { env } = spawnOptions(folder);
  const child = spawn(process.execPath, [launcher, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.resume();
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal })),
  );
  return { child, stdout: () => stdout, ended };
}

const SLOW = { concurrency: 1, providers: { local: { latencyMs: 400 } } };

describe('under an old Node', () => {
  it('says in one sentence what is needed when there is no right one, and ends with 2', () => {
    const folder = newFolder();
    const { status, stdout, stderr } = spawnSync(process.execPath, [oldNode('missing'), 'init'], {
      cwd: folder,
      env: spawnOptions(folder).env,
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toBe(
      'imggen needs Node 22.14 or newer, and this is 20.0.0: install a newer Node ' +
        '(https://nodejs.org) and try again.\n',
    );
    expect(filesIn(folder)).toEqual([]);
  });

  it('starts the Node of node_modules, and ends as that ends', async () => {
    const launcher = oldNode('installed');
    const folder = newStudio();
    expect((await launch(launcher, folder, ['pack', '--count', '1']).ended).code).toBe(0);
    expect(picturesIn(folder)).toHaveLength(1);
    expect((await launch(launcher, folder, ['pack', '--count', '0']).ended).code).toBe(2);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('hands %s on: the run drains and ends with 130', async (signal) => {
    const folder = newStudio(SLOW);
    const { child, stdout, ended } = launch(oldNode('installed'), folder, ['pack', '--count', '20', '--json']);
    await until('a picture', () => picturesIn(folder).length > 0);
    child.kill(signal);
    expect((await ended).code).toBe(130);
    expect(linesOf(stdout()).at(-1)).toMatchObject({ event: 'pack_completed' });
    expect(picturesIn(folder).length).toBeLessThan(20);
  });

  it('takes the run along when it is killed', async () => {
    const folder = newStudio(SLOW);
    const { child, ended } = launch(oldNode('installed'), folder, ['pack', '--count', '40']);
    await until('a picture', () => picturesIn(folder).length > 0);
    const [owner] = ask<{ pid: number }>(folder, 'SELECT pid FROM owners');
    expect(owner?.pid).not.toBe(child.pid);
    child.kill('SIGKILL');
    await ended;
    await until('the end of the run', () => !isRunning(owner?.pid ?? 0));
    expect(picturesIn(folder).length).toBeLessThan(40);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
