import { describe, expect, it } from 'vitest';
import { LostLease } from '../../src/ledger/connection.ts';
import { galleryShots, makeJob, plannedShot } from '../simulation/scene.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { finish, newImage, openBooks, PLACE, type Books } from './books.ts';

const DAY_MS = 86_400_000;
const failed = (more: object) => ({
  failure: 'unavailable' as const,
  message: 'm',
  settlement: { state: 'released' as const },
  shot: { state: 'queued' as const, notBeforeMs: 0, forgiven: false },
  ...more,
});

describe('a claim', () => {
  it('commits attempt and reservation before anything is sent', () => {
    const books = openBooks();
    const ledger = books.connection('a');
    const job = makeJob(ledger, books.folder, { shots: galleryShots(1) });
    const claim = books.claimed(ledger, [job.id]);
    expect(claim.attempt).toMatchObject({ state: 'intent', ordinal: 1, key: 'k1', provider: 'paper' });
    expect(ledger.jobs.total(job.id)).toEqual({ reservedMicros: 50, spentMicros: 0 });
    expect(books.count(`SELECT COUNT(*) FROM attempts WHERE state = 'intent'`)).toBe(1);
  });

  it('serves the jobs in the order given, and each job’s shots in theirs', () => {
    const books = openBooks();
    const ledger = books.connection('a');
    const low = makeJob(ledger, books.folder, { shots: galleryShots(2), priority: 2, key: 'low' });
    const high = makeJob(ledger, books.folder, { shots: galleryShots(1), priority: 0, key: 'high' });
    const order = [1, 2, 3].map(() => books.claimed(ledger, [high.id, low.id]).lease);
    expect(order.map((lease) => [lease.jobId, lease.shot])).toEqual([
      [high.id, 'gallery-0001'],
      [low.id, 'gallery-0001'],
      [low.id, 'gallery-0002'],
    ]);
    expect(ledger.jobs.open().map((job) => job.id)).toEqual([high.id, low.id]);
  });

  it('lets the avatar go first, and frees the others when it has ended badly', () => {
    const books = openBooks();
    const ledger = books.connection('a');
    const job = makeJob(ledger, books.folder, {
      shots: [plannedShot('avatar', 'avatar'), plannedShot('training-01', 'training')],
      kind: 'create',
    });
    const avatar = books.claimed(ledger, [job.id]);
    expect(avatar.lease.shot).toBe('avatar');
    expect(books.claim(ledger, [job.id])).toMatchObject({ kind: 'wait', reason: 'others' });
    ledger.attempts.failed(avatar.lease, failed({ failure: 'refused', shot: { state: 'refused' } }));
    expect(books.claimed(ledger, [job.id]).lease.shot).toBe('training-01');
  });

  it('waits until a shot’s time has come, and says until when', () => {
    const books = openBooks();
    const ledger = books.connection('a');
    const job = makeJob(ledger, books.folder, { shots: galleryShots(1) });
    ledger.attempts.failed(
      books.claimed(ledger, [job.id]).lease,
      failed({ shot: { state: 'queued', notBeforeMs: books.nowMs + 4_000, forgiven: false } }),
    );
    expect(books.claim(ledger, [job.id])).toEqual({
      kind: 'wait',
      untilMs: books.nowMs + 4_000,
      reason: 'backoff',
    });
    books.nowMs += 4_000;
    expect(books.claimed(ledger, [job.id]).shot.attempts).toBe(2);
  });

  it('finds nothing in a job that was cancelled or is done', () => {
    const books = openBooks();
    const ledger = books.connection('a');
    const job = makeJob(ledger, books.folder, { shots: galleryShots(2) });
    finish(ledger, books.claimed(ledger, [job.id]));
    expect(ledger.jobs.cancel(job.id)).toBe(1);
    expect(books.claim(ledger, [job.id])).toEqual({ kind: 'none' });
  });

  it('gives two sessions on one file different shots', () => {
    const books = openBooks();
    const [a, b] = [books.connection('a'), books.connection('b')];
    const job = makeJob(a, books.folder, { shots: galleryShots(10) });
    const shots = Array.from({ length: 10 }, (_, i) => books.claimed(i % 2 ? a : b, [job.id]).lease.shotId);
    expect(new Set(shots).size).toBe(10);
    expect(books.claim(a, [job.id])).toMatchObject({ kind: 'wait', reason: 'others' });
  });
});

