import { describe, expect, it } from 'vitest';
import type { CallContext } from '../../src/providers/provider.ts';
import { galleryShots } from '../support/jobs.ts';
import { failure, openRig, picture, provider } from '../support/runner-rig.ts';

/** Ends with the signal, as a provider whose request had left. */
function untilAborted(call: CallContext): Promise<never> {
  return new Promise((_, reject) =>
    call.signal.addEventListener('abort', () => reject(failure('unknown')), { once: true }),
  );
}

describe('the first Ctrl-C', () => {
  it('lets nothing new be sent, and what was sent be finished', async () => {
    const rig = openRig();
    let sent = 0;
    const job = rig.job({ shots: galleryShots(6) });
    const result = await rig.run(job, [
      provider({
        submit: async (request) => {
          sent += 1;
          await rig.clock.sleep(500);
          rig.drain.abort();
          await rig.clock.sleep(500);
          return picture(request.shot);
        },
      }),
    ]);
    expect(result.stop).toEqual({ reason: 'interrupted' });
    expect(sent).toBe(2);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ done: 2, queued: 4 });
  });

  it('lets go at once what can be collected later, and the next run collects it without paying', async () => {
    const rig = openRig();
    let sent = 0;
    const job = rig.job({ shots: galleryShots(1) });
    const service = provider({
      submit: () => Promise.resolve({ state: 'accepted', remoteId: `r${(sent += 1)}` }),
      collect: (_, __, call) =>
        rig.drain.signal.aborted
          ? Promise.resolve({ state: 'generated', image: { kind: 'url', url: 'u' } })
          : untilAborted(call),
    });
    void rig.clock.sleep(1_000).then(() => rig.drain.abort());
    const result = await rig.run(job, [service]);
    expect(result.stop).toEqual({ reason: 'interrupted' });
    expect(rig.ledger.queries.liveAtProvider(job.id)).toBe(1);
    expect(rig.ledger.jobs.total(job.id)).toEqual({ reservedMicros: 50, spentMicros: 0 });
    await rig.run(job, [service], { options: { drain: new AbortController().signal } });
    expect(rig.ledger.jobs.counts(job.id).done).toBe(1);
    expect(sent).toBe(1);
  });

  it('does not wait for a shot whose turn is minutes away', async () => {
    const rig = openRig();
    const start = rig.clock.now();
    const job = rig.job({ shots: galleryShots(1) });
    void rig.clock.sleep(2_000).then(() => rig.drain.abort());
    await rig.run(job, [
      provider({ submit: () => Promise.reject(failure('rate-limited', { retryAfterMs: 600_000 })) }),
    ]);
    expect(rig.clock.now() - start).toBe(2_000);
    expect(rig.ledger.jobs.counts(job.id).queued).toBe(1);
  });

  it('does not wait until a lost answer may be looked for: that is for the next run', async () => {
    const rig = openRig();
    const start = rig.clock.now();
    const job = rig.job({ shots: galleryShots(1) });
    void rig.clock.sleep(2_000).then(() => rig.drain.abort());
    await rig.run(job, [
      provider({
        findAfterMs: 10_000,
        submit: () => Promise.reject(failure('unknown')),
        find: () => Promise.resolve({ state: 'absent' }),
      }),
    ]);
    expect(rig.clock.now() - start).toBe(2_000);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ leased: 1 });
    expect(rig.traced).toContain('released');
  });
});

describe('the second Ctrl-C', () => {
  it('ends at once, with what was sent in doubt and counted', async () => {
    const rig = openRig();
    const start = rig.clock.now();
    const job = rig.job({ shots: galleryShots(3) });
    void rig.clock.sleep(1_000).then(() => rig.drain.abort());
    void rig.clock.sleep(1_500).then(() => rig.abort.abort());
    const result = await rig.run(job, [provider({ submit: (_, call) => untilAborted(call) })]);
    expect(rig.clock.now() - start).toBe(1_500);
    expect(result.stop).toEqual({ reason: 'interrupted' });
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ held: 2, queued: 1 });
    expect(rig.ledger.jobs.total(job.id)).toEqual({ reservedMicros: 0, spentMicros: 100 });
  });

  it('is no failed attempt where the request had not left', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(1) });
    void rig.clock.sleep(1_000).then(() => rig.drain.abort());
    void rig.clock.sleep(1_000).then(() => rig.abort.abort());
    await rig.run(job, [
      provider({
        submit: (_, call) =>
          new Promise((_resolve, reject) =>
            call.signal.addEventListener('abort', () => reject(failure('interrupted'))),
          ),
      }),
    ]);
    expect(rig.ledger.jobs.counts(job.id).queued).toBe(1);
    expect(rig.ledger.jobs.total(job.id)).toEqual({ reservedMicros: 0, spentMicros: 0 });
  });
});
