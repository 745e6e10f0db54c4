import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { starterConfig } from '../../src/config/init.ts';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import { STORES } from '../../src/storage/index.ts';
import { load, registries } from '../support/config-folder.ts';

type Part = Record<string, unknown>;

const schema = (await configJsonSchema(registries)) as Part;
const validator = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);

/** Every property anywhere in a schema: its path and its own schema. */
function propertiesOf(part: unknown, path: string): [string, Part][] {
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([key, value]) => {
    if (key !== 'properties') return key === 'default' ? [] : propertiesOf(value, path);
    return Object.entries(value as Part).flatMap(([name, own]): [string, Part][] => [
      [`${path}.${name}`, own as Part],
      ...propertiesOf(own, `${path}.${name}`),
    ]);
  });
}

describe('the JSON Schema', () => {
  test('is of draft 2020-12, in one piece, and plain JSON', () => {
    expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(JSON.stringify(schema).match(/"\$schema":"/g)).toHaveLength(1);
    expect(JSON.stringify(schema)).not.toContain('"$ref"');
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });

  test('describes every property, also those of providers and stores', () => {
    const properties = propertiesOf(schema, '');
    expect(properties.length).toBeGreaterThan(45);
    expect(properties.filter(([, part]) => typeof part['description'] !== 'string').map(([path]) => path)).toEqual([]);
    expect(properties.map(([path]) => path)).toEqual(
      expect.arrayContaining([
        '.character.hairColor',
        '.budget.perDayUsd',
        '.providers.openai.moderation',
        '.providers.local.priceUsd',
        '.storage.folder',
      ]),
    );
  });

  test('has patterns that compile', () => {
    const patterns = [...JSON.stringify(schema).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)].map(
      ([, text]) => JSON.parse(text!) as string,
    );
    expect(patterns.length).toBeGreaterThan(5);
    for (const pattern of patterns) expect(() => new RegExp(pattern, 'u')).not.toThrow();
  });

  test('offers the names of providers and stores', () => {
    const properties = schema['properties'] as Record<string, Part>;
    expect(properties['provider']?.['enum']).toEqual(['local', 'openai', 'modal', 'auto']);
    expect(properties['fallback']?.['items']).toMatchObject({ enum: ['local', 'openai', 'modal'] });
    expect(properties['storage']?.['oneOf']).toMatchObject([
      { properties: { provider: { const: 'none' } }, required: ['provider'], additionalProperties: false },
      { properties: { provider: { const: 'cloudinary' }, folder: { type: 'string' } }, required: ['provider'] },
    ]);
  });

  test('takes what the loader takes', async () => {
    for (const config of [
      {},
      starterConfig('x'),
      { storage: { provider: 'cloudinary', folder: 'x' }, providers: { modal: { endpoint: 'e' } }, provider: 'auto' },
    ]) {
      expect(validator.safeParse(config)).toMatchObject({ success: true });
      await expect(load({ ...config })).resolves.toBeDefined();
    }
  });

  test.each([
    { concurency: 1 },
    { concurrency: 65 },
    { size: '1x1x1' },
    { provider: 'opneai' },
    { fallback: ['auto'] },
    { storage: { provider: 'none', folder: 'x' } },
    { storage: { folder: 'x' } },
    { providers: { nobody: {} } },
    { providers: { modal: {} } },
    { providers: { openai: { priceUsd: -1 } } },
    { character: {} },
    { character: { name: 'x', hairColor: 'a\u001b[31m' } },
    { character: { name: 'x', ageRange: [1, 2, 3] } },
    { character: { name: 'x', seed: 2 ** 32 } },
  ])('refuses %j, as the loader does', async (config) => {
    expect(validator.safeParse(config).success).toBe(false);
    await expect(load(config)).rejects.toThrow('problem');
  });

  test('describes every property of the real providers and stores', async () => {
    const properties = propertiesOf(await configJsonSchema({ providers: PROVIDERS, stores: STORES }), '');
    expect(properties.filter(([, part]) => typeof part['description'] !== 'string').map(([path]) => path)).toEqual([]);
  });
});

describe('config.example.json', () => {
  const read = async () =>
    JSON.parse(await readFile(new URL('../../config.example.json', import.meta.url), 'utf8')) as Part;

  test('is what init writes, with the schema of the package', async () => {
    expect(await read()).toEqual(starterConfig('./dist/config.schema.json'));
  });

  test('is valid for the loader and for the JSON Schema', async () => {
    const example = await read();
    expect(validator.safeParse(example)).toMatchObject({ success: true });
    expect(await load(example)).toMatchObject({ provider: 'local', character: { name: 'Mira Sol', references: [] } });
  });
});
