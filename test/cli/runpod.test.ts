/** A character made with RunPod: the face goes along, what waits there is collected before anything is paid. */
import { afterEach, describe, expect, it } from 'vitest';
import { type Emulator, type EmulatorOptions, startEmulator } from '../emulators/emulator.ts';
import { OWN_ENDPOINT, runpod, type RunpodOptions } from '../emulators/runpod.ts';
import { imggen, newStudio, picturesIn } from '../support/cli/imggen.ts';
import { EXAMPLES } from '../support/providers/comfyui-stage.ts';
import { COMFYUI } from '../support/providers/runpod-stage.ts';

const running: Emulator[] = [];
afterEach(() => Promise.all(running.splice(0).map((emulator) => emulator.close())));

async function open(
  config: Record<string, unknown> = {},
  { service, ...options }: EmulatorOptions & { service?: RunpodOptions } = {},
) {
  const emulator = await startEmulator(runpod({ apiKey: 'emulated-key', ...service }), options);
  running.push(emulator);
  const env = { RUNPOD_API_KEY: 'emulated-key', RUNPOD_ENDPOINT_BASE_URL: `${emulator.url}/v2` };
  const folder = newStudio({
    provider: 'runpod',
    size: '1024x1024',
    staggerMs: 0,
    thumbnails: false,
    concurrency: 1,
    providers: { runpod: { pollMs: 20 } },
    ...config,
  });
  const operations = (): string[] =>
    emulator.requests.map(({ operation }) => operation).filter((operation) => operation !== 'download');
  return { emulator, env, folder, operations, run: (...args: string[]) => imggen(folder, args, { env }) };
}

describe('a character made with RunPod', () => {
  it('has an avatar without a picture, and training pictures with it, at what RunPod says that they cost', async () => {
    const { emulator, folder, run } = await open();
    const made = await run('create-character', '--training-count', '2', '--json');
    expect(made, made.stderr).toMatchObject({ exitCode: 0 });
    expect(emulator.requests.filter(({ operation }) => operation === 'submit').map(({ path }) => path)).toEqual([
      '/v2/qwen-image-t2i/run',
      '/v2/qwen-image-edit-2511/run',
      '/v2/qwen-image-edit-2511/run',
    ]);
    expect(picturesIn(folder)).toHaveLength(3);
    expect(made.stdout.trim().split('\n').at(-1)).toContain('"cost_usd":0.060972');
  });

  it('by workflow files of ComfyUI has the face of the avatar in all that follow', async () => {
    const files = { workflow: `${EXAMPLES}/portrait.json`, referenceWorkflow: `${EXAMPLES}/face.json` };
    const own = { pollMs: 20, priceUsd: 0.005, endpointId: OWN_ENDPOINT, ...files };
    const { emulator, folder, run } = await open({ providers: { runpod: own } }, { service: COMFYUI.service });
    const made = await run('create-character', '--training-count', '2', '--json');
    expect(made, made.stderr).toMatchObject({ exitCode: 0 });
    const submits = emulator.requests.filter(({ operation }) => operation === 'submit');
    expect(submits.map(({ path }) => path)).toEqual(Array(3).fill(`/v2/${OWN_ENDPOINT}/run`));
    expect(submits.map(({ body }) => JSON.stringify(body).includes('"images":[{"name":"imggen-'))).toEqual([
      false,
      true,
      true,
    ]);
    expect([picturesIn(folder).length, emulator.charges().length]).toEqual([3, 3]);
    // Nobody tells the cost: what the config says counts.
    expect(made.stdout.trim().split('\n').at(-1)).toContain('"cost_usd":0.015');
  });

  it('is gone on with by collecting what waits there, first of all', async () => {
    let nowMs = Date.now();
    const queueMs = 600_000;
    const { emulator, run, operations } = await open({ timeoutMs: 1000 }, { service: { queueMs }, now: () => nowMs });
    const begun = await run('pack', '--count', '2', '--budget', '0.03', '--yes');
    expect(begun, begun.stderr).toMatchObject({ exitCode: 75 });
    const before = operations().length;
    nowMs += queueMs + 29 * 60_000;
    await run('resume', '--budget', '1', '--yes');
    expect(operations().slice(before, before + 2)).toEqual(['poll', 'submit']);
    expect(emulator.requests.filter(({ operation }) => operation === 'submit')).toHaveLength(2);
  });

  it('is refused for a worker whose price nobody knows, and the endpoint is told by --check', async () => {
    const { operations, run } = await open({ model: 'worker-sdxl', providers: { runpod: { endpointId: 'nobodys' } } });
    const refused = await run('pack', '--count', '1');
    expect(refused).toMatchObject({ exitCode: 2 });
    expect(refused.stderr).toContain('priceUsd');
    expect(operations()).toEqual([]);
    const checked = await run('providers', '--check');
    expect(checked.stdout).toMatch(/runpod/);
    expect(operations()).toEqual(['health']);
  });
});