describe('a candidate', () => {
  const ask = (ledger: Ledger, jobId: number) => {
    const candidate = ledger.claims.candidate([jobId]);
    if (candidate.kind !== 'candidate') throw new Error(`no candidate: ${candidate.kind}`);
    return candidate;
  };

  it('changes nothing by being read', () => {
    const books = openBooks();
    const ledger = books.connection('a');
    const job = makeJob(ledger, books.folder, { shots: galleryShots(1) });
    const before = books.dump();
    expect(ask(ledger, job.id).shot.name).toBe('gallery-0001');
    expect(books.dump()).toBe(before);
  });

  it.each<[string, (ledgers: { a: Ledger; b: Ledger; books: Books }, jobId: number) => unknown]>([
    ['another process has claimed it', ({ b, books }, jobId) => books.claimed(b, [jobId])],
    ['it was claimed and given back', ({ b, books }, jobId) => b.attempts.unsent(books.claimed(b, [jobId]).lease)],
    ['its job was cancelled', ({ b }, jobId) => b.jobs.cancel(jobId)],
    ['the settings of its job were changed', ({ b }, jobId) => b.jobs.change(jobId, { width: 32 })],
  ])('is not claimed when %s since', (_, meanwhile) => {
    const books = openBooks();
    const [a, b] = [books.connection('a'), books.connection('b')];
    const job = makeJob(a, books.folder, { shots: galleryShots(1) });
    const candidate = ask(a, job.id);
    meanwhile({ a, b, books }, job.id);
    const before = books.dump();
    expect(a.claims.claim(candidate, [books.route()])).toEqual({ kind: 'changed' });
    expect(books.dump()).toBe(before);
  });

  it('whose ways are all down is told with the first of them', () => {
    const books = openBooks();
    const ledger = books.connection('a');
    const job = makeJob(ledger, books.folder, { shots: galleryShots(1) });
    books.db.prepare(`INSERT INTO limits (scope, opened) VALUES ('paper:k', 9), ('other:k', 9)`).run();
    const routes = [books.route(), books.route({ provider: 'other', scope: 'other:k' })];
    expect(ledger.claims.claim(ask(ledger, job.id), routes)).toEqual({ kind: 'down', provider: 'paper' });
  });
});

