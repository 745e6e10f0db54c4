import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { initConfig } from '../../src/config/init.ts';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { loadConfig } from '../../src/config/load.ts';
import { folderWith, refusal, registries } from '../support/config-folder.ts';

describe('initConfig', () => {
  test('writes a config that loads, and its schema where the config says it is', async () => {
    const dir = await folderWith();
    const { file, schemaFile } = await initConfig(dir, { registries });
    expect([file, schemaFile]).toEqual([
      path.join(dir, 'config.json'),
      path.join(dir, '.imggen', 'config.schema.json'),
    ]);
    const config = JSON.parse(await readFile(file, 'utf8')) as { $schema: string };
    expect(path.resolve(dir, config.$schema)).toBe(schemaFile);
    expect(JSON.parse(await readFile(schemaFile, 'utf8'))).toEqual(await configJsonSchema(registries));
    expect(await loadConfig({ cwd: dir, env: {} }, registries)).toMatchObject({
      character: { name: 'Mira Sol' },
      provider: 'local',
    });
  });

  test('makes the folder', async () => {
    const dir = path.join(await folderWith(), 'a', 'b');
    await initConfig(dir, { registries });
    expect((await readdir(dir)).toSorted()).toEqual(['.imggen', 'config.json']);
  });

  test('leaves a config that is there as it is, and says how to replace it', async () => {
    const dir = await folderWith('mine');
    const error = await refusal(initConfig(dir, { registries }));
    expect(error.message).toContain('There is a config.json already');
    expect(error.advice).toEqual({ code: 'write-config', replace: true });
    expect(await readFile(path.join(dir, 'config.json'), 'utf8')).toBe('mine');
    expect(await readdir(dir)).toEqual(['config.json']);
  });

  test.each(['config.yaml', 'config.yml', 'config.jsonc'])(
    'writes nothing in front of a %s, unless forced',
    async (name) => {
      const dir = await folderWith();
      await writeFile(path.join(dir, name), '{ "character": { "name": "Zoe", "gender": "woman" } }');
      const error = await refusal(initConfig(dir, { registries }));
      expect(error.message).toBe(`There is a ${name} already, and a config.json would be read in its place.`);
      expect(error.advice).toEqual({ code: 'write-config', replace: true });
      expect(await readdir(dir)).toEqual([name]);
      await initConfig(dir, { registries, force: true });
      expect((await readdir(dir)).toSorted()).toEqual(['.imggen', 'config.json', name]);
    },
  );

  test('replaces it when forced', async () => {
    const dir = await folderWith('mine');
    const { file } = await initConfig(dir, { registries, force: true });
    expect(await readFile(file, 'utf8')).toContain('"Mira Sol"');
  });

  test('says what is wrong when the folder cannot be written to', async () => {
    const dir = await folderWith();
    await writeFile(path.join(dir, 'file'), '');
    expect((await refusal(initConfig(path.join(dir, 'file', 'x'), { registries }))).message).toContain(
      'cannot be written (ENOTDIR)',
    );
    await mkdir(path.join(dir, 'sub', 'config.json'), { recursive: true });
    expect((await refusal(initConfig(path.join(dir, 'sub'), { registries, force: true }))).message).toContain(
      'cannot be written (EISDIR)',
    );
  });
});
