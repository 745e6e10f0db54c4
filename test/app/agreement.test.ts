/** What a job that goes on may still cost is read when it is asked, not when it was planned. */
import { expect, it, onTestFinished } from 'vitest';
import { agree } from '../../src/app/agreement.ts';
import { Refusals } from '../../src/app/refusals.ts';
import { LedgerFile } from '../../src/app/ledger-file.ts';
import { galleryShots, makeJob, ready } from '../support/jobs.ts';
import { finish, openLedgers } from '../support/ledgers.ts';
import { picture, provider } from '../support/runner-rig.ts';

it('a job that another process has ended since it was planned passes no cap', async () => {
  const ledgers = openLedgers();
  const ledger = new LedgerFile(ledgers.file, { now: () => ledgers.nowMs });
  onTestFinished(() => ledger.close());
  const caps = { perRunMicros: 80 };
  const job = makeJob(ledger.open(), ledgers.folder, { shots: galleryShots(2), settings: { caps } });
  const planned = {
    characterId: 'mira',
    makesAvatar: false,
    settings: job.settings,
    before: job,
    alike: [{ own: {}, shots: 2, promptChars: 0 }],
    open: () => job,
  };
  const paper = ready(provider({ submit: async (request) => picture(request.shot) }));
  const prepared = {
    jobs: [planned],
    providers: new Map([['paper', paper]]),
    references: new Map(),
    refusals: new Refusals(),
  };
  const asked = async () => {
    const { refusals } = await agree({ ledger, services: { drawing: new Set<string>() } }, prepared, undefined);
    return refusals.told();
  };
  expect(await asked()).toMatchObject([{ kind: 'budget' }]);
  const other = ledgers.connection('other');
  for (let i = 0; i < 2; i += 1) finish(other, ledgers.claimed(other, [job.id], { route: { worstMicros: 40 } }));
  expect(await asked()).toEqual([]);
});
