/** `imggen workflow check`, and pictures from a workflow on a GPU of one's own. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { comfyui } from '../emulators/comfyui.ts';
import { startEmulator, type Emulator, type EmulatorOptions } from '../emulators/emulator.ts';
import { imggen, linesOf, newFolder, newStudio, picturesIn } from '../support/cli/imggen.ts';
import { EXAMPLES } from '../support/providers/comfyui-stage.ts';

const PORTRAIT = join(EXAMPLES, 'portrait.json');
const FACE = join(EXAMPLES, 'face.json');

describe('imggen workflow check', () => {
  it('tells which placeholders there are and which are missing, with what follows', async () => {
    const { exitCode, stdout } = await imggen(newFolder(), ['workflow', 'check', FACE]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('face.json: a workflow in API format, 14 nodes');
    expect(stdout).toMatch(/\{\{seed\}\} +there +the seed, a number/);
    expect(stdout).toMatch(/\{\{negative\}\} +missing +the negative prompt is left out/);
    expect(stdout).toMatch(/\{\{reference\}\} +there +1 reference picture$/);
  });

  it('tells the same as JSON', async () => {
    const { stdout } = await imggen(newFolder(), ['workflow', 'check', PORTRAIT, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      nodes: 7,
      placeholders: ['prompt', 'negative', 'seed', 'width', 'height'],
      missing: [],
      references: 0,
    });
  });

  it('ends with 2 and every problem where the file is no workflow', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'editor.json'), '{"nodes": [], "links": []}');
    const { exitCode, stdout, stderr } = await imggen(folder, ['workflow', 'check', 'editor.json']);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('format of the editor');
    expect(await imggen(folder, ['workflow', 'check', 'none.json'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('there is no such file') as string,
    });
    expect((await imggen(folder, ['workflow', 'show', PORTRAIT])).exitCode).toBe(2);
  });
});

/** A project whose pictures are made by an emulated ComfyUI. */
async function studio(options: Record<string, unknown>, how: EmulatorOptions = {}) {
  const emulator: Emulator = await startEmulator(comfyui(), how);
  onTestFinished(() => emulator.close());
  const own = { baseUrl: emulator.url, pollMs: 10, settleMs: 0, ...options };
  return { emulator, folder: newStudio({ provider: 'comfyui', providers: { comfyui: own } }) };
}

describe('pictures by ComfyUI', () => {
  it('are free; the avatar goes along with all that follow, by the workflow that takes it', async () => {
    const { emulator, folder } = await studio({ workflow: PORTRAIT, referenceWorkflow: FACE });
    const avatar = await imggen(folder, ['avatar', '--json', '--yes']);
    const pack = await imggen(folder, ['pack', '--count', '2', '--json', '--yes']);
    expect([avatar.exitCode, pack.exitCode, picturesIn(folder).length]).toEqual([0, 0, 3]);
    const loads = emulator.requests
      .filter(({ operation }) => operation === 'submit')
      .map(({ body }) => JSON.stringify(body).includes('"LoadImage"'));
    expect(loads).toEqual([false, true, true]);
    const made = linesOf(pack.stdout).filter(({ event }) => event === 'generation_completed');
    expect(made).toMatchObject([
      { seed_honoured: 'yes', cost_usd: 0 },
      { seed_honoured: 'yes', cost_usd: 0 },
    ]);
  });

  it('whose answers are lost are found by their ids, and none is made twice', async () => {
    const faults = [{ on: 'submit', kind: 'reset-after' as const, positions: [1, 3] }];
    const { emulator, folder } = await studio({ workflow: PORTRAIT }, { faults });
    expect(await imggen(folder, ['pack', '--count', '4', '--json', '--yes'])).toMatchObject({ exitCode: 0 });
    expect([picturesIn(folder).length, emulator.charges().length]).toEqual([4, 4]);
  });

  it('are refused before anything is sent without a workflow, with what to write', async () => {
    const { emulator, folder } = await studio({});
    const { exitCode, stderr } = await imggen(folder, ['pack', '--count', '1']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('comfyui has no workflow: name a file');
    expect(emulator.requests.filter(({ operation }) => operation === 'submit')).toEqual([]);
    expect((await imggen(folder, ['models', '--provider', 'comfyui'])).stdout).toMatch(/workflow \* .* free/);
  });

  it('are told of by what the files take: no face where none has a place for a reference', async () => {
    const { folder } = await studio({ workflow: PORTRAIT });
    const models = async (): Promise<unknown> =>
      JSON.parse((await imggen(folder, ['models', '--provider', 'comfyui', '--json'])).stdout);
    expect(JSON.stringify(await models())).toMatch(/"keepsFace":"none","references":\{"min":0,"max":0\}/);
    const { folder: other } = await studio({ workflow: PORTRAIT, referenceWorkflow: FACE });
    const { stdout } = await imggen(other, ['models', '--provider', 'comfyui', '--json']);
    expect(JSON.stringify(JSON.parse(stdout))).toMatch(/"keepsFace":"references","references":\{"min":0,"max":1\}/);
  });
});
