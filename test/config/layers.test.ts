import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { folderWith, load, registries } from '../support/config-folder.ts';

describe('layers', () => {
  test('an empty config is the defaults', async () => {
    const dir = await folderWith({});
    const config = await loadConfig({ cwd: dir, env: {} }, registries);
    expect(config).toMatchObject({
      file: path.join(dir, 'config.json'),
      dir,
      provider: 'local',
      fallback: [],
      size: { width: 1024, height: 1024 },
      concurrency: 4,
      staggerMs: 0,
      attemptsMax: 3,
      timeoutMs: 300_000,
      output: path.join(dir, 'images'),
      ledger: path.join(dir, '.imggen', 'ledger.db'),
      storage: { provider: 'none', options: {} },
      providers: { local: {} },
      priority: 'normal',
      thumbnails: true,
      requireSeed: false,
      allowUnknownPrice: false,
    });
    expect([config.character, config.model, config.quality, config.seed, config.owner, config.drainMs]).toEqual(
      Array(6).fill(undefined),
    );
    expect(Object.values(config.caps)).toEqual([undefined, undefined, undefined]);
  });

  test('flags beat the environment, which beats the file', async () => {
    const file = { concurrency: 1, quality: 'low', size: '64x64', attemptsMax: 1 };
    const env = { IMGGEN_CONCURRENCY: '2', IMGGEN_QUALITY: 'medium', IMGGEN_SIZE: '128x64' };
    const config = await load(file, { env, options: { concurrency: '3', quality: 'high' } });
    expect(config).toMatchObject({ concurrency: 3, quality: 'high', size: { width: 128, height: 64 }, attemptsMax: 1 });
  });

  test('every variable sets its setting', async () => {
    const env = {
      IMGGEN_PROVIDER: 'openai',
      IMGGEN_MODEL: 'm',
      IMGGEN_SIZE: '64x4096',
      IMGGEN_QUALITY: 'q',
      IMGGEN_SEED: '7',
      IMGGEN_CONCURRENCY: '64',
      IMGGEN_BUDGET: '1.5',
      IMGGEN_OUTPUT: 'out',
      IMGGEN_LEDGER: 'l.db',
      IMGGEN_OWNER: 'me',
      IMGGEN_STORAGE: 'cloudinary',
      IMGGEN_TIMEOUT_MS: '1000',
      IMGGEN_ATTEMPTS_MAX: '10',
      IMGGEN_PRIORITY: 'high',
      IMGGEN_SCORE: 'false',
      IMGGEN_MIN_CONSISTENCY: '0.85',
      IMGGEN_REROLLS: '2',
    };
    const cwd = await folderWith({});
    const config = await loadConfig({ cwd, env }, registries);
    expect(config).toMatchObject({
      provider: 'openai',
      faces: { score: false, keep: false, minConsistency: 0.85, rerolls: 2, allowInconsistent: false },
      model: 'm',
      size: { width: 64, height: 4096 },
      quality: 'q',
      seed: 7,
      concurrency: 64,
      caps: { perRunMicros: 1_500_000 },
      output: path.join(cwd, 'out'),
      ledger: path.join(cwd, 'l.db'),
      owner: 'me',
      storage: { provider: 'cloudinary', options: { folder: 'characters' } },
      timeoutMs: 1000,
      attemptsMax: 10,
      priority: 'high',
      staggerMs: 50,
    });
  });

  test('every option sets its setting', async () => {
    const options = {
      provider: 'openai',
      model: 'm',
      size: '64x4096',
      quality: 'q',
      seed: '4294967295',
      concurrency: '64',
      budgetUsd: '0',
      output: '/out',
      ledger: '/l.db',
      owner: 'me',
      storage: 'cloudinary',
      timeoutMs: '1000',
      attemptsMax: '10',
      priority: 'low',
      requireSeed: true,
      allowUnknownPrice: true,
      thumbnails: false,
    };
    expect(await load({}, { options })).toMatchObject({
      provider: 'openai',
      model: 'm',
      size: { width: 64, height: 4096 },
      quality: 'q',
      seed: 4_294_967_295,
      concurrency: 64,
      caps: { perRunMicros: 0 },
      output: '/out',
      ledger: '/l.db',
      owner: 'me',
      storage: { provider: 'cloudinary' },
      timeoutMs: 1000,
      attemptsMax: 10,
      priority: 'low',
      requireSeed: true,
      allowUnknownPrice: true,
      thumbnails: false,
    });
  });

  test('an empty variable counts as not set', async () => {
    expect(await load({ concurrency: 2 }, { env: { IMGGEN_CONCURRENCY: '', IMGGEN_CONFIG: '' } })).toMatchObject({
      concurrency: 2,
    });
  });

  test('money is turned into whole micro-dollars', async () => {
    const config = await load({ budget: { perImageUsd: 0.1, perRunUsd: 0.29, perDayUsd: 1_000_000 } });
    expect(config.caps).toEqual({ perImageMicros: 100_000, perRunMicros: 290_000, perDayMicros: 1_000_000_000_000 });
  });

  test('an own stagger is kept, for the local provider too', async () => {
    expect(await load({ staggerMs: 7 })).toMatchObject({ staggerMs: 7 });
    expect(await load({ staggerMs: 0, provider: 'openai' })).toMatchObject({ staggerMs: 0 });
  });

  test('paths of the file are relative to the file, paths of flags to the current folder', async () => {
    const cwd = await folderWith();
    const other = await folderWith({ output: '../pictures' });
    const config = await loadConfig(
      { cwd, env: {}, options: { ledger: 'l.db' }, configFile: path.join(other, 'config.json') },
      registries,
    );
    expect(config).toMatchObject({
      dir: other,
      output: path.join(other, '../pictures'),
      ledger: path.join(cwd, 'l.db'),
    });
  });
});
