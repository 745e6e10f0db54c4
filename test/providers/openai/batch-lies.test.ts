/** Batches of OpenAI whose files are late, cut, doubled or gone: what was made is never taken for not made. */
import { afterEach, describe, expect, it } from 'vitest';
import type { BatchMode, ImageRequest } from '../../../src/providers/provider.ts';
import type { BatchControl } from '../../emulators/openai/batches.ts';
import { FORBIDDEN } from '../../emulators/openai.ts';
import { clearStage, stage } from '../../support/providers/openai-stage.ts';
import { plainRequest, thrownBy } from '../../support/providers/request.ts';

afterEach(clearStage);

const DAY_MS = 86_400_000;
const call = { signal: new AbortController().signal, onSending: () => {} };

/** Requests of one batch that has ended as `control` says. */
async function sent(control: Partial<BatchControl>, prompts: readonly string[]) {
  let elapsedMs = 0;
  const { provider, emulator, service } = await stage({ service: { batch: control }, elapsed: () => elapsedMs });
  const { batch, defaultModel } = provider;
  if (!batch) throw new Error('it takes no batches');
  const more = { model: defaultModel, quality: 'low' };
  const requests = prompts.map((prompt) => plainRequest({ ...more, ...(prompt === '' ? {} : { prompt }) }));
  const lines = await Promise.all(requests.map((one) => batch.lineFor(one, call)));
  const { batchId } = await batch.send(lines, 'our-key', call);
  const [stored] = service.batches;
  if (!stored) throw new Error('no batch');
  const ask = (request: ImageRequest, ageMs = 0) => collect(batch, batchId, request, ageMs);
  const later = (ms: number) => void (elapsedMs += ms);
  return { emulator, stored, requests, ask, later };
}

function collect(batch: BatchMode, batchId: string, request: ImageRequest, ageMs: number) {
  const work = { remoteId: `${batchId}/${request.attemptKey}`, acceptedAtMs: Date.now() - ageMs, sent: { skewMs: 0 } };
  return batch.collect(work, request, call);
}

describe('a batch at OpenAI that has ended', () => {
  it('and tells of more made pictures than came, expired or canceled, has not said that any was not made', async () => {
    for (const ends of ['expired', 'cancelled'] as const) {
      const { stored, requests, ask } = await sent({ ends, made: 2 }, ['', '']);
      delete stored.outputId;
      for (const one of requests) expect(await ask(one)).toMatchObject({ state: 'running' });
      const [first] = requests;
      if (first) expect(await thrownBy(ask(first, 32 * DAY_MS))).toMatchObject({ expired: true, charged: 'yes' });
    }
  });

  it('gives its pictures although the list of its failures is gone, read once for all', async () => {
    const { stored, requests, ask, emulator } = await sent({ ends: 'expired', made: 1 }, ['', '', '']);
    stored.errorId = 'file-gone';
    const made = await Promise.all(requests.map((one) => ask(one)));
    expect(made.map(({ state }) => state)).toEqual(['generated', 'running', 'running']);
    expect(emulator.requests.filter(({ operation }) => operation === 'content')).toHaveLength(2);
  });

  it('was canceled by a person: what was not made is not sent again by itself', async () => {
    const { requests, ask } = await sent({ ends: 'cancelled', made: 0 }, ['']);
    const [one] = requests;
    if (!one) throw new Error('none');
    const canceled = { failure: 'rejected', charged: 'no', code: 'batch_cancelled' };
    expect(await thrownBy(ask(one))).toMatchObject(canceled);
  });

  it('counts the line with the picture, whatever other lines of the same request say', async () => {
    const garble = (line: string) => {
      const { custom_id } = JSON.parse(line) as { custom_id: string };
      const failed = { custom_id, response: null, error: { code: 'server_error', message: 'oops' } };
      const foreign = { custom_id: 'another', response: null, error: null };
      return [failed, foreign, line, failed, null, [], 'x']
        .map((one) => (one === line ? line : JSON.stringify(one)))
        .join('\n');
    };
    const { requests, ask } = await sent({ garble }, ['', FORBIDDEN]);
    const [good, refused] = requests;
    if (!good || !refused) throw new Error('none');
    expect(await ask(good)).toMatchObject({ state: 'generated' });
    expect(await thrownBy(ask(refused))).toMatchObject({ charged: 'no' });
  });

  it('and whose line says nothing has perhaps charged for it', async () => {
    const garble = (line: string) => JSON.stringify({ ...(JSON.parse(line) as object), response: null, error: null });
    const { requests, ask } = await sent({ garble }, ['']);
    const [one] = requests;
    if (one) expect(await thrownBy(ask(one))).toMatchObject({ failure: 'unusable', charged: 'maybe' });
  });

  it('may tell any end and any state: no time is shown that is none', async () => {
    const { requests, ask, emulator, later } = await sent({ batchMs: DAY_MS }, ['']);
    const [one] = requests;
    if (!one) throw new Error('none');
    for (const end of [1e20, -5, 'soon', {}]) {
      const told = { id: 'batch_x', status: 'x'.repeat(5_000), expires_at: end, request_counts: 'many' };
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify(told);
      emulator.faults.push({ on: 'poll', kind: 'status', status: 200, headers, body, times: 1 });
      const running = await ask(one);
      if (running.state !== 'running') throw new Error('it runs');
      expect(running.why.length).toBeLessThan(200);
      expect(running.why).not.toContain('ends by');
      later(3_000);
    }
  });
});
