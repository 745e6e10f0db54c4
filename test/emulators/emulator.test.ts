import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Emulator, type EmulatorOptions, startEmulator } from './emulator.ts';
import { readJournal } from './books.ts';
import type { Service } from './service.ts';
import { faultPicker } from './faults.ts';
import { makePicture } from './picture.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const picture = makePicture(64, 64, 'one');

const shop: Service = {
  name: 'shop',
  guard: (call) =>
    call.headers.authorization === 'Bearer nobody' ? { status: 401, body: { detail: 'who?' } } : undefined,
  routes: [
    {
      operation: 'submit',
      method: 'POST',
      path: '/v1/things',
      handle: async (call) => {
        await call.work();
        return {
          status: 201,
          body: { id: call.position, saw: call.json },
          charge: { id: `t${call.position}`, amountMicros: 25_000 },
        };
      },
    },
    {
      operation: 'download',
      method: 'GET',
      path: '/files/:name/*rest',
      handle: (call) => ({
        headers: { 'content-type': 'image/png', 'x-params': JSON.stringify(call.params) },
        body: picture,
      }),
    },
  ],
};

const running: Emulator[] = [];

async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator(shop, options);
  running.push(emulator);
  return emulator;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});

const submit = (emulator: Emulator, init: RequestInit = {}): Promise<Response> =>
  fetch(`${emulator.url}/v1/things`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"prompt":"a"}',
    ...init,
  });

const download = async (emulator: Emulator): Promise<Response> => fetch(`${emulator.url}/files/a%20b/c/d.png`);

describe('an emulator', () => {
  it('routes, records and charges, and keeps the charge in a journal that outlives it', async () => {
    const journal = join(temporaryFolder('imggen-emulator-'), 'journal');
    const first = await start({ journal });
    const response = await submit(first);
    expect([response.status, await response.json()]).toEqual([201, { id: 1, saw: { prompt: 'a' } }]);
    expect(first.requests).toMatchObject([
      { operation: 'submit', method: 'POST', path: '/v1/things', body: { prompt: 'a' }, status: 201 },
    ]);
    expect(first.charges()).toMatchObject([{ service: 'shop', id: 't1', amountMicros: 25_000 }]);
    expect(readJournal(journal)).toEqual(first.charges());
    const second = await start({ journal });
    expect(second.charges()).toEqual(first.charges());
    expect(readFileSync(journal, 'utf8').split('\n')).toHaveLength(2);
  });

  it('decodes named parts of a path, answers 404 for others, and lets the guard speak first', async () => {
    const emulator = await start();
    const response = await download(emulator);
    expect(response.headers.get('x-params')).toBe('{"name":"a b","rest":"c/d.png"}');
    expect((await fetch(`${emulator.url}/nowhere`)).status).toBe(404);
    expect((await submit(emulator, { headers: { authorization: 'Bearer nobody' } })).status).toBe(401);
    expect(emulator.charges()).toEqual([]);
  });

  it.each([
    ['status', 0],
    ['reset-before', 0],
    ['hang-before', 0],
    ['redirect', 0],
    ['reset-after', 1],
    ['hang', 1],
    ['html', 1],
    ['error-json', 1],
    ['empty', 1],
    ['truncate-length', 1],
  ] as const)('charges for %s exactly %i', async (kind, charged) => {
    const emulator = await start({ faults: [{ on: 'submit', kind }] });
    const stop = new AbortController();
    const answer = submit(emulator, { redirect: 'manual', signal: stop.signal })
      .then((response) => response.text())
      .catch(() => undefined);
    await expect.poll(() => [emulator.requests.length, emulator.charges().length]).toEqual([1, charged]);
    if (kind.startsWith('hang')) stop.abort();
    await answer;
    expect(emulator.charges()).toHaveLength(charged);
    expect(emulator.requests[0]?.faulted).toBe(kind);
  });

  it('cuts bodies in three ways, of which fetch accepts one as whole', async () => {
    const emulator = await start({
      faults: [
        { on: 'download', kind: 'truncate-length', positions: [1] },
        { on: 'download', kind: 'truncate-chunked', positions: [2] },
        { on: 'download', kind: 'truncate-close' },
      ],
    });
    await expect(download(emulator).then((response) => response.arrayBuffer())).rejects.toThrow();
    await expect(download(emulator).then((response) => response.arrayBuffer())).rejects.toThrow();
    const accepted = await download(emulator);
    expect([accepted.status, (await accepted.arrayBuffer()).byteLength]).toEqual([200, Math.floor(picture.length / 2)]);
  });

  it('lies about type and content, and sends bombs', async () => {
    const emulator = await start();
    const once = async (kind: 'wrong-type' | 'not-image' | 'gzip-bomb' | 'html'): Promise<[string | null, number]> => {
      emulator.faults.splice(0, 1, { on: 'download', kind });
      const response = await download(emulator);
      return [response.headers.get('content-type'), (await response.arrayBuffer()).byteLength];
    };
    expect(await once('wrong-type')).toEqual(['text/plain; charset=utf-8', picture.length]);
    expect(await once('not-image')).toEqual(['image/png', 18]);
    expect((await once('html'))[0]).toBe('text/html; charset=utf-8');
    expect((await once('gzip-bomb'))[1]).toBe(8 * 1024 * 1024);
    emulator.faults.splice(0, 1, { on: 'download', kind: 'header-bomb' });
    await expect(download(emulator)).rejects.toThrow();
  });

  it('trickles a body byte by byte', async () => {
    const emulator = await start({ faults: [{ on: 'submit', kind: 'slow-loris', delayMs: 1 }] });
    expect(await (await submit(emulator)).json()).toEqual({ id: 1, saw: { prompt: 'a' } });
  });

  it('closes although a request hangs and another is at work', async () => {
    const emulator = await start({ latencyMs: 60_000, faults: [{ on: 'submit', kind: 'hang', times: 1 }] });
    const open = [submit(emulator), submit(emulator)].map((request) =>
      request.then(
        () => 'answered',
        () => 'dropped',
      ),
    );
    while (emulator.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    await emulator.close();
    expect(await Promise.all(open)).toEqual(['dropped', 'dropped']);
  });
});

describe('the choice of faults', () => {
  it('obeys positions, times and share, and is the same for the same seed', () => {
    const places = faultPicker(
      [
        { on: 'a', kind: 'hang', positions: [2] },
        { on: '*', kind: 'empty', times: 1 },
      ],
      1,
    );
    expect(['a', 'a', 'a', 'b'].map((operation) => places(operation)?.kind)).toEqual([
      'empty',
      'hang',
      undefined,
      undefined,
    ]);
    const draw = (seed: number): boolean[] => {
      const pick = faultPicker([{ on: 'a', kind: 'hang', share: 0.3 }], seed);
      return Array.from({ length: 1000 }, () => pick('a') !== undefined);
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(7).filter(Boolean).length).toBeGreaterThan(240);
    expect(draw(7).filter(Boolean).length).toBeLessThan(360);
  });
});
