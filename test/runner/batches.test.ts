/** How a run puts requests together to batches, and what becomes of them when a batch is not sent. */
import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../src/errors.ts';
import type { BatchMode, CallContext, Provider } from '../../src/providers/provider.ts';
import { galleryShots, plannedShot } from '../support/jobs.ts';
import { failure, openRig, picture, provider } from '../support/runner-rig.ts';

/** What the batches of a test do; `sent`: the shots of each. */
interface Paper {
  service: Provider;
  sent: string[][];
}

/** A service that takes batches, and nothing else without a word. */
function paper(more: Partial<BatchMode> = {}): Paper {
  const sent: string[][] = [];
  const plain = provider({ submit: (request) => Promise.resolve(picture(`plain ${request.shot}`)) });
  const { submit: _, ...rest } = plain;
  const batch: BatchMode = {
    ...rest,
    price: () => ({ worstMicros: 25, expectedMicros: 20, source: 'test', asOf: '2026-01-01' }),
    groupOf: () => 'one',
    limitsFor: () => ({ requests: 3, bytes: 1_000 }),
    lineFor: (request) => Promise.resolve({ request, text: request.shot }),
    send: (lines, key, call) => {
      call.onSending({ batch: key });
      sent.push(lines.map(({ text }) => text));
      return Promise.resolve({ batchId: `b${sent.length}`, untilMs: 0 });
    },
    collect: () => Promise.resolve({ state: 'running', why: 'it runs' }),
    find: () => Promise.resolve({ state: 'unsure', message: 'not listed' }),
    ...more,
  };
  return { service: { ...plain, batch }, sent };
}

const batched = (count: number) => ({ shots: galleryShots(count), settings: { batch: true } });

