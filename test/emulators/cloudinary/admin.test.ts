import { describe, expect, it } from 'vitest';
import type { CloudinaryEmulator } from '../cloudinary.ts';
import { send, start } from '../../support/cloudinary-client.ts';

function admin(
  emulator: CloudinaryEmulator,
  path: string,
  how: { key?: string; method?: string; json?: unknown } = {},
): Promise<Response> {
  const headers: Record<string, string> = { authorization: `Basic ${btoa(how.key ?? '1234:abcd')}` };
  if (how.json !== undefined) headers['content-type'] = 'application/json';
  return fetch(`${emulator.url}/v1_1/demo${path}`, {
    headers,
    method: how.method ?? 'GET',
    ...(how.json === undefined ? {} : { body: JSON.stringify(how.json) }),
  });
}

describe('the Admin API', () => {
  it('tells a wrong key from a wrong secret', async () => {
    const emulator = await start();
    expect(await (await admin(emulator, '/ping')).json()).toEqual({ status: 'ok' });
    expect(await (await admin(emulator, '/ping', { key: '9:abcd' })).json()).toEqual({
      error: { message: 'unknown api_key' },
    });
    expect(await (await admin(emulator, '/ping', { key: '1234:x' })).json()).toEqual({
      error: { message: 'api_secret mismatch' },
    });
  });

  it('counts the calls of an hour and then refuses with the time of the next', async () => {
    const emulator = await start({ adminPerHour: 2, now: () => Date.UTC(2026, 0, 1, 10, 30) });
    expect((await admin(emulator, '/ping')).headers.get('x-featureratelimit-remaining')).toBe('1');
    await admin(emulator, '/ping');
    const refused = await admin(emulator, '/ping');
    expect(refused.status).toBe(420);
    expect(refused.headers.get('x-featureratelimit-reset')).toBe('Thu, 01 Jan 2026 11:00:00 GMT');
  });

  it('pages, and refuses a page of more than 500', async () => {
    const emulator = await start();
    for (const name of ['a', 'b', 'c']) await send(emulator, { public_id: `p/${name}`, tags: 't' });
    const first = (await (await admin(emulator, '/resources/image/upload?prefix=p/&max_results=2')).json()) as {
      resources: object[];
      next_cursor: string;
    };
    const second = (await (
      await admin(emulator, `/resources/image/upload?prefix=p/&max_results=2&next_cursor=${first.next_cursor}`)
    ).json()) as typeof first;
    expect([first.resources.length, second.resources.length, second.next_cursor]).toEqual([2, 1, undefined]);
    expect((await admin(emulator, '/resources/image/upload?max_results=501')).status).toBe(400);
    expect((await admin(emulator, '/resources/image/upload?next_cursor=nonsense')).status).toBe(400);
  });

  it('searches, also at the address that the SDK encodes', async () => {
    const emulator = await start();
    await send(emulator, { public_id: 'p/a', tags: 't,u', asset_folder: 'p', context: 'seed=7' });
    await send(emulator, { public_id: 'p/b', tags: 'u', asset_folder: 'p' });
    const find = async (expression: string): Promise<unknown> =>
      (
        (await (await admin(emulator, '/resources%2Fsearch', { method: 'POST', json: { expression } })).json()) as {
          total_count: number;
        }
      ).total_count;
    expect([
      await find('asset_folder:p AND tags=t'),
      await find('public_id:p/*'),
      await find('context.seed=7'),
      await find('tags=none'),
    ]).toEqual([1, 2, 1, 0]);
  });
});
