/** The emulated OpenAI through the official client: it takes what the real one takes, and is strict about the rest. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenAI, type APIError } from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import { type Emulator, type EmulatorOptions, startEmulator } from './emulator.ts';
import { readJournal } from './books.ts';
import { FORBIDDEN, openai, type OpenAIOptions } from './openai.ts';
import { makePicture } from './picture.ts';

const running: Emulator[] = [];
afterEach(() => Promise.all(running.splice(0).map((emulator) => emulator.close())));

async function begin(
  options: OpenAIOptions = {},
  emulated: EmulatorOptions = {},
): Promise<{ client: OpenAI; emulator: Emulator }> {
  const emulator = await startEmulator(openai({ apiKey: 'good', ...options }), emulated);
  running.push(emulator);
  return {
    client: new OpenAI({ apiKey: 'good', baseURL: `${emulator.url}/v1`, maxRetries: 0, logLevel: 'off' }),
    emulator,
  };
}

const refusedBy = (promise: Promise<unknown>): Promise<APIError> =>
  promise.then(
    () => expect.unreachable(),
    (error: unknown) => error as APIError,
  );
const ask = { model: 'gpt-image-2.5-flare', prompt: 'x', size: '64x64' };
const file = (name: string, bytes = makePicture(16, 16, name)): File =>
  new File([new Uint8Array(bytes)], name, { type: 'image/png' });

describe('the emulated image endpoints', () => {
  it('make real pictures of the size asked for, with usage, a request id and the charge in the journal', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'imggen-journal-'));
    const { client } = await begin({}, { journal: join(folder, 'charges.jsonl') });
    const made = await client.images.generate({ ...ask, n: 2, size: '64x96', quality: 'low' });
    expect(made.data).toHaveLength(2);
    const png = Buffer.from(made.data?.[0]?.b64_json ?? '', 'base64');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([64, 96]);
    expect(made.usage).toMatchObject({ output_tokens: 392 });
    expect(made._request_id).toMatch(/^req_/);
    expect(readJournal(join(folder, 'charges.jsonl'))).toMatchObject([
      { service: 'openai', amountMicros: 392 * 30 + 5, note: { prompt: 'x' } },
    ]);
    await rm(folder, { recursive: true });
  });

  it('makes files as large as they are wished', async () => {
    const { client } = await begin({ pictureBytes: 1_500_000 });
    const made = await client.images.generate({ ...ask, size: '1024x1024' });
    expect(Buffer.from(made.data?.[0]?.b64_json ?? '', 'base64').length / 1_500_000).toBeCloseTo(1, 1);
  });

  it.each<[string, Record<string, unknown>, number, string | null]>([
    ['a field of old models', { response_format: 'b64_json' }, 400, 'unknown_parameter'],
    ['a seed', { seed: 5 }, 400, 'unknown_parameter'],
    ['a retired model', { model: 'dall-e-3' }, 404, 'model_not_found'],
    ['no prompt', { prompt: undefined }, 400, 'missing_required_parameter'],
    ['no model', { model: undefined }, 400, 'missing_required_parameter'],
    ['a side that is no multiple of 16', { size: '1000x1000' }, 400, 'invalid_value'],
    ['a picture that is too long', { size: '1600x512' }, 400, 'invalid_value'],
    ['a free size on an old model', { model: 'gpt-image-1.5', size: '512x512' }, 400, 'invalid_value'],
    ['a quality of another model', { model: 'gpt-image-2', quality: 'max' }, 400, 'invalid_value'],
    ['eleven pictures', { n: 11 }, 400, 'integer_out_of_range'],
    ['what moderation blocks', { prompt: FORBIDDEN }, 400, 'moderation_blocked'],
  ])('refuses %s, free of charge', async (_, wrong, status, code) => {
    const { client, emulator } = await begin();
    const error = await refusedBy(client.images.generate({ ...ask, ...wrong } as typeof ask));
    expect(error).toMatchObject({ status, code });
    expect(emulator.charges()).toEqual([]);
  });

  it('takes edits as a form and as JSON, and refuses what is no image, none, and fidelity on new models', async () => {
    const { client, emulator } = await begin();
    await client.images.edit({ ...ask, image: file('one.png') });
    await client.images.edit({ ...ask, image: [file('one.png'), file('two.png')] });
    const image_url = `data:image/png;base64,${makePicture(16, 16, 'json').toString('base64')}`;
    await client.post('/images/edits', { body: { ...ask, images: [{ image_url }] } });
    expect(emulator.charges().map(({ note }) => note?.['references'])).toEqual([1, 2, 1]);
    expect(
      await refusedBy(client.images.edit({ ...ask, image: file('text.png', Buffer.from('this is no picture')) })),
    ).toMatchObject({ code: 'invalid_image_file' });
    expect(await refusedBy(client.images.edit({ ...ask, image: [] }))).toMatchObject({ status: 400 });
    expect(await refusedBy(client.images.edit({ ...ask, image: file('a.png'), input_fidelity: 'high' }))).toMatchObject(
      { code: 'invalid_input_fidelity_model' },
    );
    expect(
      await refusedBy(client.images.edit({ ...ask, image: Array.from({ length: 17 }, (_, n) => file(`${n}.png`)) })),
    ).toMatchObject({ code: 'array_above_max_length' });
    expect(emulator.charges()).toHaveLength(3);
  });

  it('streams previews and then the picture', async () => {
    const { client } = await begin();
    const types: string[] = [];
    for await (const event of await client.images.generate({ ...ask, stream: true, partial_images: 1 }))
      types.push(event.type);
    expect(types).toEqual(['image_generation.partial_image', 'image_generation.completed']);
  });

  it('lists the models with the day they go, to those who have the key', async () => {
    const { client, emulator } = await begin();
    const models = await client.models.list();
    expect(models.data.find(({ id }) => id === 'gpt-image-1.5')?.shutdown_date).toBe('2026-12-01');
    expect(models.data.map(({ id }) => id)).not.toContain('gpt-image-1');
    const stranger = new OpenAI({ apiKey: 'bad', baseURL: `${emulator.url}/v1`, maxRetries: 0, logLevel: 'off' });
    expect(await refusedBy(stranger.models.list())).toMatchObject({ status: 401, code: 'invalid_api_key' });
  });

  it('slows down and stops those who ask too often or have no money left', async () => {
    const [quick, poor] = [await begin({ perMinute: 1 }), await begin({ creditMicros: 1 })];
    await quick.client.images.generate(ask);
    const limited = await refusedBy(quick.client.images.generate(ask));
    expect([limited.status, Number(limited.headers?.get('retry-after')) > 0]).toEqual([429, true]);
    await poor.client.images.generate(ask);
    expect(await refusedBy(poor.client.images.generate(ask))).toMatchObject({
      status: 429,
      code: 'insufficient_quota',
    });
  });
});

describe('the emulated background responses', () => {
  const work = (more: object = {}): OpenAI.Responses.ResponseCreateParamsNonStreaming => ({
    model: 'gpt-5.5',
    input: [{ role: 'user', content: [{ type: 'input_text', text: 'x' }] }],
    background: true,
    tools: [{ type: 'image_generation', model: 'gpt-image-2', size: '64x64' }],
    ...more,
  });

  it('go from the queue to the picture, charged when accepted', async () => {
    let nowMs = 1_000_000;
    const { client, emulator } = await begin({ queueMs: 1000 }, { latencyMs: 1000, now: () => nowMs });
    const { id, status } = await client.responses.create(work({ metadata: { mine: '1' } }));
    const seen = [status];
    for (let step = 0; step < 3; step++) {
      seen.push((await client.responses.retrieve(id)).status);
      nowMs += 1000;
    }
    expect(seen).toEqual(['queued', 'queued', 'in_progress', 'completed']);
    expect(emulator.charges()).toHaveLength(1);
    const { output, metadata } = await client.responses.retrieve(id);
    expect(output).toMatchObject([{ type: 'image_generation_call', status: 'completed' }]);
    expect(metadata).toEqual({ mine: '1' });
  });

  it('can be cancelled, refuse what they do not know, and are not there under another id', async () => {
    const { client } = await begin({}, { latencyMs: 60_000 });
    const { id } = await client.responses.create(work());
    expect((await client.responses.cancel(id)).status).toBe('cancelled');
    expect(await refusedBy(client.responses.retrieve('resp_other'))).toMatchObject({ status: 404 });
    expect(await refusedBy(client.responses.create(work({ seed: 1 })))).toMatchObject({ code: 'unknown_parameter' });
    expect(
      await refusedBy(client.responses.create(work({ tools: [{ type: 'image_generation', seed: 1 }] }))),
    ).toMatchObject({ code: 'unknown_parameter' });
    expect(await refusedBy(client.responses.create(work({ store: false })))).toMatchObject({ status: 400 });
  });
});
