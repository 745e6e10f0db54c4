/** Kills real processes at named points and looks at what is left (docs/ledger.md, "Proof"). */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { existsSync, readdirSync, renameSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { build } from 'rolldown';
import { Ledger } from '../../src/ledger/ledger.ts';
import type { CrashPlan } from '../programs/crash-runner.ts';
import { violations } from './invariants.ts';
import { galleryShots, makeJob, newFolder, removeFolder } from '../support/jobs.ts';
import { fileJournal } from './journal.ts';
import type { RecoveryClass } from './service.ts';

const FOLDER = fileURLToPath(new URL('../../node_modules/.cache/imggen-tests', import.meta.url));

/** The program in one file: started a hundred times, it would be read and compiled a hundred times. */
const PROGRAM = join(FOLDER, 'crash-runner.mjs');
let built: Promise<void> | undefined;

async function buildProgram(): Promise<void> {
  const file = `${PROGRAM}.${process.pid}`;
  await build({
    input: fileURLToPath(new URL('../programs/crash-runner.ts', import.meta.url)),
    platform: 'node',
    external: ['better-sqlite3', 'sharp'],
    output: { file, format: 'esm', codeSplitting: false },
    logLevel: 'warn',
  });
  // Another test process may run the same program.
  renameSync(file, PROGRAM);
}

export const CLASSES: readonly RecoveryClass[] = ['idem', 'list', 'sync', 'blind'];
export const HITS = [1, 3, 6] as const;
const SHOTS = 7;

/** Points that a run passes which begins afresh. */
const ALWAYS = [
  'intent',
  'sending',
  'charged',
  'answered',
  'generated',
  'named',
  'linked',
  'done',
  'uploaded',
  'upload-recorded',
];
/** The points of a class, in order. */
export function pointsOf(recovery: RecoveryClass): string[] {
  if (recovery === 'sync') return [...ALWAYS, 'staged'];
  return [...ALWAYS, ...(recovery === 'blind' ? ['id-kept'] : []), 'accepted', 'downloaded'];
}

/** Where a process is killed. */
export interface Kill {
  point: string;
  hit: number;
}

/** What became of a job whose processes were killed. */
export interface CrashReport {
  problems: string[];
  /** Kills that were really reached. */
  killed: number;
  held: number;
}

/** Runs a job with these kills, one process each, then to its end, and looks at everything. */
export async function survive(recovery: RecoveryClass, kills: readonly Kill[], denies = false): Promise<CrashReport> {
  const folder = newFolder('crash');
  try {
    const ledger = new Ledger({ file: join(folder, 'ledger.db'), now: Date.now });
    makeJob(ledger, join(folder, 'images'), { shots: galleryShots(SHOTS), settings: { store: 'paper' } });
    ledger.close();
    let killed = 0;
    for (const kill of kills) if ((await start({ folder, recovery, kill, denies })) === 'killed') killed += 1;
    const end = await start({ folder, recovery, denies });
    const problems = end === 'ended' ? [] : [`the last run ${end}`];
    return { killed, ...look(folder, recovery, problems) };
  } finally {
    removeFolder(folder);
  }
}

function look(folder: string, recovery: RecoveryClass, problems: string[]): { problems: string[]; held: number } {
  const db = new Sqlite(join(folder, 'ledger.db'));
  try {
    const charges = fileJournal(join(folder, 'charges.jsonl')).all();
    problems.push(...violations({ db, output: join(folder, 'images'), charges, recovery, settled: true }));
    const integrity = db.pragma('integrity_check', { simple: true });
    if (integrity !== 'ok') problems.push(`integrity: ${String(integrity)}`);
    const count = (sql: string) => (db.prepare(sql).get() as { n: number }).n;
    const held = count(`SELECT COUNT(*) n FROM shots WHERE state = 'held'`);
    const done = count(`SELECT COUNT(*) n FROM shots WHERE state = 'done'`);
    if (held + done !== SHOTS) problems.push(`${done} done and ${held} held of ${SHOTS}`);
    const uploaded = count(`SELECT COUNT(*) n FROM uploads WHERE state = 'done'`);
    if (uploaded !== done) problems.push(`${uploaded} uploaded of ${done}`);
    const parts = join(folder, 'images', 'mira', '.parts');
    // Half a file may stay of an answer whose shot is held in doubt: `imggen clean` knows it.
    const inDoubt = db.prepare(`SELECT key || '.part' FROM attempts WHERE state = 'unknown'`).pluck().all();
    const leftOver = existsSync(parts) ? readdirSync(parts).filter((file) => !inDoubt.includes(file)) : [];
    if (leftOver.length > 0) problems.push(`left over: ${leftOver.join(', ')}`);
    return { problems, held };
  } finally {
    db.close();
  }
}

/** Starts a process on job 1 of a folder; resolves with how it ended: `ended`, `killed`, or what it failed with. */
export async function start(plan: CrashPlan): Promise<string> {
  await (built ??= buildProgram());
  return new Promise((resolve) => {
    let words = '';
    const child = spawn(process.execPath, [PROGRAM, JSON.stringify(plan)], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: FOLDER },
    });
    child.stderr.on('data', (data: Buffer) => {
      words += data.toString();
    });
    child.on('close', (code, signal) =>
      resolve(signal === 'SIGKILL' ? 'killed' : code === 0 ? 'ended' : `failed: ${words}`),
    );
  });
}
