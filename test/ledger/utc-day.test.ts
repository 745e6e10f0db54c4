/** The day of a cap is the UTC day, wherever the machine stands. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { galleryShots, makeJob } from '../support/jobs.ts';
import { finish, openLedgers } from '../support/ledgers.ts';

const BEFORE_MIDNIGHT = Date.UTC(2026, 4, 4, 23, 59, 59, 999);
const MIDNIGHT = Date.UTC(2026, 4, 5);
const CAPS = { perDayMicros: 60 }; // one picture at 50 fits, two do not

describe.each([
  { zone: 'Pacific/Kiritimati', offsetMinutes: -14 * 60, localMidnight: Date.UTC(2026, 4, 4, 10) },
  { zone: 'Etc/GMT+12', offsetMinutes: 12 * 60, localMidnight: Date.UTC(2026, 4, 4, 12) },
])('in $zone', ({ zone, offsetMinutes, localMidnight }) => {
  beforeEach(() => {
    vi.stubEnv('TZ', zone);
    expect(new Date(MIDNIGHT).getTimezoneOffset()).toBe(offsetMinutes);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('a day cap is not given anew at the local midnight, and is at the UTC one', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(4) });
    const claim = () => ledgers.claim(ledger, [job.id], { caps: CAPS });
    ledgers.nowMs = localMidnight - 1;
    finish(ledger, ledgers.claimed(ledger, [job.id], { caps: CAPS }), 'first');
    for (const later of [localMidnight, BEFORE_MIDNIGHT]) {
      ledgers.nowMs = later;
      expect(claim()).toMatchObject({ kind: 'budget', cap: 'day' });
    }
    ledgers.nowMs = MIDNIGHT;
    finish(ledger, ledgers.claimed(ledger, [job.id], { caps: CAPS }), 'second');
    expect(claim()).toMatchObject({ kind: 'budget', cap: 'day' });
    expect(ledger.statistics.spending(5).map(({ day, spentMicros }) => [day, spentMicros])).toEqual([
      ['2026-05-05', 40],
      ['2026-05-04', 40],
    ]);
  });

  it('a picture that is paid after midnight counts on the day its money was held', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(2) });
    ledgers.nowMs = BEFORE_MIDNIGHT;
    const held = ledgers.claimed(ledger, [job.id], { caps: CAPS });
    ledgers.nowMs = MIDNIGHT;
    finish(ledger, held);
    expect(ledger.queries.today()).toEqual({ reservedMicros: 0, spentMicros: 0 });
    expect(ledger.statistics.spending(5)).toMatchObject([{ day: '2026-05-04', spentMicros: 40 }]);
  });
});
