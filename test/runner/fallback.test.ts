import { describe, expect, it } from 'vitest';
import type { Provider } from '../../src/providers/provider.ts';
import { galleryShots, plannedShot } from '../support/jobs.ts';
import { failure, openRig, picture, provider, type Rig } from '../support/runner-rig.ts';

/** The main provider: it says that it is down, but for what `but` names. */
const broken = (but: RegExp = /^$/) =>
  provider({
    submit: (request) =>
      but.test(request.shot) ? Promise.resolve(picture(request.shot)) : Promise.reject(failure('unavailable')),
  });
const second = (more: Partial<Provider> = {}) =>
  provider({ name: 'second', submit: (request) => Promise.resolve(picture(request.shot)), ...more });
const can = (more: object) => () => ({ ...second().capabilities(''), ...more });

/** Attempts and pictures by provider. */
const made = (rig: Rig) =>
  rig.ledger.statistics.models().map(({ provider: name, attempts, done }) => [name, attempts, done]);

const settings = { fallback: ['second'], attemptsMax: 2 };

describe('a shot that the main provider can not make', () => {
  it.each([1, 2])('is asked of the fallback before it fails, also in a job of %i', async (shots) => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(shots), settings });
    expect((await rig.run(job, [broken(), second()])).stop).toBeUndefined();
    expect(rig.ledger.jobs.counts(job.id).done).toBe(shots);
    expect(made(rig)).toEqual([
      ['paper', 2 * shots, 0],
      ['second', shots, shots],
    ]);
  });

  it('is asked of a fallback that takes one picture, though products go along with gallery pictures', async () => {
    const rig = openRig();
    const references = [
      { role: 'face', picture: '/face.png' },
      { role: 'product', picture: '/mug.png' },
    ] as const;
    const shots = [plannedShot('avatar', 'avatar'), plannedShot('training-01', 'training'), ...galleryShots(1)];
    const job = rig.job({ shots, settings: { ...settings, attemptsMax: 1, references } });
    const two = { referencesMax: 2, keepsFace: 'references' };
    const one = second({ capabilities: can({ referencesMax: 1, keepsFace: 'references' }) });
    await rig.run(job, [{ ...broken(), capabilities: can(two) }, one]);
    expect(rig.failed(job)).toEqual({ 'gallery-0001': { state: 'failed', outcome: 'unavailable' } });
    expect(rig.ledger.jobs.counts(job.id).done).toBe(2);
  });

  it('because it only ever says 429, is asked of the fallback before it fails', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(2), settings });
    const full = provider({ submit: () => Promise.reject(failure('rate-limited')) });
    expect((await rig.run(job, [full, second()])).stop).toBeUndefined();
    expect(rig.ledger.jobs.counts(job.id).done).toBe(2);
    expect(made(rig)).toEqual([
      ['paper', 4, 0],
      ['second', 2, 2],
    ]);
  });

  it('and that no provider lets through fails after as many answers 429 from each', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(1), settings });
    const full = (name: string) => provider({ name, submit: () => Promise.reject(failure('rate-limited')) });
    await rig.run(job, [full('paper'), full('second')]);
    expect(rig.failed(job)).toEqual({ 'gallery-0001': { state: 'failed', outcome: 'rate-limited' } });
    expect(made(rig)).toEqual([
      ['paper', 2, 0],
      ['second', 2, 0],
    ]);
  });

  it('has as many attempts at each provider, and then fails', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(1), settings });
    await rig.run(job, [broken(), second({ submit: () => Promise.reject(failure('unavailable')) })]);
    expect(rig.failed(job)).toEqual({ 'gallery-0001': { state: 'failed', outcome: 'unavailable' } });
    expect(made(rig)).toEqual([
      ['paper', 2, 0],
      ['second', 2, 0],
    ]);
    expect(rig.told('generation_failed').map((event) => event.retry_at === null)).toEqual([false, false, false, true]);
  });

  it('begins with the main provider again when it is retried', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(1), settings });
    const down = second({ submit: () => Promise.reject(failure('unavailable')) });
    await rig.run(job, [broken(), down]);
    rig.ledger.jobs.requeue(job.id, ['failed']);
    await rig.run(job, [broken(/./), down]);
    expect(made(rig)).toContainEqual(['paper', 3, 1]);
  });

  it('that was perhaps charged is held, and asked of nobody else', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(1), settings });
    const lost = provider({ submit: () => Promise.reject(failure('unknown')) });
    await rig.run(job, [lost, second()]);
    expect(rig.failed(job)).toEqual({ 'gallery-0001': { state: 'held', outcome: 'unknown' } });
    expect(made(rig)).toEqual([['paper', 1, 0]]);
  });
});

describe('a fallback is not asked', () => {
  const shots = [plannedShot('avatar', 'avatar'), plannedShot('gallery-0001')];

  it.each<[string, Partial<Provider>]>([
    ['takes no reference picture', { capabilities: can({ referencesMax: 0, keepsFace: 'none' }) }],
    ['would leave it out', { capabilities: can({ withheld: 'only paints over pictures' }) }],
  ])('for a shot with a face when it %s', async (_, more) => {
    const rig = openRig();
    const job = rig.job({ shots, settings: { ...settings, concurrency: 1 } });
    await rig.run(job, [broken(/avatar/), second(more)]);
    expect(rig.failed(job)).toEqual({ 'gallery-0001': { state: 'failed', outcome: 'unavailable' } });
    expect(made(rig)).toEqual([['paper', 3, 1]]);
  });

  it.each<[string, object, Partial<Provider>]>([
    ['has no seed, and one is promised', { requireSeed: true }, { capabilities: can({ seed: 'none' }) }],
    ['has not the quality that is asked for', { quality: 'high' }, { capabilities: can({ qualities: ['low'] }) }],
    [
      'costs more than the cap of a picture',
      { caps: { perImageMicros: 60 } },
      { price: () => ({ worstMicros: 61, expectedMicros: 1, source: 'test', asOf: '2026-01-01' }) },
    ],
  ])('when it %s', async (_, more, other) => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(1), settings: { ...settings, ...more } });
    const result = await rig.run(job, [broken(), second(other)]);
    expect(result.stop).toBeUndefined();
    expect(rig.failed(job)).toEqual({ 'gallery-0001': { state: 'failed', outcome: 'unavailable' } });
    expect(made(rig)).toEqual([['paper', 2, 0]]);
  });

  it('above the cap of the job: nothing more is claimed', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(2), settings: { ...settings, caps: { perRunMicros: 80 } } });
    const result = await rig.run(job, [broken(), second({ price: () => ({ ...paperPrice, worstMicros: 70 }) })]);
    expect(result.stop).toMatchObject({ reason: 'budget' });
    expect(rig.ledger.jobs.total(job.id).spentMicros).toBeLessThanOrEqual(80);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ done: 1, queued: 1 });
  });
});

const paperPrice = { worstMicros: 50, expectedMicros: 40, source: 'test', asOf: '2026-01-01' };
