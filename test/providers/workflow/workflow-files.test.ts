/** The files that a config names as workflows. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { readWorkflows } from '../../../src/providers/workflow-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'imggen-workflows-'));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, inputs: object): void =>
  writeFileSync(join(folder, name), JSON.stringify({ '6': { class_type: 'CLIPTextEncode', inputs } }));
write('plain.json', { text: '{{prompt}}' });
write('face.json', { text: '{{prompt}}', image: '{{reference}}' });
write('fixed.json', { text: 'a woman' });

const read = (options: { workflow?: string; referenceWorkflow?: string }) => readWorkflows('comfyui', options, folder);

describe('the workflow files of a provider', () => {
  it('are read from the folder of the config', async () => {
    expect(await read({ workflow: 'plain.json', referenceWorkflow: 'face.json' })).toMatchObject({
      plain: { references: 0 },
      referenced: { references: 1 },
    });
  });

  it.each([
    [{}, /^comfyui has no workflow: name a file, "providers": \{ "comfyui": \{ "workflow"/],
    [{ workflow: 'none.json' }, /none\.json: there is no such file$/],
    [{ workflow: '.' }, /it is a folder or a device/],
    [{ referenceWorkflow: 'plain.json' }, /plain\.json: \{\{reference\}\} is nowhere/],
    [{ workflow: 'fixed.json', referenceWorkflow: 'plain.json' }, /fixed\.json: .*; plain\.json: /],
  ])(
    'give one refusal that lists every problem, to be told when pictures are asked for: %j',
    async (options, message) => {
      const found = await read(options);
      expect(found).toBeInstanceOf(UserError);
      expect((found as UserError).message).toMatch(message);
      expect((found as UserError).hint).toContain('docs/providers.md');
    },
  );
});
