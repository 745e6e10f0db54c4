import { describe, expect, it } from 'vitest';
import { galleryShots, makeJob, plannedShot } from '../support/jobs.ts';
import { finish, openLedgers } from '../support/ledgers.ts';

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
    const [first, second] = [a.uploads.claim([job.id], 'paper'), b.uploads.claim([job.id], 'paper')];
    expect([first?.number, second?.number]).toEqual([1, 2]);
    expect(b.uploads.claim([job.id], 'paper')).toBeUndefined();
    ledgers.ended.add('a');
    const again = b.uploads.claim([job.id], 'paper');
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
    ledger.uploads.done(ledger.uploads.claim([job.id], 'first')!, to('f'));
    expect(ledger.uploads.enqueue(job.characterKey, 'first').count).toBe(0);
    expect(ledger.uploads.enqueue(job.characterKey, 'second')).toMatchObject({ count: 1, jobs: [{ id: job.id }] });
    expect(ledger.uploads.storeOf(job.id)).toBe('second');
    expect(ledger.images.find(made.id)?.upload).toMatchObject({ store: 'second', state: 'pending' });
    ledger.uploads.done(ledger.uploads.claim([job.id], 'second')!, to('s'));
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
    expect(ledger.uploads.claim([job.id], 'first')).toBeUndefined();
    expect(ledger.uploads.claim([job.id], 'second')?.upload?.store).toBe('second');
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
    prompt: '',
    review: null,
    favorite: false,
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
