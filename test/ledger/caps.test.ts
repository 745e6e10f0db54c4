import { describe, expect, it } from 'vitest';
import { galleryShots, makeJob } from '../support/jobs.ts';
import { finish, openLedgers } from '../support/ledgers.ts';

const DAY_MS = 86_400_000;

describe('caps', () => {
  it.each([
    ['image', { perImageMicros: 49 }],
    ['run', { perRunMicros: 49 }],
    ['day', { perDayMicros: 49 }],
  ])('stop the first request that would pass the %s cap', (cap, caps) => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(2) });
    expect(ledgers.claim(ledger, [job.id], { caps })).toMatchObject({ kind: 'budget', cap });
    expect(ledgers.count('SELECT COUNT(*) FROM attempts')).toBe(0);
  });

  it('let pass what fits exactly', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(2) });
    const caps = { perImageMicros: 50, perRunMicros: 50, perDayMicros: 50 };
    expect(ledgers.claimed(ledger, [job.id], { caps })).toBeDefined();
  });

  it('wait while what is in flight may settle for less, and count what other jobs spent today', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const one = makeJob(ledger, ledgers.folder, { shots: galleryShots(2), key: '1' });
    const two = makeJob(ledger, ledgers.folder, { shots: galleryShots(2), key: '2' });
    const claim = ledgers.claimed(ledger, [one.id]);
    const caps = { perDayMicros: 90 };
    expect(ledgers.claim(ledger, [two.id], { caps })).toEqual({
      kind: 'wait',
      untilMs: undefined,
      reason: 'budget',
    });
    finish(ledger, claim);
    expect(ledgers.claimed(ledger, [two.id], { caps })).toBeDefined();
  });

  it('end a shot whose earlier attempts have used up the cap of a picture, and let the others go on', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(2) });
    const first = ledgers.claimed(ledger, [job.id]);
    ledger.attempts.failed(first.lease, {
      failure: 'unusable',
      message: 'm',
      settlement: { state: 'spent', micros: 30 },
      shot: { state: 'failed' },
    });
    ledger.jobs.requeue(job.id, ['failed']);
    const caps = { perImageMicros: 60 };
    expect(ledgers.claimed(ledger, [job.id], { caps }).lease.shot).not.toBe(first.lease.shot);
    expect(ledger.queries.stoppedByBudget(job.id)).toBe(true);
    expect(ledger.queries.failures(job.id, 5)).toMatchObject([{ name: first.lease.shot, outcome: 'budget' }]);
    expect(ledgers.count(`SELECT COUNT(*) FROM events WHERE event = 'budget_reached'`)).toBe(1);
  });

  it('of one job leave the other jobs of the run their turn', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const one = makeJob(ledger, ledgers.folder, { shots: galleryShots(2), key: '1' });
    const two = makeJob(ledger, ledgers.folder, { shots: galleryShots(1), key: '2' });
    finish(ledger, ledgers.claimed(ledger, [one.id]));
    const caps = { perRunMicros: 80 };
    const next = ledgers.claimed(ledger, [one.id, two.id], { caps });
    expect(next.job.id).toBe(two.id);
    finish(ledger, next);
    expect(ledgers.claim(ledger, [one.id, two.id], { caps })).toMatchObject({
      kind: 'budget',
      cap: 'run',
      jobId: one.id,
    });
  });

  it('stop at once when the process that reserved the money has ended', () => {
    const ledgers = openLedgers();
    const [a, b] = [ledgers.connection('a'), ledgers.connection('b')];
    const job = makeJob(a, ledgers.folder, { shots: galleryShots(2) });
    ledgers.claimed(a, [job.id]);
    ledgers.ended.add('a');
    expect(ledgers.claim(b, [job.id], { caps: { perRunMicros: 90 } })).toMatchObject({
      kind: 'budget',
      cap: 'run',
      reservedMicros: 50,
    });
  });

  it('begin a new day at midnight UTC', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(2) });
    finish(ledger, ledgers.claimed(ledger, [job.id]));
    ledgers.nowMs += DAY_MS;
    expect(ledgers.claimed(ledger, [job.id], { caps: { perDayMicros: 50 } })).toBeDefined();
  });
});
