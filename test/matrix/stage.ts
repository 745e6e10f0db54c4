/** Where a case of the matrix is played: folders that are moved, and the ledger as whoever comes next opens it. */
import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Ledger } from '../../src/ledger/ledger.ts';
import type { Emulator } from '../emulators/emulator.ts';

/** What becomes of the folders between two runs. */
export type Change = 'same' | 'pictures moved' | 'project renamed' | 'reached by a link';

/** A project in front of an emulator. */
export interface Stage {
  emulator: Emulator;
  /** The project. */
  folder: string;
  /** The ledger, as the next process names it. */
  file: string;
  output: string;
  /** Owners whose process has ended. */
  dead: Set<string>;
  /** By how much our clock is ahead. */
  aheadMs: number;
}

/** A stage in this folder. */
export function stageIn(folder: string, emulator: Emulator): Stage {
  return { emulator, folder, ...placesIn(folder), dead: new Set(), aheadMs: 0 };
}

function placesIn(folder: string): Pick<Stage, 'file' | 'output'> {
  return { file: join(folder, 'ledger.db'), output: join(folder, 'images') };
}

/** The ledger as a process with this name opens it. */
export function openLedger({ file, dead, ...stage }: Stage, owner: string): Ledger {
  const liveness = { owner, isRunning: (id: string) => !dead.has(id), close: () => {} };
  return new Ledger({ file, now: () => Date.now() + stage.aheadMs, liveness });
}

/** Changes the folders. */
export function change(stage: Stage, what: Change): void {
  const { folder } = stage;
  if (what === 'pictures moved') {
    stage.output = join(folder, 'moved', 'images');
    mkdirSync(dirname(stage.output), { recursive: true });
    renameSync(join(folder, 'images'), stage.output);
  }
  if (what === 'project renamed') {
    renameSync(folder, `${folder}-moved`);
    Object.assign(stage, placesIn(`${folder}-moved`), { folder: `${folder}-moved` });
  }
  if (what === 'reached by a link') {
    // The ledger and the pictures themselves are links in a folder of their own.
    mkdirSync(`${folder}-link`);
    for (const name of ['ledger.db', 'images']) symlinkSync(join(folder, name), join(`${folder}-link`, name));
    Object.assign(stage, placesIn(`${folder}-link`));
  }
}

/** Removes a stage's folder, under all its names. */
export function removeStage(folder: string): void {
  for (const end of ['', '-moved', '-link']) rmSync(`${folder}${end}`, { recursive: true, force: true });
}

/** A ledger without a protection: its paths are those of the machine, and not relative to its folder. */
export function keepWholePaths({ file }: Stage): void {
  const db = new Sqlite(file);
  try {
    db.function('whole', (path: unknown) => (typeof path === 'string' ? resolve(dirname(file), path) : null));
    db.exec(`UPDATE attempts SET staged = whole(staged);
      UPDATE images SET path = whole(path);
      UPDATE jobs SET settings = json_set(settings, '$.output', whole(json_extract(settings, '$.output')))`);
  } finally {
    db.close();
  }
}
