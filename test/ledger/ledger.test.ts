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
    expect(taken?.image?.number).toBe(1);
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
    expect(ledger.recovery.reopenHeld([job.id], ['other'])).toEqual([]);
    expect(ledger.recovery.reopenHeld([job.id], ['paper']).map((taken) => taken.attempt.state)).toEqual([
      'intent',
      'accepted',
    ]);
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
    const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(1) });
    const failing = () => ledgers.claim(ledger, [job.id], { route: { attemptKey: null as unknown as string } });
    expect(failing).toThrow(/NOT NULL/);
    expect(heard).toEqual(['generation_queued']);
    expect(ledgers.count('SELECT COUNT(*) FROM reservations')).toBe(0);
    finish(ledger, ledgers.claimed(ledger, [job.id]));
    expect(heard.slice(1)).toEqual([
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

describe('a gallery', () => {
  it('shows the newest first, by kind, job, mark, provider and page', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const create = makeJob(ledger, ledgers.folder, { shots: [plannedShot('avatar', 'avatar')], kind: 'create' });
    const pack = makeJob(ledger, ledgers.folder, { shots: galleryShots(3), key: 'p' });
    for (const id of [create.id, pack.id, pack.id, pack.id]) {
      finish(ledger, ledgers.claimed(ledger, [id]));
      ledgers.nowMs += 1_000;
    }
    const numbers = (filter: object) =>
      ledger.images.gallery({ characterKey: create.characterKey, ...filter }).map((image) => image.number);
    ledger.images.mark(2, { favorite: true });
    ledger.images.mark(3, { review: 'rejected', favorite: true });
    ledger.images.mark(3, { favorite: false });
    expect(numbers({})).toEqual([4, 3, 2, 1]);
    expect(numbers({ kind: 'avatar' })).toEqual([1]);
    expect(numbers({ jobId: pack.id })).toEqual([4, 3, 2]);
    expect(numbers({ favorite: true })).toEqual([2]);
    expect(numbers({ review: 'rejected' })).toEqual([3]);
    expect(numbers({ review: 'none' })).toEqual([4, 2, 1]);
    expect(numbers({ provider: 'other' })).toEqual([]);
    expect(numbers({ limit: 2 })).toEqual([4, 3]);
    expect(numbers({ beforeId: 3 })).toEqual([2, 1]);
    expect(numbers({ sinceMs: ledgers.nowMs - 2_000 })).toEqual([4, 3]);
    ledger.maintenance.remove(4);
    expect(numbers({})).toEqual([3, 2, 1]);
    expect(ledger.images.count(create.characterKey)).toBe(3);
  });
});

describe('uploads', () => {
  it('are taken by one process at a time, at once from one that has ended, and told when done', () => {
    const ledgers = openLedgers();
    const [a, b] = [ledgers.connection('a'), ledgers.connection('b')];
    const job = makeJob(a, ledgers.folder, { shots: galleryShots(2), settings: { store: 'paper' } });
    for (let i = 0; i < 2; i += 1) finish(a, ledgers.claimed(a, [job.id]));
    const [first, second] = [a.uploads.claim([job.id]), b.uploads.claim([job.id])];
    expect([first?.number, second?.number]).toEqual([1, 2]);
    expect(b.uploads.claim([job.id])).toBeUndefined();
    ledgers.ended.add('a');
    const again = b.uploads.claim([job.id]);
    expect(again?.number).toBe(1);
    a.uploads.done(first!, { key: 'x', details: {}, url: 'late', md5: 'm' }); // not a's any more
    expect(b.images.find(1)?.upload?.state).toBe('pending');
    b.uploads.done(again!, {
      key: 'x',
      details: { url: 'https://store.test/x' },
      url: 'https://store.test/x',
      md5: 'm',
    });
    expect(b.images.find(1)).toMatchObject({
      md5: 'm',
      upload: { store: 'paper', state: 'done', key: 'x', details: { url: 'https://store.test/x' }, owner: null },
    });
    b.uploads.givenUp(second!, 'm');
    expect(b.uploads.open(job.id)).toEqual({ pending: 0, failed: 1 });
    expect(b.uploads.retryFailed(job.id)).toBe(1);
  });

  it('may follow each other to two stores: shown from the last, known in both', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(1), settings: { store: 'first' } });
    const made = finish(ledger, ledgers.claimed(ledger, [job.id]));
    expect(made.upload).toMatchObject({ store: 'first', state: 'pending', key: null });
    const to = (key: string) => ({ key, details: { url: `https://${key}` }, url: `https://${key}`, md5: 'm' });
    ledger.uploads.done(ledger.uploads.claim([job.id])!, to('f'));
    expect(ledger.uploads.enqueue(job.characterKey, 'first').count).toBe(0);
    expect(ledger.uploads.enqueue(job.characterKey, 'second')).toMatchObject({ count: 1, jobs: [{ id: job.id }] });
    expect(ledger.uploads.storeOf(job.id)).toBe('second');
    expect(ledger.images.find(made.id)?.upload).toMatchObject({ store: 'second', state: 'pending' });
    ledger.uploads.done(ledger.uploads.claim([job.id])!, to('s'));
    expect(ledger.images.find(made.id)?.upload).toMatchObject({ store: 'second', state: 'done', key: 's' });
    expect(ledgers.count(`SELECT COUNT(*) FROM uploads WHERE state = 'done'`)).toBe(2);
    expect(ledger.images.hasUploaded('mira')).toBe(true);
  });

  it('that are not finished are given up for another store', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(1), settings: { store: 'first' } });
    finish(ledger, ledgers.claimed(ledger, [job.id]));
    ledger.uploads.enqueue(job.characterKey, 'second');
    expect(ledger.uploads.open(job.id)).toEqual({ pending: 1, failed: 0 });
    expect(ledger.uploads.claim([job.id])?.upload?.store).toBe('second');
  });
});

