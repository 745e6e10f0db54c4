import { describe, expect, it } from 'vitest';
import { summarize } from '../../src/app/summary.ts';
import type { Stop } from '../../src/runner/context.ts';
import { EXIT, EXIT_OF_RUN } from '../../src/terminal/exit-codes.ts';
import { summaryOf } from '../../src/terminal/summary.ts';
import { finish, openLedgers } from '../support/ledgers.ts';
import { galleryShots, makeJob } from '../support/jobs.ts';

const typed = (command: string) => `imggen ${command}`;

type End = 'done' | 'failed' | 'refused' | 'held' | 'queued' | 'live' | 'not-uploaded';

/** What a run came to that left its shots like this; `cancel`: then the job was canceled. */
function resultOf(ends: readonly End[], { stop, cancel }: { stop?: Stop | undefined; cancel?: boolean } = {}) {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const job = makeJob(ledger, ledgers.folder, {
    shots: galleryShots(ends.length),
    settings: { store: ends.includes('not-uploaded') ? 'paper' : 'none' },
  });
  for (const end of ends) {
    if (end === 'queued') continue;
    const claim = ledgers.claimed(ledger, [job.id]);
    if (end === 'done' || end === 'not-uploaded') finish(ledger, claim);
    else if (end === 'live') {
      ledger.attempts.accepted(claim.lease, 'r');
      ledger.attempts.release(claim.lease);
    } else {
      const failure = end === 'held' ? 'unknown' : end === 'refused' ? 'refused' : 'rejected';
      ledger.attempts.failed(claim.lease, {
        failure,
        message: 'm',
        settlement: { state: 'released' },
        shot: { state: end },
      });
    }
  }
  if (cancel) ledger.jobs.cancel(job.id);
  return summarize(ledger, [job], { stop, durationMs: 0, canAsk: () => false });
}

/** The exit code of such a run. */
function codeOf(ends: readonly End[], stop?: Stop): number {
  return EXIT_OF_RUN[resultOf(ends, { stop }).status];
}

/** The warnings and the commands to go on with of such a run. */
function adviceOf(ends: readonly End[], { cancel }: { cancel: boolean }) {
  const { warnings, next } = summaryOf(resultOf(ends, { cancel }), '/', typed);
  return { warnings, next };
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
    [['done', 'queued'], { reason: 'budget', cap: 'run' }, EXIT.budget],
    [['done', 'failed', 'queued'], { reason: 'budget', cap: 'run' }, EXIT.budget],
    [['queued'], AUTH, EXIT.auth],
    [['done', 'queued'], AUTH, EXIT.auth],
    [['done', 'held'], undefined, EXIT.unknown],
    [['done', 'live'], undefined, EXIT.unknown],
    [['done', 'held', 'failed'], undefined, EXIT.unknown],
    [['held', 'queued'], { reason: 'budget', cap: 'run' }, EXIT.unknown],
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

describe('the headline', () => {
  it.each<[End[], string]>([
    [['done', 'done'], 'all 2 pictures are there'],
    [['done'], 'the picture is made'],
    [['queued'], '0 of 1 picture made'],
    [['done', 'queued'], '1 of 2 pictures made'],
  ])('of %j is %s', (ends, words) => {
    expect(summaryOf(resultOf(ends), '/', typed).headline).toBe(words);
  });
});

describe('what is advised', () => {
  it('after a cancel is to retry, never to resume what was dropped', () => {
    expect(resultOf(['done', 'queued'], { cancel: true }).jobs).toMatchObject([{ state: 'canceled' }]);
    expect(adviceOf(['done', 'queued', 'queued'], { cancel: true })).toEqual({
      warnings: ['job 1 was canceled: 2 pictures were not made'],
      next: ['imggen retry 1'],
    });
    expect(adviceOf(['done', 'held', 'queued'], { cancel: true })).toEqual({
      warnings: ['job 1 was canceled: 1 picture was not made'],
      next: ['imggen retry 1', 'imggen retry --unknown 1'],
    });
    expect(adviceOf(['done'], { cancel: true })).toEqual({ warnings: ['job 1 was canceled'], next: [] });
  });

  it('after a cancel is to resume what is live at the provider', () => {
    expect(adviceOf(['live', 'queued'], { cancel: true })).toEqual({
      warnings: [
        'job 1 was canceled: 1 picture was not made',
        '1 picture of job 1 is still being made at the provider, or made and not fetched yet: run again to collect',
      ],
      next: ['imggen resume 1', 'imggen retry 1'],
    });
  });

  it('for a job that is open is to resume; what waits for the store is counted in words', () => {
    expect(resultOf(['queued']).jobs).toMatchObject([{ state: 'open' }]);
    expect(adviceOf(['done', 'queued'], { cancel: false })).toEqual({ warnings: [], next: ['imggen resume 1'] });
    expect(adviceOf(['not-uploaded', 'not-uploaded'], { cancel: false })).toEqual({
      warnings: ['2 pictures of job 1 are safe on disk, not uploaded yet'],
      next: ['imggen resume 1'],
    });
  });
});

describe('the advice after a stop', () => {
  it.each([
    ['runUsd', '--budget 0.30'],
    ['dayUsd', '--max-day-usd 0.30'],
    ['imageUsd', '--max-image-usd 0.30'],
  ] as const)('by a cap (%s) is a command that raises it by what is enough', (cap, flag) => {
    const result = resultOf(['done', 'queued'], { stop: { reason: 'budget', cap: 'run' } });
    const capsNeeded = { resume: { [cap]: 0.3 }, retry: {}, retryUnknown: {} };
    const jobs = result.jobs.flatMap((job) => [
      { ...job, capsNeeded },
      { ...job, jobId: '2' },
    ]);
    // The other job has not reached a cap.
    expect(summaryOf({ ...result, jobs }, '/', typed).next).toEqual([`imggen resume 1 ${flag}`, 'imggen resume 2']);
  });

  it('for answers that were no pictures is a new job with another model, as a job keeps its own', () => {
    const stop: Stop = { reason: 'unusable', message: 'm' };
    const { next } = summaryOf(resultOf(['failed', 'queued', 'queued'], { stop }), '/', typed);
    expect(next).toEqual(['imggen pack mira --count 2 --model MODEL']);
  });
});
