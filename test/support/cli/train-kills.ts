/** `kill -9` of the real program while it trains, and what the next run makes of it. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { replicateStudio, trainStudio } from '../train-studio.ts';
import { ask, start, until } from './imggen.ts';

/** When it is killed: while a request of this kind is under way, or so long after it arrived. */
export interface TrainKill {
  provider: 'fal' | 'replicate';
  during: string;
  afterMs?: number;
  /** A protection is taken out: what perhaps left counts as never sent. */
  control?: boolean;
}

/** What a killed training came to. */
export interface TrainToll {
  /** `done` or `held`. */
  state: string;
  charges: number;
  loras: number;
}

/** The machine is busy while thousands of others are killed. */
const PATIENCE_MS = 90_000;

/** Kills a training once, and goes on with it by the same command until it is done or held. */
export async function killedTraining({ provider, during, afterMs, control = false }: TrainKill): Promise<TrainToll> {
  const studio = await (provider === 'fal' ? trainStudio() : replicateStudio());
  const { folder, emulator, env } = studio;
  const destination = provider === 'fal' ? [] : ['--destination', 'studio/lora'];
  const args = ['train', 'mira-sol', '--provider', provider, '--yes', '--budget', '20', ...destination];
  if (afterMs === undefined) emulator.faults.push({ on: during, kind: 'hang', times: 1 });
  const running = start(folder, args, { env });
  const hasArrived = () => emulator.requests.some(({ operation }) => operation === during);
  await until(`a ${during} arrives`, hasArrived, PATIENCE_MS);
  await sleep(afterMs ?? 0);
  running.kill('SIGKILL');
  await running;
  if (control) forgetSending(folder);
  for (let runs = 0; runs < 3; runs += 1) {
    const { exitCode } = await studio.run(args);
    if (exitCode === 0 || stateIn(folder) === 'held') break;
  }
  const loras = ask(folder, `SELECT id FROM loras WHERE state = 'stored'`).length;
  return { state: stateIn(folder), charges: emulator.charges().length, loras };
}

function stateIn(folder: string): string {
  return ask<{ state: string }>(folder, `SELECT state FROM shots WHERE kind = 'train'`).at(-1)?.state ?? 'none';
}

function forgetSending(folder: string): void {
  const db = new Sqlite(join(folder, '.imggen', 'ledger.db'));
  db.exec(`UPDATE attempts SET sent_at_ms = NULL WHERE state = 'intent'`);
  db.close();
}
