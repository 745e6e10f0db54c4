/** Kills processes while they fill failed shots with placeholders, and while they replace these by pictures. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Ledger } from '../../src/ledger/ledger.ts';
import { galleryShots, makeJob, newFolder, removeFolder } from '../support/jobs.ts';
import { start, type Kill } from './crash.ts';
import { fileJournal } from './journal.ts';

const SHOTS = galleryShots(3);
const REFUSED = SHOTS.slice(1).map(({ name }) => name);

/** What was found, looked at after each process. */
export interface FillReport {
  killed: number;
  problems: string[];
}

/** Points of a run that fills, and of the retry that makes the pictures. */
export const FILLING = ['placeholder-named', 'placeholder-linked', 'placeholder-stored'];
export const REPLACING = ['generated', 'named', 'linked', 'done', 'placeholder-removed'];

/**
 * Fills two of three shots with placeholders and makes them after that, with a kill in one of both; at no moment after
 * its placeholder was stored may a shot have neither that nor its picture.
 * @param careless a protection removed: placeholders go before the retry begins.
 */
export async function survivePlaceholders(kill: Kill, careless = false): Promise<FillReport> {
  const folder = newFolder('placeholders');
  const report: FillReport = { killed: 0, problems: [] };
  const plan = { folder, recovery: 'list' } as const;
  try {
    inLedger(folder, (ledger) => makeJob(ledger, join(folder, 'images'), { shots: SHOTS }));
    const filling = { ...plan, refuses: REFUSED };
    if (FILLING.includes(kill.point)) {
      if ((await start({ ...filling, kill })) === 'killed') report.killed += 1;
    }
    expectEnd(report, await start(filling));
    lookFor(folder, report, 'after the fill');
    inLedger(folder, (ledger) => {
      ledger.jobs.requeue(1, ['refused']);
      for (const { shotId } of careless ? ledger.placeholders.ofCharacter(1) : []) ledger.placeholders.forget(shotId);
    });
    if (REPLACING.includes(kill.point)) {
      if ((await start({ ...plan, kill })) === 'killed') report.killed += 1;
      lookFor(folder, report, 'after the kill');
    }
    expectEnd(report, await start(plan));
    const left = lookFor(folder, report, 'in the end');
    if (left.some((name) => name.includes('placeholder'))) report.problems.push(`left over: ${left.join(', ')}`);
    const names = ['mira_image_00001.png', 'mira_image_00002.png', 'mira_image_00003.png'];
    if (JSON.stringify(left) !== JSON.stringify(names)) report.problems.push(`the pictures are ${left.join(', ')}`);
    const charges = fileJournal(join(folder, 'charges.jsonl')).all().length;
    if (charges !== SHOTS.length) report.problems.push(`${charges} charges for ${SHOTS.length} pictures`);
    return report;
  } finally {
    removeFolder(folder);
  }
}

/** Every shot has its picture, or its placeholder, on the disk. Returns the files. */
function lookFor(folder: string, { problems }: FillReport, when: string): string[] {
  const files = readdirSync(join(folder, 'images', 'mira')).filter((name) => name.endsWith('.png') && name[0] !== '.');
  inLedger(folder, (ledger) => {
    const made = ledger.images.gallery({ characterKey: 1 });
    const shown = [...made, ...ledger.placeholders.shown(1)];
    const missing = SHOTS.filter(({ name }) => !shown.some((one) => one.shot === name && files.includes(one.filename)));
    problems.push(...missing.map(({ name }) => `${when} ${name} has neither picture nor placeholder`));
    if (shown.length > SHOTS.length) problems.push(`${when} ${shown.length} are shown for ${SHOTS.length} shots`);
  });
  return files.toSorted();
}

function expectEnd({ problems }: FillReport, end: string): void {
  if (end !== 'ended') problems.push(`a run ${end}`);
}

function inLedger(folder: string, look: (ledger: Ledger) => void): void {
  const ledger = new Ledger({ file: join(folder, 'ledger.db'), now: Date.now });
  try {
    look(ledger);
  } finally {
    ledger.close();
  }
}
