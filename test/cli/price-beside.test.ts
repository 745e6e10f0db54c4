/** A price in the config is that of the model beside it: another model that a command names has its own. */
import { expect, it } from 'vitest';
import { imggen, newStudio } from '../support/cli/imggen.ts';

const [CHEAP, DEAR] = ['black-forest-labs/flux-schnell', 'black-forest-labs/flux-2-max'];

async function worst(config: Record<string, unknown>, args: string[], env: Record<string, string> = {}) {
  const plan = ['pack', '--count', '1', '--dry-run', '--allow-unknown-price', ...args];
  const { stdout, stderr } = await imggen(newStudio({ size: '1024x1024', ...config }), plan, { env });
  return /worst case: (\$\d+\.\d+)/.exec(stdout)?.[1] ?? stderr;
}

it.each([
  ['the provider', { provider: 'replicate', providers: { replicate: { model: CHEAP, priceUsd: 0.003 } } }],
  ['the top level', { provider: 'replicate', model: CHEAP, providers: { replicate: { priceUsd: 0.003 } } }],
])('beside the model of %s it does not hold for the one of a flag or a variable', async (_, config) => {
  expect(await worst(config, [])).toBe('$0.003');
  expect(await worst(config, ['--model', CHEAP])).toBe('$0.003');
  expect(await worst(config, ['--model', DEAR])).toBe('$0.10');
  expect(await worst(config, [], { IMGGEN_MODEL: DEAR })).toBe('$0.10');
});

it('without a model beside it holds for any; that of an own server for all its models', async () => {
  const free = { provider: 'replicate', providers: { replicate: { priceUsd: 0.003 } } };
  expect(await worst(free, ['--model', DEAR])).toBe('$0.003');
  const server = { provider: 'a1111', providers: { a1111: { model: 'one', priceUsd: 0.01 } } };
  expect(await worst(server, ['--model', 'another'])).toBe('$0.01');
});

it('of a model that nobody knows is asked for beside that model', async () => {
  const config = { provider: 'openai', size: '1024x1024', providers: { openai: { model: 'gpt-x-1', priceUsd: 0.01 } } };
  const args = ['pack', '--count', '1', '--dry-run', '--model', 'gpt-x-2'];
  const { exitCode, stderr } = await imggen(newStudio(config), args, { env: { OPENAI_API_KEY: 'emulated' } });
  expect([exitCode, stderr]).toEqual([
    2,
    expect.stringContaining('"openai": { "model": "gpt-x-2", "priceUsd": 0.04 }'),
  ]);
});
