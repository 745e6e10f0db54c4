/** What happens while a request is made ready: it leaves only if it still may. */
import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../src/errors.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { galleryShots } from '../support/jobs.ts';
import { failure, openRig, picture, provider, type Rig } from '../support/runner-rig.ts';

/** A service that uploads a reference for a second before it asks; `sent` counts what left. */
function uploading(rig: Rig): { service: Provider; sent: () => number } {
  let sent = 0;
  const plain = provider({ submit: async (request) => picture(request.shot) });
  const service: Provider = {
    ...plain,
    submit: async (request, call) => {
      await rig.clock.sleep(1_000);
      try {
        call.onSending();
      } catch (error) {
        throw new ProviderError(String(error), { failure: 'unknown' });
      }
      sent += 1;
      return picture(request.shot);
    },
  };
  return { service, sent: () => sent };
}

describe('a request that is made ready', () => {
  it('does not leave after Ctrl-C', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(1) });
    const { service, sent } = uploading(rig);
    void rig.clock.sleep(500).then(() => rig.drain.abort());
    await rig.run(job, [service]);
    expect(sent()).toBe(0);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ queued: 1, held: 0 });
    expect(rig.ledger.jobs.total(job.id)).toEqual({ reservedMicros: 0, spentMicros: 0 });
  });

  it('does not leave when its job was canceled', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(1) });
    const { service, sent } = uploading(rig);
    void rig.clock.sleep(500).then(() => rig.ledger.jobs.cancel(job.id));
    await rig.run(job, [service]);
    expect(sent()).toBe(0);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ canceled: 1, held: 0 });
  });

  it('of a provider that forgets to announce it is saved, paid once, and told', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(2) });
    let sent = 0;
    const plain = provider({ submit: async (request) => picture(request.shot) });
    const submit: Provider['submit'] = async (request) => {
      sent += 1;
      return picture(request.shot);
    };
    await rig.run(job, [{ ...plain, submit }]);
    expect(sent).toBe(2);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ done: 2 });
    const warned = rig.heard.filter((event) => JSON.stringify(event).includes('did not call onSending'));
    expect(warned).toHaveLength(1);
  });

  it('a second time with the same key stays in doubt when the run is stopped before', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(1) });
    let sent = 0;
    const service = provider({
      idempotent: true,
      find: async () => {
        rig.drain.abort();
        return { state: 'absent' };
      },
      submit: async () => {
        sent += 1;
        return Promise.reject(failure('unknown'));
      },
    });
    await rig.run(job, [service]);
    expect(sent).toBe(1);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ leased: 1, queued: 0 });
    expect(rig.ledger.jobs.total(job.id).reservedMicros).toBe(50);
  });
});
