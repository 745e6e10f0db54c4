/** A ledger that fails while a run begins: what was begun is ended, and what was taken is let go. */
import { describe, expect, it } from 'vitest';
import type { AfterSave } from '../../src/runner/after/after.ts';
import { galleryShots, plannedShot } from '../support/jobs.ts';
import { failure, openRig, picture, provider } from '../support/runner-rig.ts';

describe('a run whose ledger fails', () => {
  it('as held shots are asked again: ends its steps, and goes on with those it has taken', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(2) });
    const lost = provider({ submit: () => Promise.reject(failure('unknown')) });
    await rig.run(job, [lost]);
    expect(rig.ledger.jobs.counts(job.id).held).toBe(2);
    const reopen = rig.ledger.recovery.reopenHeld.bind(rig.ledger.recovery);
    rig.ledger.recovery.reopenHeld = function* (jobIds, providers) {
      yield* [...reopen(jobIds, providers)].slice(0, 1);
      throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    };
    let finished = 0;
    const step: AfterSave = { name: 'count', saved: () => {}, finish: async () => void (finished += 1) };
    const found = provider({
      submit: (request) => Promise.resolve(picture(request.shot)),
      find: () => Promise.resolve({ state: 'absent' }),
    });
    const result = await rig.run(job, [found], { after: [step] });
    expect([result.stop?.reason, finished]).toEqual(['disk', 1]);
  });

  it('says for which job a shot waits that nobody makes', async () => {
    const rig = openRig();
    const service = provider({ submit: (request) => Promise.resolve(picture(request.shot)) });
    const made = rig.job({ shots: [plannedShot('avatar', 'avatar')], key: 'avatar' });
    await rig.run(made, [service]);
    const [avatar] = rig.ledger.images.gallery({ characterKey: made.characterKey });
    const { job: take } = rig.ledger.jobs.reroll({
      takes: [{ imageId: avatar!.id, seedOf: () => 99 }],
      settings: made.settings,
      fingerprint: 'take',
      priority: 1,
    });
    const job = rig.job({ shots: [plannedShot('training-01', 'training')], key: 'create' });
    rig.ledger.jobs.waitForAvatar(job.id);
    await rig.run(job, [service]);
    const notices = rig.heard.filter((event) => event.event === 'notice');
    expect(notices).toMatchObject([
      { message: `job ${job.id} waits for the avatar that job ${take.id} makes: go on with that one first` },
    ]);
  });

  it('says every few seconds that another run makes the avatar that it waits for', async () => {
    const rig = openRig();
    const service = provider({ submit: (request) => Promise.resolve(picture(request.shot)) });
    const made = rig.job({ shots: [plannedShot('avatar', 'avatar')], key: 'avatar' });
    await rig.run(made, [service]);
    const [avatar] = rig.ledger.images.gallery({ characterKey: made.characterKey });
    const { job: take } = rig.ledger.jobs.reroll({
      takes: [{ imageId: avatar!.id, seedOf: () => 99 }],
      settings: made.settings,
      fingerprint: 'take',
      priority: 1,
    });
    const job = rig.job({ shots: [plannedShot('training-01', 'training')], key: 'create' });
    rig.ledger.jobs.waitForAvatar(job.id);
    // Another run of this process is at the avatar for twelve seconds.
    const slow = provider({ submit: (request) => rig.clock.sleep(12_000).then(() => picture(request.shot)) });
    const other = rig.ledger.jobs.openRun([take.id]);
    const [first] = await Promise.all([rig.run(take, [slow]).then(() => other.leave()), rig.run(job, [service])]);
    expect(first).toBeUndefined();
    const waits = rig.heard.filter((event) => event.event === 'waiting');
    expect(waits.map(({ message }) => message)).toEqual([
      `waiting: another run makes the avatar of job ${job.id} (job ${take.id})`,
      `waiting 5 s: another run makes the avatar of job ${job.id} (job ${take.id})`,
      `waiting 10 s: another run makes the avatar of job ${job.id} (job ${take.id})`,
    ]);
    expect(rig.ledger.jobs.counts(job.id).done).toBe(1);
  });

  it('ends when the avatar that the others wait for was let go', async () => {
    const rig = openRig();
    const shots = [plannedShot('avatar', 'avatar'), plannedShot('training-01', 'training')];
    const service = provider({
      submit: () => Promise.resolve({ state: 'accepted', remoteId: 'r1' }),
      collect: () => Promise.resolve({ state: 'running', why: 'at work' }),
    });
    const job = rig.job({ shots, kind: 'create' });
    await rig.run(job, [service]);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ leased: 1, queued: 1 });
    expect(rig.ledger.queries.liveAtProvider(job.id)).toBe(1);
  });

  it('lets go of a shot that can not be taken up: a provider that can not even tell a price', async () => {
    const rig = openRig();
    const service = provider({
      submit: () => Promise.resolve({ state: 'accepted', remoteId: 'r1' }),
      collect: () => Promise.resolve({ state: 'running', why: 'at work' }),
    });
    const job = rig.job({ shots: galleryShots(1) });
    await rig.run(job, [service]);
    const price = () => {
      throw new Error('no price');
    };
    await expect(rig.run(job, [{ ...service, price }])).rejects.toThrow('no price');
    expect(rig.ledger.queries.liveAtProvider(job.id)).toBe(1);
  });
});
