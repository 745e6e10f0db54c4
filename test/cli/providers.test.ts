/** `imggen providers`: a line for each provider, whatever number of models it has. */
import { expect, it } from 'vitest';
import { PROVIDERS } from '../../src/providers/index.ts';
import { imggen, newFolder } from '../support/cli/imggen.ts';

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
