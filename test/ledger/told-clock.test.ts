/** What an answer tells beside the remote id is kept with what was sent. */
import { expect, it } from 'vitest';
import { galleryShots, makeJob } from '../support/jobs.ts';
import { openLedgers } from '../support/ledgers.ts';

it('the clock of a service is kept with the request when its first answer tells it', () => {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(1) });
  const { lease } = ledgers.claimed(ledger, [job.id]);
  ledger.attempts.sending(lease, { model: 'm' });
  expect(ledger.attempts.accepted(lease, 'r1', { skewMs: 5, doubtMs: 0 })?.sent).toEqual({
    model: 'm',
    skewMs: 5,
    doubtMs: 0,
  });
});
