/** Which addresses fal's work is asked at, whatever an answer names. */
import { describe, expect, it } from 'vitest';
import { addressesOf, remoteIdOf } from '../../../src/providers/fal/addresses.ts';
import { KEY, stage } from '../../support/providers/fal-stage.ts';
import { makeOne, plainRequest } from '../../support/providers/request.ts';

const BASE = 'https://queue.fal.run';
const ID = '80e732af-660e-45cd-bd63-580e4f2a94cc';
const WORK = `fal-ai/flux-2-pro/requests/${ID}`;
const USUAL = { status: `/${WORK}/status`, result: `/${WORK}`, cancel: `/${WORK}/cancel` };
const call = { signal: new AbortController().signal, onSending: () => {} };

function told(urls: Record<string, string | null>, base = BASE): { remoteId: string; at: object } {
  const remoteId = remoteIdOf({ request_id: ID, ...urls }, 'fal-ai/flux-2-pro/edit', base);
  return { remoteId, at: addressesOf(remoteId) };
}
const at = (work: string, result = ''): Record<string, string> => ({
  response_url: `${work}${result}`,
  status_url: `${work}/status`,
  cancel_url: `${work}/cancel`,
});

describe('the addresses of accepted work', () => {
  it('are the ones that the answer names, kept in one id without a host', () => {
    expect(told(at(`${BASE}/${WORK}`))).toEqual({ remoteId: WORK, at: USUAL });
    expect(told(at(`https://queue.falrun.com/${WORK}`)).at).toEqual(USUAL);
    expect(told(at(`${BASE}/fal-ai/other-app/requests/${ID}`)).at).toMatchObject({
      result: `/fal-ai/other-app/requests/${ID}`,
    });
  });

  it('may be of another form', () => {
    const { remoteId, at: found } = told(at(`${BASE}/${WORK}`, '/response'));
    expect(found).toEqual({ ...USUAL, result: `/${WORK}/response` });
    expect(remoteId).toBe(`${WORK},/status,/response,/cancel`);
  });

  it('are asked for at a proxy when the base URL is one', () => {
    expect(told(at(`${BASE}/${WORK}`), 'http://127.0.0.1:9/fal').at).toEqual(USUAL);
    expect(told(at(`http://127.0.0.1:9/fal/${WORK}`), 'http://127.0.0.1:9/fal').at).toEqual(USUAL);
  });

  it.each([
    ['another host', at(`https://evil.test/${WORK}`)],
    ['another port', at(`https://queue.fal.run:8443/${WORK}`)],
    ['another scheme', at(`http://queue.fal.run/${WORK}`)],
    ['another request', at(`${BASE}/fal-ai/flux-2-pro/requests/someone-elses`)],
    ['a way out of the path', at(`${BASE}/fal-ai/..%2f..%2fkeys/requests/${ID}`)],
    ['a query', { ...at(`${BASE}/${WORK}`), response_url: `${BASE}/${WORK}?next=1` }],
    ['nothing', { response_url: null, status_url: null, cancel_url: null }],
    ['no address', at('not an address')],
  ])('are the usual ones when the answer names %s', (_what, urls) => {
    expect(told(urls)).toEqual({ remoteId: WORK, at: USUAL });
  });

  it('make a picture where another host is named, to which nothing is sent', async () => {
    const elsewhere = await stage();
    const { provider, emulator } = await stage({
      service: { addresses: (work) => at(work.replace(/^http:\/\/[^/]+/, elsewhere.emulator.url)) },
    });
    expect(await makeOne(provider, plainRequest({ model: 'fal-ai/flux-2-pro' }), call)).toMatchObject({
      image: { kind: 'url' },
    });
    expect(elsewhere.emulator.requests).toEqual([]);
    expect(emulator.charges()).toHaveLength(1);
    expect(JSON.stringify(emulator.requests.map(({ path }) => path))).not.toContain(KEY);
  });
});
