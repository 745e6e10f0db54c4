/** Adding a provider is one file and one line: every list knows it. That it keeps the contract: page.test.ts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { autoPreview } from '../../src/app/auto.ts';
import { LedgerFile } from '../../src/app/ledger-file.ts';
import { Services } from '../../src/app/services.ts';
import type { Config, Registries } from '../../src/config/config.ts';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { loadConfig } from '../../src/config/load.ts';
import { keyVariablesOf } from '../../src/config/registries.ts';
import { processHost } from '../../src/host.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import type { ProviderModule } from '../../src/providers/definition.ts';
import { STORES } from '../../src/storage/index.ts';
import { createRedactor } from '../../src/redact.ts';

const KEY = 'paper-key-0123456789';
const keyVariables = ['PAPER_LICENCE'];
let loaded = 0;
const load = async (): Promise<{ default: ProviderModule }> => {
  loaded += 1;
  return import('./made-up.ts');
};

/** The one line. */
const registries: Registries = { providers: { ...PROVIDERS, paper: { keyVariables, load } }, stores: STORES };

const folders: string[] = [];
afterEach(() => {
  loaded = 0;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function configured(config: object, env: Record<string, string> = {}): Promise<Config> {
  const folder = mkdtempSync(join(tmpdir(), 'imggen-made-up-'));
  folders.push(folder);
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  return loadConfig({ cwd: folder, env }, registries);
}

function servicesOf(config: Config, env: Record<string, string>): Services {
  return new Services(config, processHost({ cwd: '/', env }), registries, (text) => text);
}

describe('a provider that is added to the registry', () => {
  it('is known to the config, with its own options, checked', async () => {
    const config = await configured({ provider: 'paper', providers: { paper: { tier: 'fast', priceUsd: 0.5 } } });
    expect(config.providers['paper']).toEqual({ tier: 'fast', priceUsd: 0.5 });
    await expect(configured({ provider: 'papr' })).rejects.toMatchObject({
      problems: [expect.stringContaining('did you mean paper?')],
    });
    await expect(configured({ providers: { paper: { tier: 'late', apiKey: 'x' } } })).rejects.toMatchObject({
      problems: expect.arrayContaining([
        expect.stringMatching(/providers\.paper\.tier/),
        expect.stringMatching(/providers\.paper\.apiKey.*PAPER_LICENCE/),
      ]) as string[],
    });
  });

  it('is in the JSON Schema', async () => {
    const schema = JSON.stringify(await configJsonSchema(registries));
    expect(schema).toContain(JSON.stringify([...Object.keys(PROVIDERS), 'paper', 'auto']));
    expect(schema).toContain('"How fast."');
  });

  it('has its key found, and taken out of messages, before it is loaded', async () => {
    const env = { PAPER_LICENCE: KEY };
    const config = await configured({ provider: 'openai' }, env);
    expect(servicesOf(config, env).keyVariable('paper')).toBe('PAPER_LICENCE');
    expect(createRedactor(env, keyVariablesOf(registries))(`refused: ${KEY}`)).toBe('refused: [redacted]');
    expect(loaded).toBe(0);
  });

  it('is taken by auto when its key is there', async () => {
    const env = { PAPER_LICENCE: KEY };
    const config = await configured({ provider: 'auto', size: '1024x1024' }, env);
    const ledger = new LedgerFile(config.ledger, { now: Date.now });
    const host = processHost({ cwd: '/', env });
    const choice = await autoPreview({ config, services: servicesOf(config, env), ledger, host });
    expect(choice).toMatchObject({
      provider: 'paper',
      reason: expect.stringContaining('only provider that is set up'),
    });
  });

  it('is made ready by the wiring, with the common options read by their type', async () => {
    const paper = { model: 'paper-2', requestsPerMinute: 120, priceUsd: 0.02 };
    const env = { PAPER_LICENCE: KEY };
    const config = await configured({ provider: 'paper', providers: { paper } }, env);
    const ready = await servicesOf(config, env).provider('paper');
    expect(ready).toMatchObject({ model: 'paper-2', intervalMs: 500, provider: { name: 'paper' } });
    expect(ready.provider.price({ model: 'paper-2', prompt: '', width: 1, height: 1, references: [] })).toMatchObject({
      worstMicros: 20_000,
      source: 'config',
    });
    expect(ready.scope).toMatch(/^paper:[0-9a-f]{12}$/);
  });
});
