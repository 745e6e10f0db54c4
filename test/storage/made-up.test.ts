/** Adding a store is one file and one line: a made-up one keeps the contract, and the config knows it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Registries } from '../../src/config/config.ts';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { loadConfig } from '../../src/config/load.ts';
import { ImgGen } from '../../src/imggen.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import { STORES } from '../../src/storage/index.ts';
import { calm, conforms, openStudio } from './conformance.ts';
import paper from './made-up.ts';

/** The one line. */
const registries: Registries = {
  providers: PROVIDERS,
  stores: { ...STORES, paper: { keyVariables: ['PAPER_KEY'], load: () => import('./made-up.ts') } },
};
const settings = { keyVariables: ['PAPER_KEY'], env: {}, fetch, now: Date.now };

conforms({
  name: 'paper',
  keeps: true,
  open: async () => ({ storage: await paper.create({ ...settings, options: {} }), close: () => Promise.resolve() }),
});

it('may give addresses that expire, a new one each time', async () => {
  let nowMs = 1_000;
  const storage = await paper.create({ ...settings, options: { validMs: 500 }, now: () => nowMs });
  const studio = openStudio();
  const stored = await storage.put(studio.picture('a'), calm);
  expect(stored).toEqual({ key: 'mira-sol/a' });
  expect(await storage.urlOf(stored, 'picture', calm)).toMatchObject({ expiresAtMs: 1_500 });
  nowMs = 2_000;
  expect(await storage.urlOf(stored, 'picture', calm)).toMatchObject({ expiresAtMs: 2_500 });
  studio.close();
});

it('is asked for a new address each time a gallery shows its pictures', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'imggen-made-up-'));
  let lateMs = 0;
  const imggen = await ImgGen.open({
    config: {
      character: { name: 'Mira Sol', gender: 'woman', seed: 7 },
      size: '64x64',
      storage: { provider: 'paper', validMs: 5 },
    },
    cwd: folder,
    env: { PAPER_KEY: 'k' },
    now: () => Date.now() + lateMs,
    stores: { paper: registries.stores['paper']! },
  });
  try {
    expect(await imggen.pack({ count: 1 }).result).toMatchObject({ status: 'done' });
    const urls: string[] = [];
    for (lateMs of [0, 3_600_000]) urls.push((await imggen.gallery('mira-sol')).images[0]!.url);
    expect(urls[0]).toMatch(/^https:\/\/paper\.test\//);
    expect(urls[1]).not.toBe(urls[0]);
  } finally {
    await imggen.close();
    rmSync(folder, { recursive: true });
  }
});

it('is known to the config and to the JSON Schema when it is in the registry', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'imggen-made-up-'));
  try {
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ storage: { provider: 'paper', validMs: 5 } }));
    const config = await loadConfig({ cwd: folder, env: {} }, registries);
    expect(config.storage).toEqual({ provider: 'paper', options: { concurrency: 3, validMs: 5 } });
    expect(JSON.stringify(await configJsonSchema(registries))).toContain('"How long an address works."');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
