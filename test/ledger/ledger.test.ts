import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/events.ts';
import { galleryShots, makeJob, plannedShot } from '../support/jobs.ts';
import { finish, newImage, openLedgers, PLACE } from '../support/ledgers.ts';

describe('numbers', () => {
  it('go on over jobs, sessions and kinds, and are never used again', () => {
    const ledgers = openLedgers();
    const [a, b] = [ledgers.connection('a'), ledgers.connection('b')];
    const one = makeJob(a, ledgers.folder, { shots: [plannedShot('avatar', 'avatar')], kind: 'create' });
    const two = makeJob(a, ledgers.folder, { shots: galleryShots(2), key: 'p' });
    const first = finish(a, ledgers.claimed(a, [one.id]));
    a.maintenance.remove(first.id);
    expect(
      [finish(b, ledgers.claimed(b, [two.id])), finish(a, ledgers.claimed(a, [two.id]))].map((image) => image.filename),
    ).toEqual(['mira_image_00002.png', 'mira_image_00003.png']);
  });

  it('start above what was found on disk, and are not lowered', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(1) });
    ledger.characters.numbersStartAfter('mira', 41);
    ledger.characters.numbersStartAfter('mira', 3);
    expect(finish(ledger, ledgers.claimed(ledger, [job.id])).number).toBe(42);
  });

  it('stay with their shot when its process ends after naming', () => {
    const ledgers = openLedgers();
    const [a, b] = [ledgers.connection('a'), ledgers.connection('b')];
    const job = makeJob(a, ledgers.folder, { shots: galleryShots(1) });
    const claim = ledgers.claimed(a, [job.id]);
    a.attempts.generated(claim.lease, { staged: '/p', seedHonored: 'yes' }, 'paper:k');
    a.images.named(claim.lease, newImage(), PLACE);
    ledgers.ended.add('a');
    const [taken] = b.recovery.takeOver([job.id], 1);
    expect(b.images.named(taken!.lease, newImage(), PLACE).number).toBe(1);
  });
});

describe('a job', () => {
  it('planned twice is the same job; with a key for ever; with --new another', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const first = makeJob(ledger, ledgers.folder, { shots: galleryShots(2) });
    expect(makeJob(ledger, ledgers.folder, { shots: galleryShots(2) }).id).toBe(first.id);
    expect(makeJob(ledger, ledgers.folder, { shots: galleryShots(2), fresh: true }).id).not.toBe(first.id);
    const named = makeJob(ledger, ledgers.folder, { shots: galleryShots(2), key: 'nightly' });
    expect(makeJob(ledger, ledgers.folder, { shots: galleryShots(2), key: 'nightly', fresh: true }).id).toBe(named.id);
    expect(() => makeJob(ledger, ledgers.folder, { shots: galleryShots(3), key: 'nightly' })).toThrow(/names job/);
    const transparent = { key: 'nightly', settings: { transparent: true } };
    expect(() => makeJob(ledger, ledgers.folder, { shots: galleryShots(2), ...transparent })).toThrow(/names job/);
    expect(ledgers.count('SELECT COUNT(*) FROM shots')).toBe(6);
  });

  it('puts failed shots back with their attempts uncounted, held ones only by name', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(3) });
    for (const state of ['failed', 'refused', 'held'] as const) {
      const settlement = { state: state === 'held' ? ('doubtful' as const) : ('released' as const) };
      ledger.attempts.failed(ledgers.claimed(ledger, [job.id]).lease, {
        failure: state === 'held' ? 'unknown' : 'rejected',
        message: 'm',
        settlement,
        shot: { state },
      });
    }
    expect(ledger.jobs.requeue(job.id, ['failed', 'refused'])).toBe(2);
    expect(ledger.jobs.counts(job.id)).toMatchObject({ queued: 2, held: 1 });
    expect(ledgers.claimed(ledger, [job.id]).shot.attempts).toBe(1);
    expect(ledger.jobs.requeue(job.id, ['held'])).toBe(1);
    expect(ledger.jobs.total(job.id).spentMicros).toBe(50); // the doubt stays counted
  });

  it('held in doubt comes back as an open question to who can ask, with its remote id as an answer to wait for', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(2) });
    const hold = {
      failure: 'unknown' as const,
      message: 'm',
      settlement: { state: 'doubtful' as const },
      shot: { state: 'held' as const },
    };
    ledger.attempts.failed(ledgers.claimed(ledger, [job.id]).lease, hold);
    const second = ledgers.claimed(ledger, [job.id]).lease;
    ledger.attempts.accepted(second, 'r2');
    ledger.attempts.failed(second, hold);
    expect([...ledger.recovery.reopenHeld([job.id], ({ provider }) => provider === 'other')]).toEqual([]);
    expect(
      [...ledger.recovery.reopenHeld([job.id], ({ provider }) => provider === 'paper')].map(
        (taken) => taken.attempt.state,
      ),
    ).toEqual(['intent', 'accepted']);
  });
});

describe('events', () => {
  it('are told after their commit, and not at all when it fails', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const heard: string[] = [];
    ledger.listen((event: RunEvent) => {
      heard.push(event.event);
      expect(ledgers.db.prepare('SELECT event FROM events ORDER BY id DESC').pluck().get()).toBe(event.event);
    });
    const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(2) });
    const queued = [...heard];
    const route = { attemptKey: 'taken' };
    ledgers.claimed(ledgers.connection('b'), [job.id], { route });
    expect(() => ledgers.claim(ledger, [job.id], { route })).toThrow(/UNIQUE/);
    expect(heard).toEqual(queued);
    expect(ledgers.count('SELECT COUNT(*) FROM reservations')).toBe(1);
    finish(ledger, ledgers.claimed(ledger, [job.id]));
    expect(heard.slice(queued.length)).toEqual([
      'generation_started',
      'generation_submitted',
      'generation_completed',
      'image_stored',
    ]);
  });

  it('go on when a listener throws', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    ledger.listen(() => {
      throw new Error('a view has a bug');
    });
    const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(1) });
    expect(finish(ledger, ledgers.claimed(ledger, [job.id])).state).toBe('stored');
    expect(ledgers.count('SELECT COUNT(*) FROM events')).toBe(5);
  });
});
