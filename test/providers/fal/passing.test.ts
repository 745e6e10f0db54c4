/** A gateway or a proxy between us and fal says nothing of the work: it is neither lost nor bought again. */
import { describe, expect, it } from 'vitest';
import type { ImageRequest } from '../../../src/providers/provider.ts';
import type { Fault } from '../../emulators/faults.ts';
import { type FalStage, stage } from '../../support/providers/fal-stage.ts';
import { collectOne, makeOne, plainRequest, thrownBy } from '../../support/providers/request.ts';

const call = { signal: new AbortController().signal, onSending: () => {} };
const request = (more: Partial<ImageRequest> = {}): ImageRequest => plainRequest({ model: 'fal-ai/flux-2', ...more });
const answered = (status: number, body: object | string, more: Partial<Fault> = {}): Fault => ({
  on: 'result',
  kind: 'status',
  status,
  times: 1,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  ...more,
});

/** The remote id of a request that was accepted. */
async function accepted({ provider }: FalStage): Promise<string> {
  const submission = await provider.submit(request(), call);
  if (submission.state !== 'accepted') throw new Error('not accepted');
  return submission.remoteId;
}

describe('an answer in place of the result that is not the model’s', () => {
  it.each([
    ['a proxy that has a code of its own', answered(502, { error: { code: 'upstream_error', message: 'reset' } })],
    ['a gateway that tells its status in words', answered(503, { status: 'error', message: 'no healthy upstream' })],
    ['a gateway that names a type', answered(504, { type: 'https://errors.test/504', title: 'Gateway timeout' })],
    ['a broken-off model that says nothing', answered(500, 'Internal Server Error')],
    ['an error in JSON with the status 200', { on: 'result', kind: 'error-json', times: 1 } as Fault],
    ['nothing but its status', answered(202, { status: 'IN_PROGRESS' })],
  ])('is asked for again: %s', async (_what, fault) => {
    const { provider, emulator } = await stage({ emulator: { faults: [fault] } });
    expect(await makeOne(provider, request(), call)).toMatchObject({ image: { kind: 'url' } });
    expect(emulator.charges()).toHaveLength(1);
  });

  it.each([
    ['a redirect', answered(302, '', { headers: { location: 'https://login.test/' } })],
    ['a proxy that takes the request for a bad one', answered(400, '<html>400 Bad Request</html>')],
    ['a proxy that says no more than that it is gone', answered(410, 'Gone')],
    ['a firewall with a code of its own', answered(451, { error: { code: 'blocked', message: 'by your company' } })],
  ])('leaves the work open: %s', async (_what, fault) => {
    const started = await stage({ emulator: { faults: [fault] } });
    const remoteId = await accepted(started);
    // Either it is asked for again at once, or by a later run: it never ends without its picture.
    const first = await collectOne(started.provider, remoteId, request(), call);
    const last = first.state === 'generated' ? first : await collectOne(started.provider, remoteId, request(), call);
    expect(last).toMatchObject({ image: { kind: 'url' } });
  });
});

describe('an answer of the model', () => {
  it.each([
    ['a list of no pictures', { images: [], seed: 1 }, {}],
    ['nothing, with the units that were billed', {}, { 'x-fal-billable-units': '1' }],
  ])('is the end, and paid, when it holds %s', async (_what, body, headers) => {
    const faults = [answered(200, body, { headers })];
    const { provider } = await stage({ emulator: { faults } });
    expect(await thrownBy(makeOne(provider, request(), call))).toMatchObject({ failure: 'unusable', charged: 'yes' });
  });

  it.each([
    ['seed', { seed: '421337' }],
    ['flags', { has_nsfw_concepts: 'no' }],
  ])('gives its picture also when its %s are of another form', async (_what, odd) => {
    const body = { images: [{ url: 'https://v3.fal.media/files/a.png' }], ...odd };
    const { provider } = await stage({ emulator: { faults: [answered(200, body)] } });
    const image = { kind: 'url', url: 'https://v3.fal.media/files/a.png' };
    expect(await makeOne(provider, request(), call)).toMatchObject({ image });
  });

  it('to the request is kept by its id, whatever stands in its other fields', async () => {
    const service = { addresses: () => ({ status_url: 7, response_url: {}, cancel_url: [] }) };
    const { provider } = await stage({ service });
    expect(await makeOne(provider, request(), call)).toMatchObject({ image: { kind: 'url' } });
  });
});
