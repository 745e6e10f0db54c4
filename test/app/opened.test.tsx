/** What a view is told first of a job that goes on. */
import { renderToString } from 'ink';
import { expect, it } from 'vitest';
import { openedEvent } from '../../src/app/opened.ts';
import { signsFor } from '../../src/views/ink/look.ts';
import { Screen } from '../../src/views/ink/screen.tsx';
import { initialState, reduce } from '../../src/views/state.ts';
import { galleryShots, makeJob } from '../support/jobs.ts';
import { finish, openLedgers } from '../support/ledgers.ts';

it('the panel of a resume counts what was spent before against the cap, from its first moment on', () => {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const settings = { caps: { perRunMicros: 1_000_000, perDayMicros: 2_000_000 } };
  const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(2), settings });
  finish(ledger, ledgers.claimed(ledger, [job.id], { route: { worstMicros: 300_000, expectedMicros: 250_000 } }));
  const state = reduce(initialState(), openedEvent(ledger, job, String), ledgers.nowMs);
  const look = { color: false, links: false, signs: signsFor({ LANG: 'en_US.UTF-8' }), resume: 'imggen resume' };
  const screen = <Screen state={state} nowMs={ledgers.nowMs} look={look} size={{ columns: 100, rows: 24 }} />;
  expect(renderToString(screen, { columns: 100 })).toContain('$0.25 of $1.00 spent · today $0.25 of $2.00');
});
