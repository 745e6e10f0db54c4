/** `imggen providers`: a line for each provider, whatever number of models it has. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PROVIDERS } from '../../src/providers/index.ts';
import { imggen, newFolder, newStudio } from '../support/cli/imggen.ts';
import { EXAMPLES } from '../support/providers/comfyui-stage.ts';

it('has one row for each provider, and says which key is missing and which models end', async () => {
  const { stdout, exitCode } = await imggen(newFolder(), ['providers']);
  expect(exitCode).toBe(0);
  const [table = '', notes = ''] = stdout.split('\n\n');
  expect(
    table
      .split('\n')
      .slice(1)
      .map((line) => line.split(' ')[0]),
  ).toEqual(Object.keys(PROVIDERS));
  expect(table).toMatch(/^openai +\d+ {2}gpt-image-\S+ +\$[\d.]+–[\d.]+ .*missing$/m);
  expect(notes).toMatch(/^openai: set OPENAI_API_KEY to use it$/m);
  expect(notes).toMatch(/^openai: .*gpt-image-1\.5.* (are shut down|were to end) on 2026-12-01/m);
});

it('tells what models can do as they are set up here, the one that is used first', async () => {
  const folder = newStudio({
    providers: {
      comfyui: { workflow: join(EXAMPLES, 'portrait.json') },
      'openai-compatible': { baseUrl: 'http://127.0.0.1:1/v1', takes: ['seed', 'ref_images'] },
      openai: { model: 'gpt-image-1-mini' },
      modal: { baseUrl: 'http://127.0.0.1:1', takes: [] },
    },
  });
  const { stdout } = await imggen(folder, ['providers', '--json']);
  const { providers } = JSON.parse(stdout) as { providers: { provider: string; model: string; can: string }[] };
  const can = (name: string) => providers.find(({ provider }) => provider === name)?.can;
  // The workflow has {{seed}}, {{width}} and {{height}}, and no {{reference}}.
  expect(can('comfyui')).toMatch(/^seed, no references, 64…8192 px/);
  expect(can('openai-compatible')).toMatch(/^seed \(best effort\), 4 references/);
  expect(providers.find(({ provider }) => provider === 'openai')?.model).toBe('gpt-image-1-mini');
  expect(can('modal')).toContain('no seed');
  const table = (await imggen(folder, ['providers'])).stdout;
  expect(table).toMatch(/^openai +\d+ {2}gpt-image-1-mini /m);
  expect(table).toMatch(/^comfyui +\d+ {2}\S+ +free +exact +– /m);
});

it('the models of one provider are named by it, with or without --provider', async () => {
  const named = async (...args: string[]) => {
    const { stdout } = await imggen(newFolder(), ['models', ...args, '--json']);
    const { models } = JSON.parse(stdout) as { models: { provider: string }[] };
    return [...new Set(models.map(({ provider }) => provider))];
  };
  expect(await named('openai')).toEqual(['openai']);
  expect(await named('--provider', 'openai')).toEqual(['openai']);
  expect(await imggen(newFolder(), ['models', 'opanai'])).toMatchObject({ exitCode: 2 });
});
