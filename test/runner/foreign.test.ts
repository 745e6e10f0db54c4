/** A key that was changed between a crash and the next run: perhaps that of another account. */
import { describe, expect, it } from 'vitest';
import type { Provider } from '../../src/providers/provider.ts';
import type { ReadyProvider } from '../../src/runner/context.ts';
import { galleryShots } from '../support/jobs.ts';
import { failure, openRig, picture, provider } from '../support/runner-rig.ts';

const withKey = (key: string, service: Provider): ReadyProvider => ({
  provider: service,
  model: service.defaultModel,
  scope: `paper:${key}`,
  intervalMs: 0,
});

describe('what was sent with another key', () => {
  it('is in doubt when this key does not find it, and is not sent again', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(1) });
    let sent = 0;
    const service = provider({
      submit: async (request) => {
        sent += 1;
        return sent === 1 ? Promise.reject(failure('unknown')) : picture(request.shot);
      },
      find: () => Promise.resolve({ state: 'unsure', message: 'the list can not be read' }),
    });
    await rig.run(job, [withKey('a', service)]);
    const other = { ...service, find: () => Promise.resolve({ state: 'absent' } as const) };
    await rig.run(job, [withKey('b', other)]);
    expect(sent).toBe(1);
    expect(rig.failed(job)).toMatchObject({ 'gallery-0001': { state: 'held' } });
    // The key it was sent with can tell.
    await rig.run(job, [withKey('a', other)]);
    expect(sent).toBe(2);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ done: 1 });
  });

  it('is kept when this key says that it has expired, and collected with its own', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(1) });
    let sent = 0;
    const service = provider({
      submit: async () => ({ state: 'accepted', remoteId: `r${(sent += 1)}` }),
      collect: () => Promise.resolve({ state: 'running', why: 'at work' }),
    });
    const gone = failure('unusable', { charged: 'yes', expired: true });
    await rig.run(job, [withKey('a', service)]);
    await rig.run(job, [withKey('b', { ...service, collect: () => Promise.reject(gone) })]);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ leased: 1 });
    await rig.run(job, [withKey('a', { ...service, collect: () => Promise.resolve(picture('r1')) })]);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ done: 1 });
    expect(sent).toBe(1);
  });
});