describe('caps', () => {
  it.each([
    ['image', { perImageMicros: 49 }],
    ['run', { perRunMicros: 49 }],
    ['day', { perDayMicros: 49 }],
  ])('stop the first request that would pass the %s cap', (cap, caps) => {
    const books = openBooks();
    const ledger = books.connection('a');
    const job = makeJob(ledger, books.folder, { shots: galleryShots(2) });
    expect(books.claim(ledger, [job.id], { caps })).toMatchObject({ kind: 'budget', cap });
    expect(books.count('SELECT COUNT(*) FROM attempts')).toBe(0);
  });

  it('let pass what fits exactly', () => {
    const books = openBooks();
    const ledger = books.connection('a');
    const job = makeJob(ledger, books.folder, { shots: galleryShots(2) });
    const caps = { perImageMicros: 50, perRunMicros: 50, perDayMicros: 50 };
    expect(books.claimed(ledger, [job.id], { caps })).toBeDefined();
  });

  it('wait while what is in flight may settle for less, and count what other jobs spent today', () => {
    const books = openBooks();
    const ledger = books.connection('a');
    const one = makeJob(ledger, books.folder, { shots: galleryShots(2), key: '1' });
    const two = makeJob(ledger, books.folder, { shots: galleryShots(2), key: '2' });
    const claim = books.claimed(ledger, [one.id]);
    const caps = { perDayMicros: 90 };
    expect(books.claim(ledger, [two.id], { caps })).toEqual({
      kind: 'wait',
      untilMs: undefined,
      reason: 'budget',
    });
    finish(ledger, claim);
    expect(books.claimed(ledger, [two.id], { caps })).toBeDefined();
  });

  it('end a shot whose earlier attempts have used up the cap of a picture, and let the others go on', () => {
    const books = openBooks();
    const ledger = books.connection('a');
    const job = makeJob(ledger, books.folder, { shots: galleryShots(2) });
    const first = books.claimed(ledger, [job.id]);
    ledger.attempts.failed(first.lease, {
      failure: 'unusable',
      message: 'm',
      settlement: { state: 'spent', micros: 30 },
      shot: { state: 'failed' },
    });
    ledger.jobs.requeue(job.id, ['failed']);
    const caps = { perImageMicros: 60 };
    expect(books.claimed(ledger, [job.id], { caps }).lease.shot).not.toBe(first.lease.shot);
    expect(ledger.queries.stoppedByBudget(job.id)).toBe(true);
    expect(ledger.queries.failures(job.id, 5)).toMatchObject([{ name: first.lease.shot, outcome: 'budget' }]);
    expect(books.count(`SELECT COUNT(*) FROM events WHERE event = 'budget_reached'`)).toBe(1);
  });

  it('of one job leave the other jobs of the run their turn', () => {
    const books = openBooks();
    const ledger = books.connection('a');
    const one = makeJob(ledger, books.folder, { shots: galleryShots(2), key: '1' });
    const two = makeJob(ledger, books.folder, { shots: galleryShots(1), key: '2' });
    finish(ledger, books.claimed(ledger, [one.id]));
    const caps = { perRunMicros: 80 };
    const next = books.claimed(ledger, [one.id, two.id], { caps });
    expect(next.job.id).toBe(two.id);
    finish(ledger, next);
    expect(books.claim(ledger, [one.id, two.id], { caps })).toMatchObject({
      kind: 'budget',
      cap: 'run',
      jobId: one.id,
    });
  });

  it('stop at once when who holds the money is dead', () => {
    const books = openBooks();
    const [a, b] = [books.connection('a'), books.connection('b')];
    const job = makeJob(a, books.folder, { shots: galleryShots(2) });
    books.claimed(a, [job.id]);
    books.dead.add('a');
    expect(books.claim(b, [job.id], { caps: { perRunMicros: 90 } })).toMatchObject({
      kind: 'budget',
      cap: 'run',
      reservedMicros: 50,
    });
  });

  it('begin a new day at midnight UTC', () => {
    const books = openBooks();
    const ledger = books.connection('a');
    const job = makeJob(ledger, books.folder, { shots: galleryShots(2) });
    finish(ledger, books.claimed(ledger, [job.id]));
    books.nowMs += DAY_MS;
    expect(books.claimed(ledger, [job.id], { caps: { perDayMicros: 50 } })).toBeDefined();
  });
});

