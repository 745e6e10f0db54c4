import { describe, expect, it } from 'vitest';
import { checkLimits, forgiveBreaker, noteLimited, noteSuccess, noteUnavailable } from '../../src/ledger/limits.ts';
import { Connection } from '../../src/ledger/connection.ts';
import { galleryShots, makeJob } from '../simulation/scene.ts';
import { openBooks } from './books.ts';

const SCOPE = 'paper:k';

/** Books with a bare connection beside the ledger, for the brakes alone. */
function open(inFlight = 0) {
  const books = openBooks();
  const ledger = books.connection('a');
  const connection = new Connection(
    books.db,
    { owner: 'a', isAlive: (id) => !books.dead.has(id) },
    { now: () => books.nowMs, folder: undefined },
  );
  const job = makeJob(ledger, books.folder, { shots: galleryShots(80) });
  const claims = Array.from({ length: inFlight }, () => books.claimed(ledger, [job.id]));
  return { books, ledger, connection, job, claims, check: () => checkLimits(connection, SCOPE, 'paper') };
}

describe('a provider that asks to wait', () => {
  it('is left alone by everybody until then', () => {
    const { books, connection, check } = open();
    noteLimited(connection, SCOPE, 'paper', 7_000);
    expect(check()).toEqual({ state: 'wait', untilMs: books.nowMs + 7_000 });
    expect(checkLimits(connection, 'paper:other', 'paper')).toEqual({ state: 'go' });
    books.nowMs += 7_000;
    expect(check()).toEqual({ state: 'go' });
  });

  it('is asked half as much at once, then more again as it answers well', () => {
    const { books, connection, check } = open(8);
    noteLimited(connection, SCOPE, 'paper', 1_000);
    books.nowMs += 1_000;
    expect(check()).toEqual({ state: 'busy' }); // 8 in flight, a window of 4
    for (let i = 0; i < 16; i += 1) noteSuccess(connection, SCOPE);
    expect(check()).toEqual({ state: 'busy' }); // 8: as many as are in flight
    for (let i = 0; i < 4; i += 1) noteSuccess(connection, SCOPE);
    expect(check()).toEqual({ state: 'go' });
  });

  it('teaches one lesson by many answers to one burst', () => {
    const { books, connection, check } = open(8);
    for (let i = 0; i < 8; i += 1) noteLimited(connection, SCOPE, 'paper', 1_000);
    books.nowMs += 1_000;
    for (let i = 0; i < 20; i += 1) noteSuccess(connection, SCOPE);
    expect(check()).toEqual({ state: 'go' });
  });

  it('teaches a pace, kept between sends and forgotten as it answers well', () => {
    const { books, ledger, connection, job, check } = open();
    noteLimited(connection, SCOPE, 'paper', 10_000);
    books.nowMs += 10_000;
    books.claimed(ledger, [job.id]);
    expect(check()).toEqual({ state: 'wait', untilMs: books.nowMs + 10_000 });
    for (let i = 0; i < 120; i += 1) noteSuccess(connection, SCOPE);
    books.nowMs += 10_000;
    books.claimed(ledger, [job.id]);
    expect(check()).toEqual({ state: 'go' });
  });

  it('is not kept waiting by work that nobody waits for any more', () => {
    const { books, ledger, connection, claims, check } = open(2);
    noteLimited(connection, SCOPE, 'paper', 1_000);
    books.nowMs += 1_000;
    expect(check()).toEqual({ state: 'busy' });
    for (const { lease } of claims) {
      ledger.attempts.accepted(lease, `r${lease.shotId}`);
      ledger.attempts.release(lease);
    }
    expect(check()).toEqual({ state: 'go' });
  });

  it('is not kept waiting by the dead', () => {
    const { books, connection, job, check } = open();
    const other = books.connection('b');
    books.claimed(other, [job.id]);
    noteLimited(connection, SCOPE, 'paper', 1_000);
    books.nowMs += 1_000;
    expect(check()).toEqual({ state: 'busy' });
    books.dead.add('b');
    expect(check()).toEqual({ state: 'go' });
  });
});

describe('a provider that is down', () => {
  it('is not asked for a while after ten failures in a row, then with one request at a time', () => {
    const { books, ledger, connection, job, check } = open();
    for (let i = 0; i < 9; i += 1) noteUnavailable(connection, SCOPE);
    expect(check()).toEqual({ state: 'go' });
    noteUnavailable(connection, SCOPE);
    expect(check()).toEqual({ state: 'open', untilMs: books.nowMs + 5_000 });
    books.nowMs += 5_000;
    expect(check()).toEqual({ state: 'go' });
    books.claimed(ledger, [job.id]);
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
    const { books, connection, check } = open();
    for (let i = 0; i < 10; i += 1) noteUnavailable(connection, SCOPE);
    const pauses: number[] = [];
    for (let i = 0; i < 3; i += 1) {
      const verdict = check();
      pauses.push(verdict.state === 'open' ? verdict.untilMs - books.nowMs : -1);
      books.nowMs += 60_000;
      noteUnavailable(connection, SCOPE);
    }
    expect(pauses).toEqual([5_000, 10_000, 20_000]);
    expect(check()).toEqual({ state: 'down' });
    forgiveBreaker(connection, SCOPE);
    expect(check()).toEqual({ state: 'go' });
  });

  it.each([-86_400_000, 86_400_000])('is not waited for longer because the clock was set by %d ms', (jumpMs) => {
    const { books, connection, check } = open();
    noteLimited(connection, SCOPE, 'paper', 60_000);
    books.nowMs += jumpMs;
    expect(check()).toEqual({ state: 'go' });
  });
});
