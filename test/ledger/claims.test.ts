import { describe, expect, it } from 'vitest';
import { LostLease } from '../../src/ledger/connection.ts';
import { galleryShots, makeJob, plannedShot } from '../support/jobs.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { finish, newImage, openLedgers, PLACE, type Ledgers } from '../support/ledgers.ts';

const DAY_MS = 86_400_000;
const failed = (more: object) => ({
  failure: 'unavailable' as const,
  message: 'm',
  settlement: { state: 'released' as const },
  shot: { state: 'queued' as const, notBeforeMs: 0, uncounted: false },
  ...more,
});

describe('a claim', () => {
  it('commits attempt and reservation before anything is sent', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(1) });
    const claim = ledgers.claimed(ledger, [job.id]);
    expect(claim.attempt).toMatchObject({ state: 'intent', ordinal: 1, key: 'k1', provider: 'paper' });
    expect(ledger.jobs.total(job.id)).toEqual({ reservedMicros: 50, spentMicros: 0 });
    expect(ledgers.count(`SELECT COUNT(*) FROM attempts WHERE state = 'intent'`)).toBe(1);
  });

  it('serves the jobs in the order given, and each job’s shots in theirs', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const low = makeJob(ledger, ledgers.folder, { shots: galleryShots(2), priority: 2, key: 'low' });
    const high = makeJob(ledger, ledgers.folder, { shots: galleryShots(1), priority: 0, key: 'high' });
    const order = [1, 2, 3].map(() => ledgers.claimed(ledger, [high.id, low.id]).lease);
    expect(order.map((lease) => [lease.jobId, lease.shot])).toEqual([
      [high.id, 'gallery-0001'],
      [low.id, 'gallery-0001'],
      [low.id, 'gallery-0002'],
    ]);
    expect(ledger.jobs.open().map((job) => job.id)).toEqual([high.id, low.id]);
  });

  it('lets the avatar go first, and frees the others when it has ended badly', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const job = makeJob(ledger, ledgers.folder, {
      shots: [plannedShot('avatar', 'avatar'), plannedShot('training-01', 'training')],
      kind: 'create',
    });
    const avatar = ledgers.claimed(ledger, [job.id]);
    expect(avatar.lease.shot).toBe('avatar');
    expect(ledgers.claim(ledger, [job.id])).toMatchObject({ kind: 'wait', reason: 'others' });
    ledger.attempts.failed(avatar.lease, failed({ failure: 'refused', shot: { state: 'refused' } }));
    expect(ledgers.claimed(ledger, [job.id]).lease.shot).toBe('training-01');
  });

  it('waits until a shot’s time has come, and says until when', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(1) });
    ledger.attempts.failed(
      ledgers.claimed(ledger, [job.id]).lease,
      failed({ shot: { state: 'queued', notBeforeMs: ledgers.nowMs + 4_000, uncounted: false } }),
    );
    expect(ledgers.claim(ledger, [job.id])).toEqual({
      kind: 'wait',
      untilMs: ledgers.nowMs + 4_000,
      reason: 'backoff',
    });
    ledgers.nowMs += 4_000;
    expect(ledgers.claimed(ledger, [job.id]).shot.attempts).toBe(2);
  });

  it('finds nothing in a job that was canceled or is done', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(2) });
    finish(ledger, ledgers.claimed(ledger, [job.id]));
    expect(ledger.jobs.cancel(job.id)).toBe(1);
    expect(ledgers.claim(ledger, [job.id])).toEqual({ kind: 'none' });
  });

  it('gives two sessions on one file different shots', () => {
    const ledgers = openLedgers();
    const [a, b] = [ledgers.connection('a'), ledgers.connection('b')];
    const job = makeJob(a, ledgers.folder, { shots: galleryShots(10) });
    const shots = Array.from({ length: 10 }, (_, i) => ledgers.claimed(i % 2 ? a : b, [job.id]).lease.shotId);
    expect(new Set(shots).size).toBe(10);
    expect(ledgers.claim(a, [job.id])).toMatchObject({ kind: 'wait', reason: 'others' });
  });
});

describe('a candidate', () => {
  const ask = (ledger: Ledger, jobId: number) => {
    const candidate = ledger.claims.candidate([jobId]);
    if (candidate.kind !== 'candidate') throw new Error(`no candidate: ${candidate.kind}`);
    return candidate;
  };

  it('changes nothing by being read', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(1) });
    const before = ledgers.dump();
    expect(ask(ledger, job.id).shot.name).toBe('gallery-0001');
    expect(ledgers.dump()).toBe(before);
  });

  it.each<[string, (ledgers: { a: Ledger; b: Ledger; ledgers: Ledgers }, jobId: number) => unknown]>([
    ['another process has claimed it', ({ b, ledgers }, jobId) => ledgers.claimed(b, [jobId])],
    ['it was claimed and given back', ({ b, ledgers }, jobId) => b.attempts.unsent(ledgers.claimed(b, [jobId]).lease)],
    ['its job was canceled', ({ b }, jobId) => b.jobs.cancel(jobId)],
    ['the settings of its job were changed', ({ b }, jobId) => b.jobs.change(jobId, { width: 32 })],
  ])('is not claimed when %s since', (_, meanwhile) => {
    const ledgers = openLedgers();
    const [a, b] = [ledgers.connection('a'), ledgers.connection('b')];
    const job = makeJob(a, ledgers.folder, { shots: galleryShots(1) });
    const candidate = ask(a, job.id);
    meanwhile({ a, b, ledgers }, job.id);
    const before = ledgers.dump();
    expect(a.claims.claim(candidate, [ledgers.route()])).toEqual({ kind: 'changed' });
    expect(ledgers.dump()).toBe(before);
  });

  it('whose ways are all down is told with the first of them', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(1) });
    ledgers.db.prepare(`INSERT INTO limits (scope, opened) VALUES ('paper:k', 9), ('other:k', 9)`).run();
    const routes = [ledgers.route(), ledgers.route({ provider: 'other', scope: 'other:k' })];
    expect(ledger.claims.claim(ask(ledger, job.id), routes)).toEqual({ kind: 'down', provider: 'paper' });
  });
});

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

