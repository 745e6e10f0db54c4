/** What `auto` takes for a plan of made-up providers: what each can do, its price and its key are all that it knows. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { ImgGen } from '../../src/index.ts';
import { UserError } from '../../src/errors.ts';
import type { Capabilities } from '../../src/providers/capabilities.ts';
import { defineProvider, type ProviderEntry } from '../../src/providers/definition.ts';
import { commonOptions } from '../../src/providers/options.ts';
import { makePicture } from '../emulators/picture.ts';
import { picture, provider } from '../support/runner-rig.ts';

const plain = provider({ submit: (request) => Promise.resolve(picture(request.shot)) }).capabilities('');

interface MadeUp extends Partial<Capabilities> {
  micros?: number;
  key?: string | null;
  draws?: boolean;
  retiresOn?: string;
}

/** A provider that can do `plain` but for what is said. */
function entryOf(name: string, how: MadeUp): ProviderEntry {
  const { micros: _, key, draws, retiresOn, ...can } = how;
  const capabilities = { ...plain, ...can };
  const price = (micros: number) => ({
    worstMicros: micros,
    expectedMicros: micros,
    source: 'test',
    asOf: '2026-01-01',
  });
  const id = `${name}-1`;
  const module = defineProvider({
    name,
    optionsSchema: z.strictObject({ ...commonOptions, place: z.string().optional() }),
    models: [{ id, capabilities, ...(retiresOn && { retiresOn }) }],
    create: async ({ options }) => {
      if (options.place === 'nowhere') throw new UserError(`${name} has no place`);
      const bytes = makePicture(64, 64, name);
      return provider({
        name,
        defaultModel: options.model ?? id,
        capabilities: () => capabilities,
        price: () => price(how.micros ?? 50),
        submit: () => Promise.resolve({ state: 'generated', image: { kind: 'bytes', bytes } }),
      });
    },
  });
  const keyVariables = key === null ? [] : [key ?? 'MADE_UP_KEY'];
  return { keyVariables, ...(draws && { draws }), load: () => Promise.resolve({ default: module }) };
}