describe('a picture that a store holds', () => {
  const found = (characterKey: number, more: object = {}) => ({
    characterKey,
    characterId: 'mira',
    number: 5,
    kind: 'gallery' as const,
    shot: 'gallery-0001',
    filename: 'mira_image_00005.png',
    path: null,
    sha256: 'x',
    md5: 'm',
    sizeBytes: 1,
    width: 1,
    height: 1,
    format: 'png',
    provider: 'paper',
    model: 'paper-1',
    seed: 7,
    seedHonored: 'yes' as const,
    costMicros: 40,
    store: 'paper',
    key: 'k5',
    details: { url: 'https://k5' },
    createdAtMs: 1,
    ...more,
  });

  it('gets one row, and its number is never given out again', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(1) });
    expect(ledger.adoption.adopt(found(job.characterKey))).toBe('adopted');
    expect(ledger.adoption.adopt(found(job.characterKey))).toBe('known');
    expect(ledger.adoption.adopt(found(job.characterKey, { sha256: 'y', md5: 'n', key: 'z' }))).toBe('other');
    expect(ledger.images.numbered('mira', 5)).toMatchObject({
      jobId: null,
      shotId: null,
      upload: { store: 'paper', state: 'done', key: 'k5', details: { url: 'https://k5' } },
    });
    expect(finish(ledger, ledgers.claimed(ledger, [job.id])).number).toBe(6);
  });

  it('confirms the upload of one that this ledger made', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(1), settings: { store: 'paper' } });
    const made = finish(ledger, ledgers.claimed(ledger, [job.id]));
    const same = found(job.characterKey, { number: 1, sha256: made.sha256 });
    expect(ledger.adoption.adopt(same)).toBe('confirmed');
    expect(ledger.adoption.adopt(same)).toBe('known');
    expect(ledger.images.find(made.id)?.upload).toMatchObject({ state: 'done', key: 'k5', owner: null });
  });
});
