import { describe, expect, it } from 'vitest';
import { checkLimits, resetBreaker, noteLimited, noteSuccess, noteUnavailable } from '../../src/ledger/limits.ts';
import { Connection } from '../../src/ledger/connection.ts';
import { galleryShots, makeJob } from '../support/jobs.ts';
import { openLedgers } from '../support/ledgers.ts';

const SCOPE = 'paper:k';

/** Ledgers with a bare connection beside the ledger, for the brakes alone. */
function open(inFlight = 0) {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const connection = new Connection(
    ledgers.db,
    { owner: 'a', isRunning: (id) => !ledgers.ended.has(id) },
    { now: () => ledgers.nowMs, folder: undefined },
  );
  const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(80) });
  const claims = Array.from({ length: inFlight }, () => ledgers.claimed(ledger, [job.id]));
  return { ledgers, ledger, connection, job, claims, check: () => checkLimits(connection, SCOPE, 'paper') };
}

describe('a provider that asks to wait', () => {
  it('is left alone by everybody until then', () => {
    const { ledgers, connection, check } = open();
    noteLimited(connection, SCOPE, 'paper', 7_000);
    expect(check()).toEqual({ state: 'wait', untilMs: ledgers.nowMs + 7_000 });
    expect(checkLimits(connection, 'paper:other', 'paper')).toEqual({ state: 'go' });
    ledgers.nowMs += 7_000;
    expect(check()).toEqual({ state: 'go' });
  });

  it('is asked half as much at once, then more again as it answers well', () => {
    const { ledgers, connection, check } = open(8);
    noteLimited(connection, SCOPE, 'paper', 1_000);
    ledgers.nowMs += 1_000;
    expect(check()).toEqual({ state: 'busy' }); // 8 in flight, a window of 4
    for (let i = 0; i < 16; i += 1) noteSuccess(connection, SCOPE);
    expect(check()).toEqual({ state: 'busy' }); // 8: as many as are in flight
    for (let i = 0; i < 4; i += 1) noteSuccess(connection, SCOPE);
    expect(check()).toEqual({ state: 'go' });
  });

  it('teaches one observed by many answers to one burst', () => {
    const { ledgers, connection, check } = open(8);
    for (let i = 0; i < 8; i += 1) noteLimited(connection, SCOPE, 'paper', 1_000);
    ledgers.nowMs += 1_000;
    for (let i = 0; i < 20; i += 1) noteSuccess(connection, SCOPE);
    expect(check()).toEqual({ state: 'go' });
  });

  it('teaches a pace, kept between sends and forgotten as it answers well', () => {
    const { ledgers, ledger, connection, job, check } = open();
    noteLimited(connection, SCOPE, 'paper', 10_000);
    ledgers.nowMs += 10_000;
    ledgers.claimed(ledger, [job.id]);
    expect(check()).toEqual({ state: 'wait', untilMs: ledgers.nowMs + 10_000 });
    for (let i = 0; i < 120; i += 1) noteSuccess(connection, SCOPE);
    ledgers.nowMs += 10_000;
    ledgers.claimed(ledger, [job.id]);
    expect(check()).toEqual({ state: 'go' });
  });

  it('is not kept waiting by work that nobody waits for any more', () => {
    const { ledgers, ledger, connection, claims, check } = open(2);
    noteLimited(connection, SCOPE, 'paper', 1_000);
    ledgers.nowMs += 1_000;
    expect(check()).toEqual({ state: 'busy' });
    for (const { lease } of claims) {
      ledger.attempts.accepted(lease, `r${lease.shotId}`);
      ledger.attempts.release(lease);
    }
    expect(check()).toEqual({ state: 'go' });
  });

  it('is not kept waiting by processes that have ended', () => {
    const { ledgers, connection, job, check } = open();
    const other = ledgers.connection('b');
    ledgers.claimed(other, [job.id]);
    noteLimited(connection, SCOPE, 'paper', 1_000);
    ledgers.nowMs += 1_000;
    expect(check()).toEqual({ state: 'busy' });
    ledgers.ended.add('b');
    expect(check()).toEqual({ state: 'go' });
  });
});

describe('a provider that is down', () => {
  it('is not asked for a while after ten failures in a row, then with one request at a time', () => {
    const { ledgers, ledger, connection, job, check } = open();
    for (let i = 0; i < 9; i += 1) noteUnavailable(connection, SCOPE);
    expect(check()).toEqual({ state: 'go' });
    noteUnavailable(connection, SCOPE);
    expect(check()).toEqual({ state: 'open', untilMs: ledgers.nowMs + 5_000 });
    ledgers.nowMs += 5_000;
    expect(check()).toEqual({ state: 'go' });
    ledgers.claimed(ledger, [job.id]);
    expect(check()).toEqual({ state: 'busy' });
  });

  it('is forgotten to have failed once it answers', () => {
    const { connection, check } = open();
    for (let i = 0; i < 9; i += 1) noteUnavailable(connection, SCOPE);
    noteSuccess(connection, SCOPE);
    noteUnavailable(connection, SCOPE);
    expect(check()).toEqual({ state: 'go' });
  });

  it('counts as down after four openings, until a new run forgives it', () => {
    const { ledgers, connection, check } = open();
    for (let i = 0; i < 10; i += 1) noteUnavailable(connection, SCOPE);
    const pauses: number[] = [];
    for (let i = 0; i < 3; i += 1) {
      const verdict = check();
      pauses.push(verdict.state === 'open' ? verdict.untilMs - ledgers.nowMs : -1);
      ledgers.nowMs += 60_000;
      noteUnavailable(connection, SCOPE);
    }
    expect(pauses).toEqual([5_000, 10_000, 20_000]);
    expect(check()).toEqual({ state: 'down' });
    resetBreaker(connection, SCOPE);
    expect(check()).toEqual({ state: 'go' });
  });

  it.each([-3_600_000, -86_400_000, -31_536_000_000, 86_400_000, 31_536_000_000])(
    'is not waited for longer because the clock was set by %d ms',
    (jumpMs) => {
      const { ledgers, connection, check } = open();
      noteLimited(connection, SCOPE, 'paper', 60_000);
      ledgers.nowMs += jumpMs;
      expect(check()).toEqual({ state: 'go' });
      // What is learned from now on is believed again, and what was forgotten stays so.
      noteLimited(connection, SCOPE, 'paper', 1_000);
      expect(check()).toEqual({ state: 'wait', untilMs: ledgers.nowMs + 1_000 });
    },
  );

  it('waits on while the clock is put right by a second', () => {
    const { ledgers, connection, check } = open();
    noteLimited(connection, SCOPE, 'paper', 60_000);
    ledgers.nowMs -= 1_000;
    expect(check()).toMatchObject({ state: 'wait' });
  });
});
