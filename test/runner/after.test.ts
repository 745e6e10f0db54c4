/** What follows a saved picture: a step is one object in a list, and none of them can fail the run. */
import { describe, expect, it } from 'vitest';
import type { AfterSave, MakeAfterSave } from '../../src/runner/after/after.ts';
import { AFTER_SAVE, afterSave } from '../../src/runner/after/index.ts';
import { galleryShots, optionsOf, picturesIn } from '../support/jobs.ts';
import { openRig, picture, provider } from '../support/runner-rig.ts';

const service = provider({ submit: (request) => Promise.resolve(picture(request.shot)) });

describe('a step after saving', () => {
  it('is told of every picture with its job, and waited for', async () => {
    const rig = openRig();
    const told: string[] = [];
    const counter: AfterSave = {
      name: 'count',
      start: () => told.push('start'),
      saved: (image, job) => told.push(`${image.shot} of job ${job.id}, ${image.state}`),
      finish: async () => {
        await rig.clock.sleep(5_000);
        told.push('finish');
      },
    };
    const job = rig.job({ shots: galleryShots(2), settings: { concurrency: 1 } });
    await rig.run(job, [service], { after: [counter] });
    expect(told).toEqual([
      'start',
      `gallery-0001 of job ${job.id}, stored`,
      `gallery-0002 of job ${job.id}, stored`,
      'finish',
    ]);
  });

  it('says why it left work for later; the run says so too', async () => {
    const rig = openRig();
    const refused: AfterSave = {
      name: 'refused',
      saved: () => {},
      finish: () => Promise.resolve(),
      stop: { reason: 'auth', message: 'the key was refused' },
    };
    const job = rig.job({ shots: galleryShots(1) });
    const result = await rig.run(job, [service], { after: [refused] });
    expect(result.stop).toEqual({ reason: 'auth', message: 'the key was refused' });
    expect(rig.ledger.jobs.counts(job.id).done).toBe(1);
  });

  it.each<[string, Partial<AfterSave>]>([
    ['to start', { start: () => fail() }],
    ['with a picture', { saved: () => fail() }],
    ['to finish', { finish: () => Promise.reject(new Error('broken')) }],
  ])('that fails %s fails neither the run nor the other steps, and is told once', async (_, broken) => {
    const rig = openRig();
    let others = 0;
    const steps: AfterSave[] = [
      { name: 'score', saved: () => {}, finish: () => Promise.resolve(), ...broken },
      { name: 'count', saved: () => (others += 1), finish: () => Promise.resolve() },
    ];
    const job = rig.job({ shots: galleryShots(3) });
    const result = await rig.run(job, [service], { after: steps });
    expect(result.stop).toBeUndefined();
    expect([rig.ledger.jobs.counts(job.id).done, others, picturesIn(rig.output).length]).toEqual([3, 3, 3]);
    const notices = rig.heard.filter((event) => event.event === 'notice' && event.message.includes('broken'));
    expect(notices).toMatchObject([{ message: 'score failed, the pictures are safe on disk: broken' }]);
  });
});

it('a made-up step is one function and one line in the list', async () => {
  const rig = openRig();
  const job = rig.job({ shots: galleryShots(2) });
  const saved: string[] = [];
  const tallies: MakeAfterSave = ({ jobIds }) => ({
    name: 'tally',
    saved: (image) => void saved.push(`${image.shot} of ${jobIds.join()}`),
    finish: () => Promise.resolve(),
  });
  const parts = { ...rig.context([service]), ...optionsOf([job.id]), stores: new Map() };
  const after = await afterSave(parts, [...AFTER_SAVE, () => Promise.resolve(tallies)]);
  await rig.run(job, [service], { after });
  expect(saved.toSorted()).toEqual([`gallery-0001 of ${job.id}`, `gallery-0002 of ${job.id}`]);
});

function fail(): never {
  throw new Error('broken');
}
