/** One client of the package serves all requests of a provider: what belongs to one never reaches another. */
import { afterEach, expect, it, vi } from 'vitest';
import { thrownBy } from '../../support/providers/request.ts';
import { clearStage, KEY, stage } from '../../support/providers/openai-stage.ts';
import { call, request } from '../../support/providers/openai-request.ts';

afterEach(clearStage);
afterEach(() => vi.unstubAllEnvs());

it('each request has its own signal and its own account: one that is stopped stops no other', async () => {
  const other = 'another-openai-key-0123456789';
  const { provider, emulator } = await stage({ emulator: { faults: [{ on: 'submit', kind: 'hang', times: 1 }] } });
  const second = await stage({ env: { OPENAI_API_KEY: other, OPENAI_ORG_ID: 'org-2' }, service: { apiKey: other } });
  const stop = new AbortController();
  const stopped = thrownBy(provider.submit(request(), { ...call, signal: stop.signal }));
  await expect.poll(() => emulator.requests.length).toBe(1);
  const others = Promise.all([
    ...[1, 2, 3, 4].map(() => provider.submit(request(), call)),
    second.provider.submit(request(), call),
  ]);
  stop.abort();
  expect(await stopped).toMatchObject({ failure: 'unknown' });
  expect((await others).map(({ state }) => state)).toEqual(Array(5).fill('generated'));
  const accounts = (of: typeof emulator) => of.requests.map(({ headers }) => headers.authorization);
  expect(accounts(emulator)).toEqual(Array(5).fill(`Bearer ${KEY}`));
  expect(accounts(second.emulator)).toEqual([`Bearer ${other}`]);
  expect(emulator.requests.map(({ headers }) => headers['openai-organization'])).toEqual(Array(5).fill(undefined));
  expect(second.emulator.requests[0]?.headers['openai-organization']).toBe('org-2');
});

it('the package adds no headers of the machine: neither another account nor a secret', async () => {
  vi.stubEnv('OPENAI_CUSTOM_HEADERS', 'Authorization: Bearer of-the-machine\nX-Secret: of-the-machine');
  const { provider, emulator } = await stage();
  await provider.submit(request(), call);
  const [{ headers } = { headers: {} }] = emulator.requests;
  expect(headers).toMatchObject({ authorization: `Bearer ${KEY}`, 'content-type': 'application/json' });
  expect(JSON.stringify(headers)).not.toContain('of-the-machine');
});
