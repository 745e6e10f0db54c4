/** The emulated service, seen through the official client where that can be. */
import Replicate from 'replicate';
import { afterEach, describe, expect, it } from 'vitest';
import { type Emulator, type EmulatorOptions, startEmulator } from './emulator.ts';
import { makePicture, pictureKey } from './picture.ts';
import { FLAGGED_WORD } from './replicate/create.ts';
import { replicate } from './replicate.ts';
import type { ReplicateOptions } from './replicate/options.ts';

const running: Emulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});
async function start(
  service: ReplicateOptions = {},
  options: EmulatorOptions = {},
): Promise<{ emulator: Emulator; client: Replicate }> {
  const emulator = await startEmulator(replicate(service), options);
  running.push(emulator);
  return { emulator, client: new Replicate({ auth: 'emulated', baseUrl: `${emulator.url}/v1`, useFileOutput: false }) };
}
const post = async (
  emulator: Emulator,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown> }> => {
  const response = await fetch(`${emulator.url}/v1${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { authorization: 'Bearer emulated', 'content-type': 'application/json', ...headers },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const DEV = '/models/black-forest-labs/flux-dev/predictions';

describe('emulated Replicate', () => {
  it('runs a model for the official client from start to output', async () => {
    let now = Date.now();
    const { emulator, client } = await start({}, { latencyMs: 20, now: () => now });
    const seen: string[] = [];
    const output = await client.run(
      'black-forest-labs/flux-dev',
      { input: { prompt: 'a', num_outputs: 2, output_format: 'png' }, wait: { mode: 'poll', interval: 5 } },
      ({ status }) => {
        seen.push(status);
        now += 20; // the work takes until it was looked at
      },
    );
    expect(seen[0]).toBe('processing');
    expect(seen.at(-1)).toBe('succeeded');
    const [first] = output as string[];
    expect(output).toHaveLength(2);
    expect(pictureKey(Buffer.from(await (await fetch(String(first))).arrayBuffer()))).toBe(emulator.charges()[0]?.id);
  });

  it('holds the answer on Prefer: wait, and says 202 when the time is over first', async () => {
    const { emulator } = await start({}, { latencyMs: 20 });
    expect(await post(emulator, DEV, { input: { prompt: 'a' } }, { prefer: 'wait' })).toMatchObject({
      status: 201,
      body: { status: 'succeeded' },
    });
    const slow = await start({}, { latencyMs: 60_000 });
    expect(await post(slow.emulator, DEV, { input: { prompt: 'a' } })).toMatchObject({
      status: 201,
      body: { status: 'processing', output: null, data_removed: false },
    });
  });

  it('takes versions by hash and by name, and none that it does not know', async () => {
    const { emulator } = await start();
    const input = { prompt: 'a' };
    for (const version of ['a'.repeat(64), `someone/portrait-lora:${'a'.repeat(64)}`, 'black-forest-labs/flux-dev'])
      expect(await post(emulator, '/predictions', { version, input })).toMatchObject({ status: 201 });
    expect(await post(emulator, '/predictions', { version: 'f'.repeat(64), input })).toMatchObject({ status: 422 });
    expect(await post(emulator, '/models/someone/portrait-lora/predictions', { input })).toMatchObject({ status: 404 });
  });

  it('refuses strangers, wrong inputs with the field named, unknown fields, and short deadlines', async () => {
    const { emulator } = await start({ token: 'good' });
    const good = { authorization: 'Bearer good' };
    expect(await post(emulator, DEV, { input: { prompt: 'a' } })).toMatchObject({
      status: 401,
      body: { title: 'Unauthenticated', status: 401 },
    });
    expect(await post(emulator, DEV, { input: { aspect_ratio: '5:7', seed: 'x' } }, good)).toMatchObject({
      status: 422,
      body: {
        title: 'Input validation failed',
        detail: expect.stringContaining('- input.aspect_ratio: must be one of') as string,
        invalid_fields: [
          { field: 'input' },
          { field: 'input.aspect_ratio' },
          { type: 'invalid_type', field: 'input.seed' },
        ],
      },
    });
    expect(await post(emulator, DEV, { input: { prompt: 'a' }, metadata: {} }, good)).toMatchObject({ status: 422 });
    expect(await post(emulator, DEV, { input: { prompt: 'a' } }, { ...good, 'cancel-after': '2s' })).toMatchObject({
      status: 422,
    });
    expect(emulator.charges()).toEqual([]);
  });

  it('stops at its deadline, in the queue without a charge', async () => {
    let now = Date.parse('2026-11-21T00:00:00Z');
    const { emulator, client } = await start({ queueMs: 60_000 }, { now: () => now });
    const { body } = await post(emulator, DEV, { input: { prompt: 'a' } }, { 'cancel-after': '5s' });
    now += 5000;
    expect(await client.predictions.get(String(body['id']))).toMatchObject({ status: 'aborted' });
    expect(emulator.charges()).toEqual([]);
  });

  it('lists newest first, by pages and by time', async () => {
    let now = Date.parse('2026-11-21T00:00:00Z');
    const { emulator, client } = await start({ pageSize: 2 }, { now: () => now });
    for (const prompt of ['a', 'b', 'c', 'd', 'e']) {
      await post(emulator, DEV, { input: { prompt } });
      now += 1000;
    }
    const pages: unknown[][] = [];
    for await (const page of client.paginate(client.predictions.list))
      pages.push(page.map(({ input }) => (input as { prompt: string }).prompt));
    expect(pages).toEqual([['e', 'd'], ['c', 'b'], ['a']]);
    const some = await client.request('/predictions', {
      method: 'GET',
      params: { created_after: '2026-11-21T00:00:03Z', created_before: '2026-11-21T00:00:04Z' },
    });
    expect(await some.json()).toMatchObject({ next: null, results: [{ input: { prompt: 'd' } }] });
  });

  it('forgets inputs, outputs and files after their time', async () => {
    let now = Date.now();
    const { emulator, client } = await start({}, { now: () => now });
    const { body } = await post(emulator, DEV, { input: { prompt: 'a' } });
    const [url] = body['output'] as string[];
    expect((await fetch(String(url))).status).toBe(200);
    now += 3_600_000;
    expect(await client.predictions.get(String(body['id']))).toMatchObject({
      status: 'succeeded',
      input: {},
      output: null,
      logs: '',
      data_removed: true,
    });
    expect((await fetch(String(url))).status).toBe(404);
  });

  it('throttles with words instead of a header, and stops when the money is gone', async () => {
    let now = 0;
    const { emulator } = await start({ limit: { perMinute: 6, burst: 1 }, creditMicros: 30_000 }, { now: () => now });
    expect(await post(emulator, DEV, { input: { prompt: 'a' } })).toMatchObject({ status: 201 });
    expect(await post(emulator, DEV, { input: { prompt: 'a' } })).toMatchObject({
      status: 429,
      body: { detail: 'Request was throttled. Your rate limit resets in ~10s.' },
    });
    now += 10_000;
    expect(await post(emulator, DEV, { input: { prompt: 'a' } })).toMatchObject({ status: 402 });
    expect(emulator.charges()).toHaveLength(1);
  });

  it('keeps files and takes them as inputs, and fails on files that it does not have', async () => {
    const { client } = await start();
    const face = makePicture(64, 64, 'face');
    const { urls, size } = await client.files.create(new Blob([new Uint8Array(face)], { type: 'image/png' }));
    expect(size).toBe(face.length);
    const run = (image: string): Promise<unknown> =>
      client.run('black-forest-labs/flux-dev', { input: { prompt: 'a', image }, wait: { mode: 'poll', interval: 5 } });
    expect(await run(urls.get)).toHaveLength(1);
    await expect(run(`${urls.get}x`)).rejects.toThrow(/cannot identify image file/);
  });

  it('drops flagged pictures from the output, and charges for them', async () => {
    const { emulator } = await start();
    expect(
      (await post(emulator, DEV, { input: { prompt: FLAGGED_WORD, num_outputs: 3 } })).body['output'],
    ).toHaveLength(2);
    expect(emulator.charges()).toHaveLength(1);
  });
});
