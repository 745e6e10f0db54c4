import { describe, expect, it } from 'vitest';
import { summarize } from '../../src/app/summary.ts';
import type { Stop } from '../../src/runner/context.ts';
import { EXIT, EXIT_OF_RUN } from '../../src/terminal/exit-codes.ts';
import { finish, openBooks } from '../ledger/books.ts';
import { galleryShots, makeJob } from '../simulation/scene.ts';

type End = 'done' | 'failed' | 'refused' | 'hold' | 'queued' | 'live' | 'not-uploaded';

/** The exit code of a run that left its shots like this. */
function codeOf(ends: readonly End[], stop?: Stop): number {
  const books = openBooks();
  const ledger = books.connection('a');
  const job = makeJob(ledger, books.folder, {
    shots: galleryShots(ends.length),
    settings: { store: ends.includes('not-uploaded') ? 'paper' : 'none' },
  });
  for (const end of ends) {
    if (end === 'queued') continue;
    const claim = books.claimed(ledger, [job.id]);
    if (end === 'done' || end === 'not-uploaded') finish(ledger, claim);
    else if (end === 'live') {
      ledger.attempts.accepted(claim.lease, 'r');
      ledger.attempts.release(claim.lease);
    } else {
      const failure = end === 'hold' ? 'unknown' : end === 'refused' ? 'refused' : 'rejected';
      ledger.attempts.failed(claim.lease, {
        failure,
        message: 'm',
        settlement: { state: 'released' },
        shot: { state: end },
      });
    }
  }
  const { status } = summarize(ledger, [job], { stop, durationMs: 0, askable: new Set() });
  return EXIT_OF_RUN[status];
}

const AUTH: Stop = { reason: 'auth', message: 'm' };
const DOWN: Stop = { reason: 'down', message: 'm' };
const DISK: Stop = { reason: 'disk', message: 'm' };

describe('the exit code of a run', () => {
  it.each<[End[], Stop | undefined, number]>([
    [['done', 'done'], undefined, EXIT.ok],
    [['done', 'failed'], undefined, EXIT.someFailed],
    [['done', 'refused'], undefined, EXIT.someFailed],
    [['failed', 'refused'], undefined, EXIT.allFailed],
    [['done', 'queued'], { reason: 'budget' }, EXIT.budget],
    [['done', 'failed', 'queued'], { reason: 'budget' }, EXIT.budget],
    [['queued'], AUTH, EXIT.auth],
    [['done', 'queued'], AUTH, EXIT.auth],
    [['done', 'hold'], undefined, EXIT.unknown],
    [['done', 'live'], undefined, EXIT.unknown],
    [['done', 'hold', 'failed'], undefined, EXIT.unknown],
    [['hold', 'queued'], { reason: 'budget' }, EXIT.unknown],
    [['done', 'queued'], { reason: 'interrupted' }, EXIT.interrupted],
    [['live', 'queued'], { reason: 'interrupted' }, EXIT.interrupted],
    [['done'], { reason: 'interrupted' }, EXIT.ok],
    [['done', 'queued'], DOWN, EXIT.someFailed],
    [['queued', 'queued'], DOWN, EXIT.allFailed],
    [['done', 'queued'], DISK, EXIT.someFailed],
    [['not-uploaded'], undefined, EXIT.someFailed],
  ])('for %j, stopped by %j, is %d', (ends, stop, code) => {
    expect(codeOf(ends, stop)).toBe(code);
  });
});
