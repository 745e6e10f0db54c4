import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { folderWith, imported, load, problemsOf, refusal, registries } from '../support/config-folder.ts';

describe('the model', () => {
  const file = { provider: 'openai', model: 'of-the-file' };

  test('of the file goes when a flag chooses another provider', async () => {
    expect((await load(file, { options: { provider: 'local' } })).model).toBeUndefined();
  });

  test('of the file stays when the flag names the same provider', async () => {
    expect((await load(file, { options: { provider: 'openai' } })).model).toBe('of-the-file');
  });

  test('of the same layer goes with the provider', async () => {
    expect((await load(file, { env: { IMGGEN_PROVIDER: 'local', IMGGEN_MODEL: 'x' } })).model).toBe('x');
    expect(
      (await load(file, { env: { IMGGEN_PROVIDER: 'local', IMGGEN_MODEL: 'x' }, options: { provider: 'openai' } }))
        .model,
    ).toBeUndefined();
    expect((await load(file, { env: { IMGGEN_PROVIDER: 'local' }, options: { model: 'y' } })).model).toBe('y');
  });
});

describe('providers and stores', () => {
  test('options are parsed by the schema of their provider, with its defaults', async () => {
    const config = await load({ provider: 'openai', providers: { local: { flaw: 'slow' } } });
    expect(config.providers).toEqual({ openai: { moderation: 'auto' }, local: { flaw: 'slow' } });
  });

  test('only what is named is imported', async () => {
    await load({ provider: 'openai', fallback: ['local'] });
    expect(imported.toSorted()).toEqual(['local', 'none', 'openai']);
  });

  test('an option that the chosen provider needs is asked for', async () => {
    const problem = 'providers.modal.endpoint: expected string, but it is missing';
    expect(await problemsOf({}, { options: { provider: 'modal' } })).toEqual([problem]);
    expect(await problemsOf({ fallback: ['modal'] })).toEqual([problem]);
  });

  test('auto knows the options of every provider that can do without a section', async () => {
    expect((await load({ provider: 'auto' })).providers).toEqual({ local: {}, openai: { moderation: 'auto' } });
    const config = await load({ provider: 'auto', providers: { modal: { endpoint: 'e' } } });
    expect(config.providers).toHaveProperty('modal', { endpoint: 'e' });
  });

  test('the fallback leaves out the provider itself and repetitions', async () => {
    expect((await load({ provider: 'openai', fallback: ['openai', 'local', 'local'] })).fallback).toEqual(['local']);
  });

  test('a store chosen by flag leaves the options of the other one behind', async () => {
    const file = { storage: { provider: 'cloudinary', folder: 'mine' } };
    expect((await load(file)).storage).toEqual({ provider: 'cloudinary', options: { folder: 'mine' } });
    expect((await load(file, { options: { storage: 'none' } })).storage).toEqual({ provider: 'none', options: {} });
    expect((await load(file, { options: { storage: 'cloudinary' } })).storage.options).toEqual({ folder: 'mine' });
  });
});

describe('which file', () => {
  test('an argument beats --config, which beats IMGGEN_CONFIG, which beats config.json', async () => {
    const cwd = await folderWith({ owner: 'here' });
    const [named, variable] = await Promise.all(['named', 'variable'].map((owner) => folderWith({ owner })));
    const at = (folder?: string) => path.join(folder!, 'config.json');
    const env = { IMGGEN_CONFIG: at(variable) };
    const owner = async (sources: object) => (await loadConfig({ cwd, env: {}, ...sources }, registries)).owner;
    expect(await owner({ env, configFile: at(named) })).toBe('named');
    expect(await owner({ env })).toBe('variable');
    expect(await owner({})).toBe('here');
  });

  test('a missing config says how to make one', async () => {
    const error = await refusal(load(undefined));
    expect(error.message).toBe('There is no config file config.json.');
    expect(error.advice).toEqual({ code: 'write-config' });
  });

  test('without one, `optional` gives the defaults for the current folder', async () => {
    const cwd = await folderWith();
    const config = await loadConfig({ cwd, env: {}, optional: true }, registries);
    expect(config).toMatchObject({ dir: cwd, provider: 'local', ledger: path.join(cwd, '.imggen', 'ledger.db') });
    expect(config.file).toBeUndefined();
  });

  test('`optional` still looks at environment and flags', async () => {
    expect(await problemsOf(undefined, { optional: true, options: { concurrency: 'x' } })).toHaveLength(1);
  });

  test.each([
    ['its path', { configFile: 'gone.json' }],
    ['a variable', { env: { IMGGEN_CONFIG: 'gone.json' } }],
  ])('a config named by %s must be there, even when it is optional', async (_, sources) => {
    expect((await refusal(load({}, { optional: true, ...sources }))).message).toBe(
      'There is no config file gone.json.',
    );
  });

  test('a folder in its place is told as such', async () => {
    const cwd = await folderWith();
    await mkdir(path.join(cwd, 'config.json'));
    expect((await refusal(loadConfig({ cwd, env: {} }, registries))).message).toContain('is a folder');
  });
});