describe('leases', () => {
  it('of processes that have ended are taken over once, of running ones never', () => {
    const ledgers = openLedgers();
    const [a, b, c] = [ledgers.connection('a'), ledgers.connection('b'), ledgers.connection('c')];
    const job = makeJob(a, ledgers.folder, { shots: galleryShots(2) });
    ledgers.claimed(a, [job.id]);
    expect(b.recovery.takeOver([job.id], 5)).toEqual([]);
    ledgers.ended.add('a');
    expect(b.recovery.takeOver([job.id], 5)).toMatchObject([{ attempt: { state: 'intent' }, lease: { token: 2 } }]);
    expect(c.recovery.takeOver([job.id], 5)).toEqual([]);
  });

  it('guard every write: who lost one writes nothing', () => {
    const ledgers = openLedgers();
    const [a, b] = [ledgers.connection('a'), ledgers.connection('b')];
    const job = makeJob(a, ledgers.folder, { shots: galleryShots(1) });
    const { lease } = ledgers.claimed(a, [job.id]);
    ledgers.ended.add('a');
    b.recovery.takeOver([job.id], 1);
    const before = ledgers.dump();
    const writes = [
      () => a.attempts.accepted(lease, 'r'),
      () => a.attempts.generated(lease, { url: 'u', seedHonored: 'yes' }, 'paper:k'),
      () => a.attempts.staged(lease, '/p'),
      () => a.attempts.failed(lease, failed({})),
      () => a.attempts.release(lease),
      () => a.attempts.unsent(lease),
      () => a.images.named(lease, newImage(), PLACE),
      () => a.images.done(lease, 1, 'u'),
    ];
    for (const write of writes) expect(write).toThrow(LostLease);
    expect(ledgers.dump()).toBe(before);
  });

  it('let go are anybody’s, but not of who let them go', () => {
    const ledgers = openLedgers();
    const [a, b] = [ledgers.connection('a'), ledgers.connection('b')];
    const job = makeJob(a, ledgers.folder, { shots: galleryShots(1) });
    const { lease } = ledgers.claimed(a, [job.id]);
    a.attempts.accepted(lease, 'r1');
    a.attempts.release(lease);
    expect(a.recovery.takeOver([job.id], 5, new Set([lease.shotId]))).toEqual([]);
    expect(a.queries.liveAtProvider(job.id)).toBe(1);
    expect(b.recovery.takeOver([job.id], 5)).toMatchObject([{ attempt: { state: 'accepted', remoteId: 'r1' } }]);
  });

  it('that were never used leave no trace in the count of attempts', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(1) });
    ledger.attempts.unsent(ledgers.claimed(ledger, [job.id]).lease);
    expect(ledger.jobs.total(job.id)).toEqual({ reservedMicros: 0, spentMicros: 0 });
    expect(ledgers.claimed(ledger, [job.id]).shot.attempts).toBe(1);
  });

  it.each([
    ['back', -DAY_MS],
    ['forward', DAY_MS],
  ])('are not given twice when the clock is set %s a day, and nobody waits for a day', (_, jumpMs) => {
    const ledgers = openLedgers();
    const [a, b] = [ledgers.connection('a'), ledgers.connection('b')];
    const job = makeJob(a, ledgers.folder, { shots: galleryShots(2) });
    const first = ledgers.claimed(a, [job.id], { route: { intervalMs: 5_000 } });
    const backoff = { state: 'queued' as const, notBeforeMs: ledgers.nowMs + 30_000, uncounted: false };
    ledgers.nowMs += 5_000;
    a.attempts.failed(
      ledgers.claimed(a, [job.id]).lease,
      failed({ shot: backoff, observed: { scope: 'paper:k', kind: 'limited', waitMs: 60_000 } }),
    );
    ledgers.nowMs += jumpMs;
    expect(b.recovery.takeOver([job.id], 5)).toEqual([]);
    const next = ledgers.claim(b, [job.id]);
    if (next.kind === 'wait') expect((next.untilMs ?? 0) - ledgers.nowMs).toBeLessThanOrEqual(60_000);
    else expect(next).toMatchObject({ kind: 'claimed', lease: { token: 2 } });
    if (next.kind === 'claimed') expect(next.lease.shotId).not.toBe(first.lease.shotId);
  });
});

describe('priority', () => {
  it('is given way to only where places are scarce and its owner runs', () => {
    const ledgers = openLedgers();
    const [a, b] = [ledgers.connection('a'), ledgers.connection('b')];
    const urgent = makeJob(a, ledgers.folder, { shots: galleryShots(3), priority: 0, key: 'u' });
    const normal = makeJob(a, ledgers.folder, { shots: galleryShots(3), priority: 1, key: 'n' });
    ledgers.claimed(a, [urgent.id]);
    ledgers.claimed(b, [normal.id]); // no scarcity: nobody waits
    const paced = { route: { intervalMs: 10 } };
    ledgers.nowMs += 1_000;
    expect(ledgers.claim(b, [normal.id], paced)).toMatchObject({ kind: 'wait', reason: 'others' });
    ledgers.ended.add('a');
    expect(ledgers.claimed(b, [normal.id], paced)).toBeDefined();
  });
});