/** A project with these providers, in the order of their names, and a key. */
async function project(providers: Record<string, MadeUp>, config: object = {}, env = { MADE_UP_KEY: 'key' }) {
  const folder = mkdtempSync(join(tmpdir(), 'imggen-auto-'));
  writeFileSync(join(folder, 'face.png'), makePicture(64, 64, 'face'));
  const imggen = await ImgGen.open({
    cwd: folder,
    env,
    providers: Object.fromEntries(Object.entries(providers).map(([name, how]) => [name, entryOf(name, how)])),
    config: {
      character: { name: 'Mira', seed: 7, references: ['face.png'] },
      provider: 'auto',
      size: '64x64',
      thumbnails: false,
      ...config,
    },
  });
  onTestFinished(async () => {
    await imggen.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return imggen;
}

const cheap: MadeUp = { micros: 10 };
const dear: MadeUp = { micros: 90 };
const withoutFace: Partial<Capabilities> = { referencesMax: 0, keepsFace: 'none' };

describe('auto takes the cheaper one unless it would break a promise', () => {
  it.each<[string, MadeUp, object, string]>([
    ['', cheap, {}, 'cheap'],
    ['takes no reference', { ...cheap, ...withoutFace }, {}, 'dear'],
    ['takes references for a style only', { ...cheap, keepsFace: 'style' }, {}, 'dear'],
    ['would leave them out', { ...cheap, withheld: 'only paints over pictures' }, {}, 'dear'],
    ['has no seed, and one is required', { ...cheap, seed: 'none' }, { requireSeed: true }, 'dear'],
    ['has no seed, and none is required', { ...cheap, seed: 'none' }, {}, 'cheap'],
    ['has not the size', { ...cheap, sizes: { kind: 'list', sizes: ['8x8'] } }, {}, 'dear'],
    ['has not the ratio', { ...cheap, sizes: { kind: 'ratio', ratios: ['1:1'] } }, { aspectRatio: '3:4' }, 'dear'],
    ['decides the shape', { ...cheap, sizes: { kind: 'any' } }, { aspectRatio: '3:4' }, 'dear'],
    ['has not the quality', { ...cheap, qualities: ['low'] }, { quality: 'high' }, 'dear'],
    ['takes short prompts', { ...cheap, promptMaxChars: 20 }, {}, 'dear'],
    ['was shut down', { ...cheap, retiresOn: '2026-01-01' }, {}, 'dear'],
    ['has no such model', cheap, { model: 'dear-1' }, 'dear'],
    ['has no key', { ...cheap, key: 'ANOTHER_KEY' }, {}, 'dear'],
    ['needs no key, and the config says nothing of it', { ...cheap, key: null }, {}, 'dear'],
    ['needs no key, and the config has it', { ...cheap, key: null }, { providers: { cheap: { place: 'x' } } }, 'cheap'],
    ['can not be made ready', cheap, { providers: { cheap: { place: 'nowhere' } } }, 'dear'],
    ['draws', { ...cheap, draws: true, key: null }, {}, 'dear'],
  ])('that %s', async (_, one, config, taken) => {
    const imggen = await project({ cheap: one, dear }, config);
    const { provider: made, choice, notices } = await imggen.planPack({ count: 2 });
    expect([made, choice?.provider]).toEqual([taken, taken]);
    expect(notices[0]?.message).toBe(choice?.sentence);
  });

  it('of a background', async () => {
    const clear = { transparent: true };
    const can = await project({ cheap, dear: { ...dear, ...clear } }, clear);
    expect((await can.planPack({ count: 1 })).provider).toBe('dear');
    // What nobody was asked yet is not counted on.
    const perhaps = await project({ cheap: { ...cheap, unread: true }, dear: { ...dear, ...clear } }, clear);
    expect((await perhaps.planPack({ count: 1 })).provider).toBe('dear');
  });

  it('to a face that there is not', async () => {
    const nobody = { character: { name: 'Mira', seed: 7 } };
    const imggen = await project({ cheap: { ...cheap, ...withoutFace }, dear }, nobody);
    expect((await imggen.planPack({ count: 1 })).provider).toBe('cheap');
    expect((await imggen.planAvatar()).provider).toBe('cheap');
    // The training pictures keep the face of the avatar that is made first.
    expect((await imggen.planCharacter()).provider).toBe('dear');
    const needy = await project({ cheap: { ...cheap, referencesMin: 1 }, dear }, nobody);
    expect((await needy.planCharacter()).provider).toBe('dear');
  });

  it('of a price: no picture above its cap', async () => {
    const capped = await project(
      { cheap: { micros: 60_000 }, dear: { micros: 90_000 } },
      { budget: { perImageUsd: 0.05 } },
    );
    await expect(capped.planPack({ count: 1 })).rejects.toMatchObject({ kind: 'budget' });
  });
});

it('a refusal lists every provider; a key that would help makes it one of keys', async () => {
  const providers = { faceless: { ...cheap, ...withoutFace }, keyless: { ...dear, key: 'ANOTHER_KEY' } };
  const refused = (await project(providers)).pack({ count: 1 }).result;
  await expect(refused).rejects.toMatchObject({
    kind: 'auth',
    problems: expect.arrayContaining([
      'faceless (faceless-1): it takes 0 reference pictures, 1 are asked for',
      'keyless (keyless-1): no key: ANOTHER_KEY is not set',
    ]) as string[],
  });
});

describe('a run', () => {
  it('takes what its plan took, and says so first', async () => {
    const imggen = await project({ cheap, dear });
    const { choice } = await imggen.planPack({ count: 1 });
    const told: unknown[] = [];
    const { jobs } = await imggen.pack({ count: 1, onEvent: (event) => told.push(event) }).result;
    expect(told).toContainEqual(expect.objectContaining({ event: 'notice', message: choice?.sentence, choice }));
    expect(jobs[0]).toMatchObject({ completed: 1, costUsd: 0.00001 });
    expect((await imggen.gallery('mira')).images).toMatchObject([{ provider: 'cheap' }]);
  });

  it.each([{}, { key: 'nightly' }])(
    'that is repeated goes on where it was, whatever auto takes by now: %j',
    async (named) => {
      const imggen = await project({ cheap, dear });
      const first = imggen.pack({ count: 3, ...named, settings: { concurrency: 1 } });
      let submitted = 0;
      for await (const event of first.events) {
        if (event.event === 'generation_started') submitted += 1;
        if (submitted === 2) first.stop();
      }
      await first.result;
      const again = await imggen.pack({ count: 3, ...named, settings: { maxImageUsd: 0.1, requireSeed: false } })
        .result;
      expect(again.jobs[0]).toMatchObject({ jobId: '1', completed: 3 });
    },
  );
});
