/** The face goes along: what the emulated Replicate sees of a first paid pack, and what is refused before paying. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import { replicate } from '../emulators/replicate.ts';
import type { ReplicateOptions } from '../emulators/replicate/options.ts';
import { modelOf } from '../emulators/replicate/models.ts';
import { ask, imggen, newFolder, newStudio, picturesIn } from '../support/cli/imggen.ts';

const running: Emulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});

async function service(options: ReplicateOptions = {}): Promise<{ emulator: Emulator; env: Record<string, string> }> {
  const emulator = await startEmulator(replicate({ token: 'emulated-token', ...options }));
  running.push(emulator);
  return { emulator, env: { REPLICATE_API_TOKEN: 'emulated-token', REPLICATE_BASE_URL: `${emulator.url}/v1` } };
}

const inputs = (emulator: Emulator) =>
  emulator.requests
    .filter(({ operation }) => operation === 'submit')
    .map(({ body }) => (body as { input: Record<string, unknown> }).input);
const submits = (emulator: Emulator) => inputs(emulator).length;
const studio = (own: Record<string, unknown> = {}, more: Record<string, unknown> = {}) =>
  newStudio({ provider: 'replicate', size: '1024x1024', providers: { replicate: { pollMs: 20, ...own } }, ...more });

const uri = { type: 'string', format: 'uri' };
const odd = (name: string, digit: string, rest: object) =>
  modelOf(`someone/${name}`, digit, {
    official: false,
    priceMicros: 1000,
    properties: { prompt: { type: 'string' }, seed: { type: 'integer' } },
    enums: {},
    ...rest,
  });

it('a character that is drawn on this machine is not said to have another face', async () => {
  const folder = newStudio();
  const made = await imggen(folder, ['create-character', '--training-count', '1']);
  const pack = await imggen(folder, ['pack', '--count', '1']);
  expect([made.exitCode, pack.exitCode]).toEqual([0, 0]);
  expect(made.stdout + made.stderr + pack.stdout + pack.stderr).not.toContain('another face');
});

describe('a first paid pack, as the README does it', () => {
  it('is made by a model that takes the reference: the service sees the avatar in every gallery request', async () => {
    const { emulator, env } = await service();
    const folder = newFolder();
    await imggen(folder, ['init']);
    const created = await imggen(folder, ['create-character', '--provider', 'replicate', '--budget', '1'], { env });
    expect(created, created.stderr).toMatchObject({ exitCode: 0 });
    const before = submits(emulator);
    const packed = await imggen(folder, ['pack', '--count', '8', '--provider', 'replicate', '--budget', '1'], { env });
    expect(packed, packed.stderr).toMatchObject({ exitCode: 0 });
    const avatar = picturesIn(folder)[0] ?? '';
    const bytes = readFileSync(join(folder, 'images', 'mira-sol', avatar));
    const sent = inputs(emulator).slice(before);
    expect(sent).toHaveLength(8);
    for (const { input_images: images } of sent) {
      const [face] = images as string[];
      expect(Buffer.from(String(face).split(',')[1] ?? '', 'base64').equals(bytes)).toBe(true);
    }
    // The avatar itself has no reference, the training pictures have it.
    const training = inputs(emulator).slice(0, before);
    expect(training.filter((input) => 'input_images' in input)).toHaveLength(10);
    const booked = emulator.charges().reduce((sum, { amountMicros }) => sum + amountMicros, 0);
    expect(booked).toBe(30_000 + 18 * 45_000);
    const { stdout } = await imggen(folder, ['status', '--json'], { env });
    expect(stdout).toContain('flux-2-pro');
  }, 120_000);
});

describe('a model that would not keep the face', () => {
  it('and only paints over a picture is refused, unless the user chose what to do with it', async () => {
    const { emulator, env } = await service();
    const model = 'black-forest-labs/flux-dev';
    const refused = await imggen(studio({ model }), ['create-character', '--budget', '1'], { env });
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/only paints over[^]*imggen models/) });
    expect(submits(emulator)).toBe(0);
    const chosen = await imggen(studio({ model, reference: 'repaint' }), ['create-character', '--budget', '1'], {
      env,
    });
    expect(chosen, chosen.stderr).toMatchObject({ exitCode: 0 });
    expect(inputs(emulator).filter(({ image }) => image !== undefined)).toHaveLength(10);
  }, 60_000);

  it('because it takes no picture is said before paying', async () => {
    const { env } = await service();
    const folder = studio({ model: 'black-forest-labs/flux-schnell' });
    const { stderr, stdout, exitCode } = await imggen(folder, ['create-character', '--budget', '1'], { env });
    expect(exitCode).toBe(0);
    expect(stdout + stderr).toMatch(/takes no reference picture: the face is not kept/);
  }, 60_000);
});

describe('a model that imggen does not know', () => {
  it('gets the face in the input that its schema names, and no seed where it has none', async () => {
    const properties = {
      prompt: { type: 'string' },
      subject_reference: uri,
      image_width: { type: 'integer', minimum: 256, maximum: 2048 },
      image_height: { type: 'integer', minimum: 256, maximum: 2048 },
      num_images: { type: 'integer', minimum: 1, maximum: 4, default: 4 },
    };
    const { emulator, env } = await service({ models: [odd('scenes', 'c', { properties })] });
    const own = { model: 'someone/scenes', priceUsd: 0.001 };
    const refused = await imggen(studio(own), ['create-character', '--require-seed'], { env });
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('it has no seed') });
    expect(submits(emulator)).toBe(0);
    const folder = studio(own);
    const made = await imggen(folder, ['create-character'], { env });
    expect(made, made.stderr).toMatchObject({ exitCode: 0 });
    expect(inputs(emulator).filter(({ subject_reference: face }) => face !== undefined)).toHaveLength(10);
    for (const input of inputs(emulator))
      expect(input).toMatchObject({ image_width: 1024, image_height: 1024, num_images: 1 });
    for (const row of ask(folder, 'SELECT seed_honoured FROM images')) expect(row).toEqual({ seed_honoured: 'no' });
  }, 60_000);

  it.each([
    ['text', { output: { type: 'string' } }, /answers with text/],
    ['drawings as SVG', { example: 'https://replicate.delivery/x/out.svg' }, /\.svg/],
    ['numbers', { output: { type: 'array', items: { type: 'number' } } }, /list of numbers/],
    ['nothing without a mask', { properties: { prompt: { type: 'string' }, mask: uri }, required: 'mask' }, /mask/],
  ])('and answers with %s is refused before it is paid', async (_, rest, words) => {
    const model = odd('odd', 'd', rest);
    if ('required' in rest) model.input.required = ['prompt', String(rest.required)];
    const { emulator, env } = await service({ models: [model] });
    const { exitCode, stderr } = await imggen(studio({ model: 'someone/odd', priceUsd: 0.01 }), ['create-character'], {
      env,
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(words) });
    expect(submits(emulator)).toBe(0);
  });

  it.each([
    ['{"paths": […]}', (urls: readonly string[]) => ({ seeds: ['1'], paths: urls })],
    ['[[uri]]', (urls: readonly string[]) => [urls]],
  ])('and answers with %s is read', async (_, answer) => {
    const output = { type: 'object', properties: { paths: { type: 'array', items: uri } } };
    const { env } = await service({ models: [odd('paths', 'e', { answer, output })] });
    const folder = studio({ model: 'someone/paths', priceUsd: 0.01 });
    expect(await imggen(folder, ['pack', '--count', '2'], { env })).toMatchObject({ exitCode: 0 });
    expect(picturesIn(folder)).toHaveLength(2);
  });
});

it('a large reference is uploaded once, however many requests begin at the same moment', async () => {
  const { makePicture } = await import('../emulators/picture.ts');
  const { emulator, env } = await service();
  const folder = studio({}, { concurrency: 16, staggerMs: 0, character: undefined });
  const face = join(folder, 'face.png');
  writeFileSync(face, makePicture(512, 512, 'face', { sizeBytes: 400_000 }));
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
  const character = { name: 'Mira Sol', gender: 'woman', seed: 7, references: ['face.png'] };
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, character }));
  expect(await imggen(folder, ['pack', '--count', '16'], { env })).toMatchObject({ exitCode: 0 });
  expect(emulator.requests.filter(({ operation }) => operation === 'upload')).toHaveLength(1);
  expect(submits(emulator)).toBe(16);
}, 60_000);
