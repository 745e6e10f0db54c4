import { describe, expect, it } from 'vitest';
import { LostLease } from '../../src/ledger/connection.ts';
import { galleryShots, makeJob } from '../support/jobs.ts';
import { newImage, openLedgers, PLACE } from '../support/ledgers.ts';

const DAY_MS = 86_400_000;

const failed = (more: object) => ({
  failure: 'unavailable' as const,
  message: 'm',
  settlement: { state: 'released' as const },
  shot: { state: 'queued' as const, notBeforeMs: 0, uncounted: false },
  ...more,
});

describe('leases', () => {
  it('of processes that have ended are taken over once, of running ones never', () => {
    const ledgers = openLedgers();
    const [a, b, c] = [ledgers.connection('a'), ledgers.connection('b'), ledgers.connection('c')];
    const job = makeJob(a, ledgers.folder, { shots: galleryShots(2) });
    a.attempts.sending(ledgers.claimed(a, [job.id]).lease, { model: 'paper-1' });
    expect([...b.recovery.takeOver([job.id], 5)]).toEqual([]);
    ledgers.ended.add('a');
    expect([...b.recovery.takeOver([job.id], 5)]).toMatchObject([
      { attempt: { state: 'intent', sent: { model: 'paper-1' } }, lease: { token: 2 } },
    ]);
    expect([...c.recovery.takeOver([job.id], 5)]).toEqual([]);
  });

  it('of processes that ended before they sent anything go back into the queue, with their money', () => {
    const ledgers = openLedgers();
    const [a, b] = [ledgers.connection('a'), ledgers.connection('b')];
    const job = makeJob(a, ledgers.folder, { shots: galleryShots(1) });
    const { attempt } = ledgers.claimed(a, [job.id]);
    ledgers.ended.add('a');
    expect([...b.recovery.takeOver([job.id], 5)]).toEqual([]);
    expect(b.attempts.find(attempt.id)).toMatchObject({ state: 'rejected', outcome: 'interrupted', sentAtMs: null });
    expect(b.jobs.total(job.id)).toMatchObject({ reservedMicros: 0, spentMicros: 0 });
    expect(ledgers.claimed(b, [job.id])).toMatchObject({ shot: { name: 'gallery-0001', attempts: 1 } });
  });

  it('guard every write: who lost one writes nothing', () => {
    const ledgers = openLedgers();
    const [a, b] = [ledgers.connection('a'), ledgers.connection('b')];
    const job = makeJob(a, ledgers.folder, { shots: galleryShots(1) });
    const { lease } = ledgers.claimed(a, [job.id]);
    ledgers.ended.add('a');
    expect([...b.recovery.takeOver([job.id], 1)]).toEqual([]);
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
    expect([...a.recovery.takeOver([job.id], 5, new Set([lease.shotId]))]).toEqual([]);
    expect(a.queries.liveAtProvider(job.id)).toBe(1);
    expect([...b.recovery.takeOver([job.id], 5)]).toMatchObject([{ attempt: { state: 'accepted', remoteId: 'r1' } }]);
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
    expect([...b.recovery.takeOver([job.id], 5)]).toEqual([]);
    const next = ledgers.claim(b, [job.id]);
    if (next.kind === 'wait') expect((next.untilMs ?? 0) - ledgers.nowMs).toBeLessThanOrEqual(60_000);
    else expect(next).toMatchObject({ kind: 'claimed', lease: { token: 2 } });
    if (next.kind === 'claimed') expect(next.lease.shotId).not.toBe(first.lease.shotId);
  });
});
