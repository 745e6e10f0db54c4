import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILURES } from '../../src/errors.ts';
import { backoffMs, decide, decideUpload, UPLOAD_TRIES_MAX, type FailureFacts } from '../../src/runner/retry.ts';

const facts = (more: Partial<FailureFacts>): FailureFacts => ({
  failure: 'unavailable',
  charged: 'no',
  retryAfterMs: undefined,
  attempts: 1,
  attemptsMax: 3,
  providers: 1,
  limitedInARow: 0,
  random: 0.5,
  ...more,
});

describe('the table of what follows a failure', () => {
  it.each([
    // failure, charged, attempts, limited in a row → shot, settlement, uncounted, observed
    ['refused', 'no', 1, 0, 'refused', 'released', false, undefined],
    ['refused', 'yes', 1, 0, 'refused', 'spent', false, undefined],
    ['rejected', 'no', 1, 0, 'failed', 'released', false, undefined],
    ['unauthorized', 'no', 3, 0, 'parked', 'released', true, undefined],
    ['no-credit', 'no', 3, 0, 'parked', 'released', true, undefined],
    ['rate-limited', 'no', 3, 0, 'again', 'released', true, 'limited'],
    ['rate-limited', 'no', 1, 2, 'failed', 'released', false, 'limited'],
    ['unavailable', 'no', 1, 0, 'again', 'released', false, 'unavailable'],
    ['unavailable', 'no', 3, 0, 'failed', 'released', false, 'unavailable'],
    ['unavailable', 'maybe', 1, 0, 'held', 'doubtful', false, 'unavailable'],
    ['unavailable', 'yes', 1, 0, 'held', 'spent', false, 'unavailable'],
    ['timeout', 'no', 2, 0, 'again', 'released', false, 'unavailable'],
    ['timeout', 'maybe', 1, 0, 'held', 'doubtful', false, 'unavailable'],
    ['unusable', 'yes', 1, 0, 'failed', 'spent', false, undefined],
    ['unusable', 'no', 1, 0, 'failed', 'released', false, undefined],
    ['interrupted', 'no', 3, 0, 'again', 'released', true, undefined],
    ['unknown', 'maybe', 1, 0, 'held', 'doubtful', false, undefined],
    ['unknown', 'no', 1, 0, 'held', 'doubtful', false, undefined],
  ] as const)('%s, charged %s, attempt %d, limited %d times: %s, %s', (...row) => {
    const [failure, charged, attempts, limitedInARow, shot, settlement, uncounted, observed] = row;
    expect(decide(facts({ failure, charged, attempts, limitedInARow }))).toMatchObject({
      shot,
      settlement,
      uncounted,
      observed,
    });
  });

  it('never sends again by itself what was or may have been charged', () => {
    fc.assert(
      fc.property(
        fc.record({
          failure: fc.constantFrom(...FAILURES),
          charged: fc.constantFrom('maybe' as const, 'yes' as const),
          attempts: fc.integer({ min: 1, max: 9 }),
          limitedInARow: fc.nat(9),
          random: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        (found) => {
          const verdict = decide(facts(found));
          expect(verdict.settlement).not.toBe('released');
          // A service that bills for "slow down" or for being told to stop is none.
          if (!['rate-limited', 'interrupted'].includes(found.failure)) expect(verdict.shot).not.toBe('again');
        },
      ),
    );
  });

  it('has as many attempts at each provider, and asks the next one at once', () => {
    const verdict = (attempts: number) => decide(facts({ attempts, providers: 2, retryAfterMs: 9_000 }));
    const shots = [1, 2, 3, 4, 5, 6].map((attempts) => verdict(attempts).shot);
    expect(shots.join(' ')).toBe('again again again again again failed');
    expect([2, 3, 4].map((attempts) => verdict(attempts).waitMs)).toEqual([9_000, 0, 9_000]);
  });

  it('asks the next provider at once when one only ever says 429, and fails when the last one does', () => {
    const verdict = (attempts: number) =>
      decide(facts({ failure: 'rate-limited', attempts, providers: 2, limitedInARow: 2, retryAfterMs: 9_000 }));
    expect(verdict(1)).toMatchObject({ shot: 'again', asksNext: true, observed: 'limited' });
    expect(verdict(1).waitMs).toBeGreaterThanOrEqual(9_000);
    expect(verdict(4)).toMatchObject({ shot: 'failed', asksNext: false });
  });

  it('waits at least as long as it was asked to', () => {
    for (const failure of ['rate-limited', 'unavailable', 'timeout'] as const) {
      expect(decide(facts({ failure, retryAfterMs: 45_000, random: 0 })).waitMs).toBeGreaterThanOrEqual(45_000);
    }
  });

  it('waits longer each time, between half and all of it, a minute at most', () => {
    expect([1, 2, 3].map((n) => backoffMs(n, 1))).toEqual([1_000, 2_000, 4_000]);
    expect([1, 2, 3].map((n) => backoffMs(n, 0))).toEqual([500, 1_000, 2_000]);
    expect(backoffMs(40, 1)).toBe(60_000);
  });
});

describe('the table of what follows a failed upload', () => {
  it.each([
    ['unavailable', 1, true, true],
    ['unavailable', UPLOAD_TRIES_MAX, false, undefined],
    ['rate-limited', UPLOAD_TRIES_MAX, true, false],
    ['unauthorized', 1, false, undefined],
    ['rejected', 1, false, undefined],
    ['conflict', 1, false, undefined],
  ] as const)('%s at try %d: again %s', (failure, tries, again, counts) => {
    expect(decideUpload({ failure, tries, retryAfterMs: undefined, random: 0.5 })).toMatchObject(
      counts === undefined ? { again } : { again, counts },
    );
  });
});
