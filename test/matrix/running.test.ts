/** A process that still runs, while somebody reaches its ledger by another path. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { Ledger } from '../../src/ledger/ledger.ts';
import { holdLock } from '../../src/ledger/liveness.ts';
import { galleryShots, makeJob } from '../support/jobs.ts';
import { openLedgers } from '../support/ledgers.ts';

it.each([
  ['nothing is taken from it', false, 0],
  ['negative control: locks beside the path in place of the file, and its work is taken', true, 1],
])('through a link to the ledger: %s', (_, isBroken, taken) => {
  const ledgers = openLedgers();
  const link = join(ledgers.folder, 'elsewhere', 'ledger.db');
  mkdirSync(dirname(link));
  symlinkSync(ledgers.file, link);
  const running = new Ledger({ file: ledgers.file, now: Date.now });
  const job = makeJob(running, ledgers.folder, { shots: galleryShots(1) });
  running.attempts.sending(ledgers.claimed(running, [job.id]).lease, {});
  const beside = isBroken ? { liveness: holdLock(join(dirname(link), 'owners'), 'next') } : {};
  const next = new Ledger({ file: link, now: Date.now, ...beside });
  expect([...next.recovery.takeOver([job.id], 1)]).toHaveLength(taken);
  for (const one of [next, running]) one.close();
});