describe('a run of a job in batches', () => {
  it('sends all shots at once whatever the concurrency, as many in a batch as fit, and lets them go', async () => {
    const rig = openRig();
    const job = rig.job(batched(7));
    const { service, sent } = paper();
    await rig.run(job, [service]);
    expect(sent.map((lines) => lines.length)).toEqual([3, 3, 1]);
    expect(rig.ledger.queries.liveAtProvider(job.id)).toBe(7);
    expect(rig.ledger.jobs.total(job.id)).toEqual({ reservedMicros: 7 * 25, spentMicros: 0 });
    expect(rig.heard.filter((event) => event.event === 'notice' && event.message.includes('it runs'))).toHaveLength(1);
  });

  it('gives the files of a batch their time, however short that of a picture is', async () => {
    const rig = openRig();
    const job = rig.job({ ...batched(2), settings: { batch: true, timeoutMs: 60_000 } });
    const aborted: boolean[] = [];
    const takes = async ({ signal }: CallContext) => {
      await rig.clock.sleep(1_800_000);
      aborted.push(signal.aborted);
    };
    const { service } = paper({
      send: (_lines, key, call) => (
        call.onSending({ batch: key }),
        takes(call).then(() => ({ batchId: 'b', untilMs: 0 }))
      ),
      collect: (_accepted, { shot }, call) => takes(call).then(() => picture(shot)),
    });
    for (let runs = 0; runs < 2; runs += 1) await rig.run(job, [service]);
    expect([aborted, rig.ledger.jobs.counts(job.id).done]).toEqual([[false, false, false], 2]);
  });

  it('commits all of a batch before it is sent, and collects them later without sending again', async () => {
    const rig = openRig();
    const job = rig.job(batched(3));
    const states: unknown[] = [];
    const { service, sent } = paper({
      send: (_lines, key, call) => {
        call.onSending({ batch: key });
        states.push(rig.ledger.jobs.counts(job.id).leased, rig.ledger.jobs.total(job.id).reservedMicros);
        return Promise.resolve({ batchId: 'b', untilMs: 0 });
      },
    });
    await rig.run(job, [service]);
    expect(states).toEqual([3, 75]);
    const made = paper({ collect: ({ remoteId }) => Promise.resolve(picture(remoteId)) });
    await rig.run(job, [made.service]);
    expect([sent, made.sent]).toEqual([[], []]);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ done: 3 });
  });

  it('does not take over again what it has just let go', async () => {
    const rig = openRig();
    const job = rig.job(batched(9));
    let aheadMs = 0;
    const traced: string[] = [];
    const context = {
      elapsed: () => rig.clock.elapsed() + aheadMs,
      trace: (point: string) => {
        traced.push(point);
        // It is time to look for what is left behind.
        if (point === 'released') aheadMs += 1_000;
      },
    };
    await rig.run(job, [paper().service], { context });
    expect(traced.filter((point) => /released|taken-over/.test(point))).toEqual(Array(9).fill('released'));
  });

  it('makes the avatar at once', async () => {
    const rig = openRig();
    const shots = [plannedShot('avatar', 'avatar'), ...galleryShots(2)];
    const job = rig.job({ shots, settings: { batch: true } });
    const { service, sent } = paper();
    await rig.run(job, [service]);
    expect([sent.flat().length, rig.ledger.jobs.counts(job.id).done]).toEqual([2, 1]);
  });

  it('ends only the shot whose request can not go in a batch', async () => {
    const rig = openRig();
    const job = rig.job(batched(3));
    const { service, sent } = paper({
      lineFor: (request) => {
        if (request.shot.endsWith('1')) throw new ProviderError('no such file', { failure: 'rejected' });
        return Promise.resolve({ request, text: request.shot.endsWith('2') ? 'x'.repeat(2_000) : request.shot });
      },
    });
    await rig.run(job, [service]);
    expect(sent).toEqual([['gallery-0003']]);
    expect(Object.values(rig.failed(job)).map(({ outcome }) => outcome)).toEqual(['rejected', 'rejected']);
  });

  it('tries a batch that is not taken a few times, as a whole, then fails', async () => {
    const rig = openRig();
    const job = rig.job(batched(3));
    let tries = 0;
    const { service } = paper({
      send: () => {
        tries += 1;
        return Promise.reject(failure('rate-limited', { retryAfterMs: 1_000 }));
      },
    });
    await rig.run(job, [service]);
    expect(tries).toBe(3);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ failed: 3 });
    expect(rig.ledger.jobs.total(job.id)).toEqual({ reservedMicros: 0, spentMicros: 0 });
  });

  it('holds all of a batch whose answer is lost and that is not listed, and never sends it again', async () => {
    const rig = openRig();
    const job = rig.job(batched(3));
    let sends = 0;
    const { service } = paper({
      send: (_lines, key, call) => {
        sends += 1;
        call.onSending({ batch: key });
        return Promise.reject(failure('unknown'));
      },
    });
    await rig.run(job, [service]);
    await rig.run(job, [service]);
    expect(sends).toBe(1);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ held: 3 });
    const found = paper({
      find: ({ sent, request }) =>
        Promise.resolve({ state: 'found', remoteId: `${String(sent['batch'])}/${request.attemptKey}` }),
      collect: ({ remoteId }) => Promise.resolve(picture(remoteId)),
    });
    await rig.run(job, [found.service]);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ done: 3 });
  });

  it.each(['before', 'while'] as const)('sends nothing when it is stopped %s the batch is made ready', async (when) => {
    const rig = openRig();
    const job = rig.job(batched(3));
    const { service, sent } = paper({
      lineFor: (request) => {
        rig.drain.abort();
        return Promise.resolve({ request, text: request.shot });
      },
    });
    if (when === 'before') rig.drain.abort();
    const result = await rig.run(job, [service]);
    expect(result.stop).toEqual({ reason: 'interrupted' });
    expect(sent).toEqual([]);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ queued: 3, leased: 0 });
    expect(rig.ledger.jobs.total(job.id)).toEqual({ reservedMicros: 0, spentMicros: 0 });
  });

  it('sends nothing of a job that was canceled meanwhile', async () => {
    const rig = openRig();
    const job = rig.job(batched(2));
    const { service, sent } = paper({
      lineFor: (request) => {
        rig.ledger.jobs.cancel(job.id);
        return Promise.resolve({ request, text: request.shot });
      },
    });
    await rig.run(job, [service]);
    expect(sent).toEqual([]);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ canceled: 2 });
  });
});
