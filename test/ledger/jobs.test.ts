/** What a job was given is the job's own. */
import { expect, it } from 'vitest';
import { galleryShots, makeJob } from '../support/jobs.ts';
import { finish, openLedgers } from '../support/ledgers.ts';

it('a job that goes on keeps its settings but for what is changed', () => {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const settings = { concurrency: 2, caps: { perRunMicros: 100, perDayMicros: 900 } };
  const shots = galleryShots(2);
  const job = makeJob(ledger, ledgers.folder, { shots, settings });
  const again = makeJob(ledger, ledgers.folder, {
    shots,
    settings: { ...settings, concurrency: 9, model: 'other' },
    changes: { concurrency: 5, model: undefined, caps: { perRunMicros: 200 }, priority: 0 },
  });
  expect(again).toEqual({
    ...job,
    priority: 0,
    settings: { ...job.settings, concurrency: 5, caps: { perRunMicros: 200, perDayMicros: 900 } },
  });
});

it('a job that has ended or was canceled never changes', () => {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const [ended, canceled] = ['ended', 'canceled'].map((key) =>
    makeJob(ledger, ledgers.folder, { shots: galleryShots(1), key }),
  );
  finish(ledger, ledgers.claimed(ledger, [ended!.id]));
  ledger.jobs.openRun([ended!.id]).close(ended!.id, ledgers.nowMs);
  ledger.jobs.cancel(canceled!.id);
  for (const job of [ended!, canceled!]) {
    const changed = ledger.jobs.change(job.id, { concurrency: 50, priority: 0 });
    expect(changed).toMatchObject({ priority: 1, settings: job.settings });
    expect(makeJob(ledger, ledgers.folder, { shots: galleryShots(1), key: job.key ?? '' })).toEqual(changed);
  }
});
