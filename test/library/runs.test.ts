/** Runs as programs start them, in one process that goes on after a run has failed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ImgGen, defineProvider, type OpenOptions, type Provider, type ProviderRegistry } from '../../src/index.ts';
import local from '../../src/providers/local.ts';

let folder = '';
const opened: ImgGen[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'imggen-runs-'));
});

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  rmSync(folder, { recursive: true });
});

/** A provider that draws as `local` does, for a price, and fails as it is told to. */
class Test {
  /** Thrown by the next requests, one each. */
  readonly errors: Error[] = [];
  requests = 0;

  get registry(): ProviderRegistry {
    const module = defineProvider({ ...local, name: 'test', create: (settings) => this.create(settings) });
    return { test: { keyVariables: [], load: () => Promise.resolve({ default: module }) } };
  }

  private async create(settings: Parameters<typeof local.create>[0]): Promise<Provider> {
    const drawn = await local.create(settings);
    return new Proxy(drawn, {
      get: (target, name) => {
        if (name === 'name') return 'test';
        if (name === 'submit') return (...args: Parameters<Provider['submit']>) => this.submit(target, args);
        if (name === 'price')
          return (...args: Parameters<Provider['price']>) => ({ ...target.price(...args), worstMicros: 1_000_000 });
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }

  private submit(drawn: Provider, args: Parameters<Provider['submit']>): ReturnType<Provider['submit']> {
    this.requests += 1;
    const error = this.errors.shift();
    return error ? Promise.reject(error) : drawn.submit(...args);
  }
}

async function open(name: string, config: object, options: OpenOptions = {}): Promise<ImgGen> {
  const character = { name, gender: 'woman', seed: 7 };
  const imggen = await ImgGen.open({
    config: { character, size: '64x64', ...config },
    cwd: folder,
    env: {},
    ...options,
  });
  opened.push(imggen);
  return imggen;
}

describe('after a run that broke off', () => {
  it('another run of the same process goes on with what was under way', async () => {
    const test = new Test();
    test.errors.push(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
    const imggen = await open('Mira', { provider: 'test' }, { providers: test.registry });
    const broken = await imggen.pack({ count: 3 }).result;
    expect(broken.stop?.reason).toBe('disk');
    expect(await imggen.resume().result).toMatchObject({ status: 'done' });
    expect((await imggen.gallery('mira')).images).toHaveLength(3);
  });

  it('its jobs are not run any more', async () => {
    const test = new Test();
    test.errors.push(new TypeError('a bug'));
    const imggen = await open('Mira', { provider: 'test' }, { providers: test.registry });
    await expect(imggen.pack({ count: 2 }).result).rejects.toThrow('a bug');
    expect(await imggen.status()).toMatchObject({ running: false });
  });
});

describe('settings of one call', () => {
  it('that are undefined take no cap away', async () => {
    const test = new Test();
    const settings = { maxImageUsd: 0.5 };
    const imggen = await open('Mira', { provider: 'test' }, { providers: test.registry, settings });
    const run = imggen.pack({ count: 1, settings: { maxImageUsd: undefined, size: '96x96' } });
    await expect(run.result).rejects.toMatchObject({ kind: 'budget' });
    expect(test.requests).toBe(0);
  });

  it('hold for every config of the run', async () => {
    const mira = await open('Mira', {});
    const kenji = await open('Kenji', {});
    await mira.createCharacter({ with: [kenji], settings: { size: '96x96' } }).result;
    for (const id of ['mira', 'kenji']) expect((await mira.gallery(id)).images[0]).toMatchObject({ width: 96 });
  });
});

describe('several configs in one run', () => {
  it('are refused when one asks a provider in its own way and the other does not name it', async () => {
    const test = new Test();
    const options = { providers: test.registry };
    const mira = await open('Mira', { provider: 'local' }, options);
    const kenji = await open('Kenji', { provider: 'test', providers: { test: { priceUsd: 1 } } }, options);
    await expect(mira.createCharacter({ with: [kenji] }).result).rejects.toMatchObject({
      kind: 'usage',
      problems: [expect.stringContaining('providers.test')],
    });
    expect(test.requests).toBe(0);
  });

  it('are refused one key, and leave no job behind', async () => {
    const mira = await open('Mira', {});
    const kenji = await open('Kenji', {});
    await expect(mira.createCharacter({ with: [kenji], key: 'k' }).result).rejects.toMatchObject({ kind: 'usage' });
    expect(await mira.resume().result).toMatchObject({ jobs: [] });
  });
});

describe('rerolls', () => {
  it('of other pictures under the same key are refused; the same pictures in another order go on', async () => {
    const test = new Test();
    const imggen = await open('Mira', { provider: 'test' }, { providers: test.registry });
    await imggen.pack({ count: 2 }).result;
    await imggen.reroll({ images: ['mira/1'], key: 'k' }).result;
    await expect(imggen.reroll({ images: ['mira/2'], key: 'k' }).result).rejects.toThrow(/names job/);
    test.errors.push(new TypeError('a bug'), new TypeError('a bug'));
    await expect(imggen.reroll({ images: ['mira/1', 'mira/2'] }).result).rejects.toThrow('a bug');
    const again = await imggen.reroll({ images: ['mira/2', 'mira/1'] }).result;
    expect(again).toMatchObject({ status: 'done', jobs: [{ jobId: '3' }] });
    expect(await imggen.jobs()).toHaveLength(3);
  });

  it('at once of one picture get different seeds', async () => {
    const imggen = await open('Mira', {});
    await imggen.pack({ count: 1 }).result;
    const runs = [1, 2].map(() => imggen.reroll({ images: ['mira/1'], fresh: true }).result);
    await Promise.all(runs);
    const seeds = (await imggen.gallery('mira')).images.map(({ seed }) => seed);
    expect(new Set(seeds).size).toBe(3);
  });

  it('that are deleted leave the old picture as it was', async () => {
    const imggen = await open('Mira', {});
    await imggen.pack({ count: 1 }).result;
    await imggen.reroll({ images: ['mira/1'] }).result;
    await imggen.delete(['mira/2'], { confirm: () => true });
    expect((await imggen.gallery('mira')).images).toMatchObject([
      { filename: 'mira_image_00001.png', superseded: false },
    ]);
  });
});

it('tells all events to a reader that comes at the start, and ends with the run', async () => {
  const imggen = await open('Mira', {});
  const run = imggen.pack({ count: 2 });
  const told: string[] = [];
  for await (const event of run.events) told.push(event.event);
  expect(told.filter((event) => event === 'image_stored')).toHaveLength(2);
  expect(told.at(-1)).toBe('pack_completed');
});

it('can not be used after it was closed', async () => {
  const imggen = await open('Mira', {});
  await imggen.pack({ count: 1 }).result;
  await imggen.close();
  await expect(imggen.jobs()).rejects.toThrow('was closed');
});
