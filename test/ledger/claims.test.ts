import { describe, expect, it } from 'vitest';
import { galleryShots, makeJob, plannedShot } from '../support/jobs.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { finish, openLedgers, type Ledgers } from '../support/ledgers.ts';

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
    expect(ledgers.claim(b, [normal.id], paced)).toMatchObject({ kind: 'wait', reason: 'urgent' });
    ledgers.ended.add('a');
    expect(ledgers.claimed(b, [normal.id], paced)).toBeDefined();
  });
});
