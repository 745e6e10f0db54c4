/**
 * What every benchmark shares: figures against a target, repetitions that take turns (so that a busy machine slows all
 * sides alike), medians, and programs run in processes of their own with their time, CPU and peak memory.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

/** One line of the table. */
export interface Figure {
  what: string;
  measured: string;
  /** What it was held against in the same run. */
  floor?: string;
  /** Absent: told for information. */
  target?: string;
  ok?: boolean;
}

/** A group of figures. */
export interface Benchmark {
  name: string;
  says: string;
  run: () => Promise<Figure[]>;
}

/** What a process took. */
export interface Ended {
  wallMs: number;
  /** User and system time. 0 when it was not asked for. */
  cpuMs: number;
  /** Highest resident memory. 0 when it was not asked for. */
  peakMiB: number;
  code: number;
}

/** The repository's folder, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** The program as it is installed. */
export const BINARY = join(ROOT, 'bin/imggen.js');

/** A figure that must not be above `max`. `digits` after the point, 2 unless told. */
export function atMost(
  what: string,
  value: number,
  max: number,
  unit: { unit: string; floor?: string; digits?: number },
): Figure {
  const { unit: name, floor, digits = 2 } = unit;
  return {
    what,
    measured: `${value.toFixed(digits)}${name}`,
    target: `≤ ${max}${name}`,
    ok: value <= max,
    ...(floor === undefined ? {} : { floor }),
  };
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which a share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Milliseconds that the work takes. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/**
 * Runs the contenders in turns, so that a neighbor's load meets them all. Returns what each came to, round by round.
 */
export async function inTurns<Name extends string, Result>(
  rounds: number,
  contenders: Record<Name, (round: number) => Promise<Result>>,
): Promise<(name: Name) => Result[]> {
  const names: Name[] = [];
  for (const name in contenders) names.push(name);
  const results = new Map<Name, Result[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed())
      results.get(name)?.push(await contenders[name](round));
  }
  return (name) => results.get(name) ?? [];
}

/** Median of one quantity over runs. */
export function middle(runs: readonly Ended[], of: 'wallMs' | 'cpuMs' | 'peakMiB'): number {
  return median(runs.map((run) => run[of]));
}

/** Gives the work a folder of its own, and takes it away. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'imggen-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/**
 * Preloaded into measured processes: writes their CPU and peak memory at exit. The peak is that of the process's own
 * memory (VmHWM): `maxRSS` would begin with what the benchmark itself had when it forked.
 */
const USAGE = `
import { readFileSync, writeFileSync } from 'node:fs';
const file = process.env.IMGGEN_BENCH_USAGE;
delete process.env.IMGGEN_BENCH_USAGE;
delete process.env.NODE_OPTIONS;
process.once('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  let peakKiB = maxRSS;
  try { peakKiB = Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? maxRSS); } catch {}
  writeFileSync(file, JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMiB: peakKiB / 1024 }));
});`;

/** How to run a program. */
export interface RunOptions {
  cwd: string;
  env?: Record<string, string> | undefined;
  /** Ask for CPU and peak memory too: preloads a few lines into the process. */
  usage?: boolean | undefined;
  /** Exit codes that are fine besides 0. */
  codes?: readonly number[] | undefined;
}

/** Runs node on these arguments with output to nowhere. @throws when it fails, with what it said. */
export async function runNode(args: readonly string[], options: RunOptions): Promise<Ended> {
  const usageFile = join(options.cwd, `.usage-${process.hrtime.bigint()}`);
  const measuring: Record<string, string> = options.usage
    ? { IMGGEN_BENCH_USAGE: usageFile, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(USAGE)}` }
    : {};
  const start = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: options.cwd,
    env: { ...bareEnvironment(), ...options.env, ...measuring },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve(exitCode ?? -1));
  });
  const wallMs = performance.now() - start;
  if (code !== 0 && !options.codes?.includes(code))
    throw new Error(`node ${args.join(' ')} ended with ${code}:\n${said}`);
  if (!options.usage) return { wallMs, cpuMs: 0, peakMiB: 0, code };
  const usage = JSON.parse(await readFile(usageFile, 'utf8')) as { cpuMs: number; peakMiB: number };
  await rm(usageFile);
  return { wallMs, ...usage, code };
}

/** Only what a process needs: no keys, no npm. */
function bareEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '', TMPDIR } = process.env;
  return {
    PATH,
    HOME,
    CI: '1',
    NODE_ENV: 'production',
    IMGGEN_SCORE: 'false',
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
  };
}