describe('leases', () => {
  it('of the dead are taken over once, of the living never', () => {
    const books = openBooks();
    const [a, b, c] = [books.connection('a'), books.connection('b'), books.connection('c')];
    const job = makeJob(a, books.folder, { shots: galleryShots(2) });
    books.claimed(a, [job.id]);
    expect(b.recovery.takeOver([job.id], 5)).toEqual([]);
    books.dead.add('a');
    expect(b.recovery.takeOver([job.id], 5)).toMatchObject([{ attempt: { state: 'intent' }, lease: { token: 2 } }]);
    expect(c.recovery.takeOver([job.id], 5)).toEqual([]);
  });

  it('guard every write: who lost one writes nothing', () => {
    const books = openBooks();
    const [a, b] = [books.connection('a'), books.connection('b')];
    const job = makeJob(a, books.folder, { shots: galleryShots(1) });
    const { lease } = books.claimed(a, [job.id]);
    books.dead.add('a');
    b.recovery.takeOver([job.id], 1);
    const before = books.dump();
    const writes = [
      () => a.attempts.accepted(lease, 'r'),
      () => a.attempts.generated(lease, { url: 'u', seedHonoured: 'yes' }, 'paper:k'),
      () => a.attempts.staged(lease, '/p'),
      () => a.attempts.failed(lease, failed({})),
      () => a.attempts.release(lease),
      () => a.attempts.unsent(lease),
      () => a.images.named(lease, newImage(), PLACE),
      () => a.images.done(lease, 1, 'u'),
    ];
    for (const write of writes) expect(write).toThrow(LostLease);
    expect(books.dump()).toBe(before);
  });

  it('let go are anybody’s, but not of who let them go', () => {
    const books = openBooks();
    const [a, b] = [books.connection('a'), books.connection('b')];
    const job = makeJob(a, books.folder, { shots: galleryShots(1) });
    const { lease } = books.claimed(a, [job.id]);
    a.attempts.accepted(lease, 'r1');
    a.attempts.release(lease);
    expect(a.recovery.takeOver([job.id], 5, new Set([lease.shotId]))).toEqual([]);
    expect(a.queries.liveAtProvider(job.id)).toBe(1);
    expect(b.recovery.takeOver([job.id], 5)).toMatchObject([{ attempt: { state: 'accepted', remoteId: 'r1' } }]);
  });

  it('that were never used leave no trace in the count of attempts', () => {
    const books = openBooks();
    const ledger = books.connection('a');
    const job = makeJob(ledger, books.folder, { shots: galleryShots(1) });
    ledger.attempts.unsent(books.claimed(ledger, [job.id]).lease);
    expect(ledger.jobs.total(job.id)).toEqual({ reservedMicros: 0, spentMicros: 0 });
    expect(books.claimed(ledger, [job.id]).shot.attempts).toBe(1);
  });

  it.each([
    ['back', -DAY_MS],
    ['forward', DAY_MS],
  ])('are not given twice when the clock is set %s a day, and nobody waits for a day', (_, jumpMs) => {
    const books = openBooks();
    const [a, b] = [books.connection('a'), books.connection('b')];
    const job = makeJob(a, books.folder, { shots: galleryShots(2) });
    const first = books.claimed(a, [job.id], { route: { intervalMs: 5_000 } });
    const backoff = { state: 'queued' as const, notBeforeMs: books.nowMs + 30_000, forgiven: false };
    books.nowMs += 5_000;
    a.attempts.failed(
      books.claimed(a, [job.id]).lease,
      failed({ shot: backoff, lesson: { scope: 'paper:k', kind: 'limited', waitMs: 60_000 } }),
    );
    books.nowMs += jumpMs;
    expect(b.recovery.takeOver([job.id], 5)).toEqual([]);
    const next = books.claim(b, [job.id]);
    if (next.kind === 'wait') expect((next.untilMs ?? 0) - books.nowMs).toBeLessThanOrEqual(60_000);
    else expect(next).toMatchObject({ kind: 'claimed', lease: { token: 2 } });
    if (next.kind === 'claimed') expect(next.lease.shotId).not.toBe(first.lease.shotId);
  });
});

describe('priority', () => {
  it('is given way to only where places are scarce and its owner lives', () => {
    const books = openBooks();
    const [a, b] = [books.connection('a'), books.connection('b')];
    const urgent = makeJob(a, books.folder, { shots: galleryShots(3), priority: 0, key: 'u' });
    const normal = makeJob(a, books.folder, { shots: galleryShots(3), priority: 1, key: 'n' });
    books.claimed(a, [urgent.id]);
    books.claimed(b, [normal.id]); // no scarcity: nobody waits
    const paced = { route: { intervalMs: 10 } };
    books.nowMs += 1_000;
    expect(books.claim(b, [normal.id], paced)).toMatchObject({ kind: 'wait', reason: 'others' });
    books.dead.add('a');
    expect(books.claimed(b, [normal.id], paced)).toBeDefined();
  });
});
