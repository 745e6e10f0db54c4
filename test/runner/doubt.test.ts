import { describe, expect, it } from 'vitest';
import { galleryShots } from '../support/jobs.ts';
import { failure, openRig, picture, provider } from '../support/runner-rig.ts';

describe('what a provider says', () => {
  it('in doubt is held, its money counted, the rest made', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(2) });
    await rig.run(job, [
      provider({
        submit: (request) =>
          request.shot.endsWith('1') ? Promise.reject(failure('unknown')) : Promise.resolve(picture(request.shot)),
      }),
    ]);
    expect(rig.failed(job)).toEqual({ 'gallery-0001': { state: 'held', outcome: 'unknown' } });
    expect(rig.ledger.jobs.total(job.id)).toEqual({ reservedMicros: 0, spentMicros: 90 });
  });

  it('nothing within the time-out is doubt', async () => {
    const rig = openRig();
    const start = rig.clock.now();
    const job = rig.job({ shots: galleryShots(1) });
    await rig.run(job, [
      provider({
        submit: (_, call) =>
          new Promise((_resolve, reject) => call.signal.addEventListener('abort', () => reject(failure('unknown')))),
      }),
    ]);
    expect(rig.clock.now() - start).toBe(60_000);
    expect(rig.failed(job)).toMatchObject({ 'gallery-0001': { state: 'held' } });
  });

  it('in doubt is looked up where that can be, and waited for when found', async () => {
    const rig = openRig();
    let sent = 0;
    const job = rig.job({ shots: galleryShots(1) });
    await rig.run(job, [
      provider({
        submit: () => {
          sent += 1;
          return Promise.reject(failure('unknown'));
        },
        find: () => Promise.resolve({ state: 'found', remoteId: 'r1' }),
        collect: () => Promise.resolve({ state: 'generated', image: { kind: 'url', url: 'u' } }),
      }),
    ]);
    expect(sent).toBe(1);
    expect(rig.ledger.jobs.counts(job.id).done).toBe(1);
    expect(rig.told('generation_submitted')).toMatchObject([{ remote_id: 'r1' }]);
  });

  it('in doubt is not sent for ever to a service that always breaks off', async () => {
    const rig = openRig();
    let sent = 0;
    const job = rig.job({ shots: galleryShots(1) });
    await rig.run(job, [
      provider({
        idempotent: true,
        submit: () => {
          sent += 1;
          return Promise.reject(failure('unknown'));
        },
        find: () => Promise.resolve({ state: 'absent' }),
        collect: () => Promise.reject(failure('rejected')),
      }),
    ]);
    expect(sent).toBe(6); // three attempts, each once more with the same key
    expect(rig.failed(job)).toMatchObject({ 'gallery-0001': { state: 'failed' } });
  });

  it('in doubt is sent again once, where the service takes our key and has no list', async () => {
    const rig = openRig();
    const sent: string[] = [];
    const job = rig.job({ shots: galleryShots(1) });
    await rig.run(job, [
      provider({
        idempotent: true,
        submit: (request) => {
          sent.push(request.attemptKey);
          return sent.length === 1 ? Promise.reject(failure('unknown')) : Promise.resolve(picture(request.shot));
        },
      }),
    ]);
    expect(sent).toEqual(['key-1', 'key-1']);
    expect(rig.ledger.jobs.counts(job.id).done).toBe(1);
  });

  it('in doubt is held after it was sent again with our key in vain', async () => {
    const rig = openRig();
    let sent = 0;
    const job = rig.job({ shots: galleryShots(1) });
    const submit = () => {
      sent += 1;
      return Promise.reject(failure('unknown'));
    };
    await rig.run(job, [provider({ idempotent: true, submit })]);
    expect(sent).toBe(2);
    expect(rig.failed(job)).toMatchObject({ 'gallery-0001': { state: 'held' } });
  });

  it.each([
    ['exact', undefined, 'yes'],
    ['best-effort', undefined, 'unknown'],
    ['none', undefined, 'no'],
    ['best-effort', 7, 'yes'],
    ['best-effort', 8, 'no'],
    ['none', 7, 'yes'],
  ] as const)('about seeds (%s, used %s) is kept: %s', async (seed, seedUsed, honored) => {
    const rig = openRig();
    const plain = provider({
      submit: (request) => Promise.resolve(picture(request.shot, seedUsed === undefined ? {} : { seedUsed })),
    });
    await rig.run(rig.job({ shots: galleryShots(1) }), [
      { ...plain, capabilities: (model) => ({ ...plain.capabilities(model), seed }) },
    ]);
    expect(rig.told('generation_completed')).toMatchObject([{ seed: 7, seed_honoured: honored }]);
  });
});
