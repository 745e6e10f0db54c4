import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Claimed } from '../../src/ledger/lease.ts';
import { totalsProblems, capProblems } from '../simulation/invariants.ts';
import { galleryShots, makeJob } from '../support/jobs.ts';
import { finish, openLedgers } from '../support/ledgers.ts';

type Deed =
  | { kind: 'claim'; job: number }
  | { kind: 'done' | 'released' | 'spent' | 'doubtful' | 'unsent'; which: number; costMicros?: number | undefined }
  | { kind: 'day' };

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('claim' as const), job: fc.nat(1) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('done', 'released', 'spent', 'doubtful', 'unsent'),
      which: fc.nat(9),
      costMicros: fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'day' as const }) },
);

describe('the totals', () => {
  it('are the sums over the reservations after any sequence, never above a cap', () => {
    const caps = { perRunMicros: 400, perDayMicros: 500, perImageMicros: 120 };
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 40 }), (deeds) => {
        const ledgers = openLedgers();
        const ledger = ledgers.connection('a');
        const jobs = ['1', '2'].map((key) => makeJob(ledger, ledgers.folder, { shots: galleryShots(6), key }).id);
        const model = new Map<number, number>(); // what each attempt counts, held or spent
        const open: Claimed[] = [];
        for (const step of deeds) {
          if (step.kind === 'day') ledgers.nowMs += 86_400_000;
          else if (step.kind === 'claim') {
            const claim = ledgers.claim(ledger, [jobs[step.job] ?? 0], { caps });
            if (claim.kind !== 'claimed') continue;
            open.push(claim);
            model.set(claim.attempt.id, 50);
          } else {
            const [claim] = open.splice(step.which % Math.max(1, open.length), 1);
            if (!claim) continue;
            model.set(claim.attempt.id, end(ledger, claim, step));
          }
          const total = jobs
            .map((id) => ledger.jobs.total(id))
            .reduce((sum, one) => sum + one.reservedMicros + one.spentMicros, 0);
          expect(total).toBe([...model.values()].reduce((a, b) => a + b, 0));
          expect(totalsProblems(ledgers.db)).toEqual([]);
          expect(capProblems(ledgers.db, caps)).toEqual([]);
        }
      }),
      { numRuns: 40 },
    );
  });

  function end(ledger: Parameters<typeof finish>[0], claim: Claimed, step: Extract<Deed, { which: number }>): number {
    const { costMicros } = step;
    const fail = (settlement: Parameters<typeof ledger.attempts.failed>[1]['settlement']) =>
      ledger.attempts.failed(claim.lease, {
        failure: 'unavailable',
        message: 'm',
        settlement,
        shot: { state: 'queued', notBeforeMs: 0, uncounted: false },
      });
    switch (step.kind) {
      case 'done':
        ledger.attempts.generated(claim.lease, { url: 'u', seedHonored: 'yes', costMicros }, 'paper:k');
        finish(ledger, claim, `${claim.attempt.id}`);
        return costMicros ?? 40; // collected again without a cost: the service's own stays
      case 'released':
        fail({ state: 'released' });
        return 0;
      case 'spent':
        fail({ state: 'spent', micros: costMicros });
        return costMicros ?? 40;
      case 'doubtful':
        fail({ state: 'doubtful' });
        return 50;
      case 'unsent':
        ledger.attempts.unsent(claim.lease);
        return 0;
    }
  }
});

describe('what a picture cost', () => {
  it('is what the service told, also when the picture is collected a second time without a cost', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(1) });
    const { lease } = ledgers.claimed(ledger, [job.id]);
    ledger.attempts.generated(lease, { url: 'https://x.test/1', seedHonored: 'yes', costMicros: 7 }, 'fake:1');
    ledger.attempts.generated(lease, { url: 'https://x.test/2', seedHonored: 'yes' }, 'fake:1');
    expect(ledger.jobs.total(job.id)).toEqual({ reservedMicros: 0, spentMicros: 7 });
  });

  it('is all that was paid for its shot, failed attempts included', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(1) });
    const first = ledgers.claimed(ledger, [job.id]);
    ledger.attempts.failed(first.lease, {
      failure: 'unusable',
      message: 'm',
      settlement: { state: 'spent', micros: 30 },
      shot: { state: 'failed' },
    });
    ledger.jobs.requeue(job.id, ['failed']);
    expect(finish(ledger, ledgers.claimed(ledger, [job.id])).costMicros).toBe(70);
    expect(ledger.statistics.spending(5)).toMatchObject([
      { day: '2026-05-04', images: 2, spentMicros: 70, reservedMicros: 0 },
    ]);
  });
});
