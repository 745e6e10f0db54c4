/** Disks, folders and descriptors that fail: stopped before paying where it can be foreseen, nothing lost after. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { runHere } from '../support/harness/cli.ts';
import { play } from '../support/harness/scene.ts';
import { verify } from '../support/harness/verify.ts';

const built = inject('builtPackage');

it.each(['openai', 'replicate'] as const)('pays nothing at %s when the output lies below a file', async (provider) => {
  const played = await play({ provider, count: 2, config: { output: 'config.json/images' } });
  expect(played.charges).toBe(0);
  expect([2, 6]).toContain(played.ended.code);
  expect(played.ended.stderr).not.toMatch(/\n\s+at /);
});

it('pays nothing when the ledger lies below a file', async () => {
  const played = await play({
    provider: 'openai',
    count: 2,
    args: ['--ledger', 'config.json/ledger.db'],
  });
  expect(played.ended.code).toBe(2);
  expect(played.charges).toBe(0);
});

it('leaves a foreign file that has the next name alone, and takes another', async () => {
  const foreign = (folder: string): string => join(folder, 'images', 'mira-sol', 'mira_sol_image_00003.png');
  await play({
    provider: 'replicate',
    count: 2,
    after: async (home, first, emulator) => {
      expect(first.code).toBe(0);
      writeFileSync(foreign(home.folder), 'mine');
      const second = await runHere(home, ['pack', '--count', '2', '--json', '--yes']);
      expect(second.code, second.stderr).toBe(0);
      expect(readFileSync(foreign(home.folder), 'utf8')).toBe('mine');
      expect(emulator.charges()).toHaveLength(4);
      // Names are allotted as pictures arrive, so either shot may have the lower one.
      expect(second.stdout.match(/0000\d\.png(?="})/g)?.toSorted()).toEqual(['00004.png', '00005.png']);
    },
  });
});

it('loses nothing when descriptors run out: a later run completes it', async () => {
  await play({
    root: built,
    provider: 'openai',
    count: 12,
    config: { concurrency: 12 },
    shell: 'ulimit -n 36',
    after: async (home, first, emulator) => {
      expect(first.stderr).not.toMatch(/\n\s+at /);
      for (let tries = 0; tries < 3; tries++)
        if ((await runHere(home, ['resume', '--json', '--yes'])).code === 0) break;
      const { violations } = verify({ ...home, charges: emulator.charges(), mayHold: true, mayFail: true });
      expect(violations).toEqual([]);
    },
  });
});

it('pays nothing when a file lies where parts are staged', async () => {
  await play({
    root: built,
    provider: 'replicate',
    count: 2,
    before: (home) => {
      mkdirSync(join(home.folder, 'images', 'mira-sol'), { recursive: true });
      writeFileSync(join(home.folder, 'images', 'mira-sol', '.parts'), 'in the way');
    },
    after: async (home, first, emulator) => {
      expect(first.code, first.stderr).toBe(2);
      expect(first.stderr).not.toMatch(/\n\s+at /);
      expect(emulator.charges()).toEqual([]);
      rmSync(join(home.folder, 'images', 'mira-sol', '.parts'));
      const second = await runHere(home, ['pack', '--count', '2', '--json', '--yes']);
      expect(second.code, second.stderr).toBe(0);
      expect(emulator.charges()).toHaveLength(2);
    },
  });
});

it('pays nothing when no file may be as large as a picture', async () => {
  await play({
    root: built,
    provider: 'openai',
    count: 2,
    shell: 'ulimit -f 1000',
    after: async (home, first, emulator) => {
      expect(first.code, first.stderr).toBe(2);
      expect(first.stderr).toMatch(/can't be written: .*EFBIG/);
      expect(emulator.charges()).toEqual([]);
      expect((await runHere(home, ['pack', '--count', '2', '--json', '--yes'])).code).toBe(0);
    },
  });
});

// A limit on the size of files, in blocks of 512 bytes: the ledger's log, or a picture, can't be written any further.
it.each([
  { provider: 'openai', size: '512x512', blocks: 1100 },
  { provider: 'replicate', size: '256x256', blocks: 900 },
] as const)(
  'loses nothing when the ledger can not grow past $blocks blocks ($provider), and a later run completes it',
  async ({ provider, size, blocks }) => {
    await play({
      root: built,
      provider,
      count: 30,
      config: { concurrency: 4, size },
      shell: `ulimit -f ${blocks}`,
      after: async (home, first, emulator) => {
        expect(first.stderr).not.toMatch(/\n\s+at /);
        expect(first.code).not.toBe(0);
        for (let tries = 0; tries < 3; tries++)
          if ((await runHere(home, ['resume', '--json', '--yes'])).code === 0) break;
        const { violations, figures } = verify({
          ...home,
          charges: emulator.charges(),
          mayHold: provider === 'openai',
        });
        expect(violations).toEqual([]);
        expect(figures.images + figures.held).toBe(30);
      },
    });
  },
);
