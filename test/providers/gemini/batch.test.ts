/** Gemini's batches: how a lost answer is found, whose answer is whose, and what the ends mean. */
import { afterEach, describe, expect, it } from 'vitest';
import type { BatchMode, ImageRequest, SentRecord } from '../../../src/providers/provider.ts';
import { FORBIDDEN, NOTHING } from '../../emulators/gemini.ts';
import { pictureKey } from '../../emulators/picture.ts';
import { clearStage, stage, type StageOptions } from '../../support/providers/gemini-stage.ts';
import { plainRequest, thrownBy } from '../../support/providers/request.ts';

afterEach(clearStage);

const DAY_MS = 86_400_000;
const call = { signal: new AbortController().signal, onSending: () => {} };

async function scene(how: StageOptions['service'] = {}) {
  const started = await stage({ service: how });
  const { batch, defaultModel } = started.provider;
  if (!batch) throw new Error('it takes no batches');
  const request = (more: Partial<ImageRequest> = {}) => plainRequest({ model: defaultModel, ...more });
  const send = async (requests: readonly ImageRequest[], key = 'our-key') => {
    const lines = await Promise.all(requests.map((one) => batch.lineFor(one, call)));
    return batch.send(lines, key, call);
  };
  return { ...started, batch, request, send };
}

function collect(batch: BatchMode, batchId: string, request: ImageRequest, sent: SentRecord = {}) {
  return batch.collect({ remoteId: `${batchId}/${request.attemptKey}`, acceptedAtMs: Date.now(), sent }, request, call);
}

async function paidFor(collected: ReturnType<typeof collect>): Promise<string | undefined> {
  const made = await collected;
  if (made.state !== 'generated' || made.image.kind !== 'bytes') throw new Error(`no picture: ${JSON.stringify(made)}`);
  return pictureKey(Buffer.from(made.image.bytes));
}

describe('a batch at Gemini', () => {
  it('whose answer is lost is in doubt, and found by its name among others, page by page', async () => {
    const { batch, request, send, emulator } = await scene();
    const lost = request();
    emulator.faults.push({ on: 'submit', kind: 'reset-after', times: 1 });
    expect(await thrownBy(send([lost]))).toMatchObject({ failure: 'unknown', charged: 'maybe' });
    for (const key of ['a', 'b', 'c', 'd']) await send([request()], key);
    const asked = { request: lost, sentAtMs: Date.now(), isKnown: () => false };
    const found = await batch.find({ ...asked, sent: { batch: 'our-key' } }, call);
    if (found.state !== 'found') throw new Error('not found');
    expect(found.remoteId).toMatch(new RegExp(`^batches/\\w+/${lost.attemptKey}$`));
    const work = { remoteId: found.remoteId, acceptedAtMs: Date.now(), sent: {} };
    expect(await batch.collect(work, lost, call)).toMatchObject({ state: 'generated' });
    expect(await batch.find({ ...asked, sent: { batch: 'another' } }, call)).toMatchObject({ state: 'unsure' });
  });

  it('tells whose answer is whose by its key, and where it tells none, by its place among as many', async () => {
    for (const keys of [true, false]) {
      const { batch, request, send, emulator } = await scene({ batch: { keys } });
      const requests = [request(), request(), request()];
      const { batchId } = await send(requests);
      const pictures = [2, 0, 1].map((place) => {
        const one = requests[place];
        if (!one) throw new Error('none');
        return paidFor(collect(batch, batchId, one, { place, of: 3 }));
      });
      const ids = emulator.charges().map(({ id }) => id);
      expect(await Promise.all(pictures)).toEqual([ids[2], ids[0], ids[1]]);
    }
  });

  it('gives no picture to a request whose place is not known, or not certain', async () => {
    const { batch, request, send } = await scene({ batch: { keys: false } });
    const one = request();
    const { batchId } = await send([one, request()]);
    for (const sent of [{}, { place: 0, of: 3 }])
      expect(await collect(batch, batchId, one, sent)).toMatchObject({ state: 'running' });
  });

  it('ends each request as its own answer says', async () => {
    const { batch, request, send } = await scene();
    const [refused, empty] = [request({ prompt: FORBIDDEN }), request({ prompt: NOTHING })];
    const { batchId } = await send([refused, empty]);
    expect(await thrownBy(collect(batch, batchId, refused))).toMatchObject({ failure: 'refused', charged: 'no' });
    expect(await thrownBy(collect(batch, batchId, empty))).toMatchObject({ failure: 'unavailable', charged: 'no' });
  });

  it.each([
    ['EXPIRED', { failure: 'timeout', charged: 'no' }],
    ['FAILED', { failure: 'rejected', charged: 'no' }],
  ] as const)('that has %s gives back the money of what was not made', async (ends, failure) => {
    const { batch, request, send } = await scene({ batch: { ends, made: 0 } });
    const one = request();
    const { batchId } = await send([one]);
    expect(await thrownBy(collect(batch, batchId, one))).toMatchObject(failure);
  });

  it('runs as long as it says so', async () => {
    const { batch, request, send } = await scene({ batch: { batchMs: DAY_MS } });
    const one = request();
    const { batchId } = await send([one]);
    expect(await collect(batch, batchId, one)).toMatchObject({
      state: 'running',
      why: expect.stringContaining('pending') as string,
    });
  });

  it('that expired or was canceled tells what was not made, unless it tells of more than came', async () => {
    for (const ends of ['EXPIRED', 'CANCELLED']) {
      const { batch, request, emulator } = await scene();
      const told = (made: number) => {
        const metadata = {
          state: `BATCH_STATE_${ends}`,
          batchStats: { requestCount: '2', successfulRequestCount: made },
        };
        const body = JSON.stringify({ name: 'batches/b', done: true, metadata });
        const headers = { 'content-type': 'application/json' };
        emulator.faults.push({ on: 'poll', kind: 'status', status: 200, headers, body, times: 1 });
      };
      told(1);
      expect(await collect(batch, 'batches/b', request())).toMatchObject({ state: 'running' });
      told(0);
      const unmade = { failure: ends === 'EXPIRED' ? 'timeout' : 'rejected', charged: 'no' };
      expect(await thrownBy(collect(batch, 'batches/c', request()))).toMatchObject(unmade);
    }
  });
});
