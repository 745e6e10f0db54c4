/** A service that nobody answers for. */
import { expect, inject, it } from 'vitest';
import { play } from '../support/harness/scene.ts';

const built = inject('builtPackage');

const COUNT = 2;

it.concurrent.each([
  { why: 'no such host', baseUrl: 'https://no-such-host.invalid/v1' },
  { why: 'a port that is never spoken to', baseUrl: 'http://127.0.0.1:1/v1' },
  { why: 'nobody listens', baseUrl: 'http://127.0.0.1:2/v1' },
])('a service that is not there costs nothing: $why', async ({ baseUrl }) => {
  const { ended, events, findings } = await play({
    root: built,
    provider: 'openai',
    count: COUNT,
    config: { attemptsMax: 1, providers: { openai: { baseUrl, priceUsd: 0.1 } } },
  });
  expect(findings?.violations ?? [], ended.stderr).toEqual([]);
  expect(ended.code, ended.stderr).toBe(6);
  expect(events.at(-1)).toMatchObject({ completed: 0, failed: COUNT, cost_usd: 0 });
});
