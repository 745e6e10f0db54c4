/** Recorded answers of ComfyUI, replayed to the provider, and held against the emulator's. */
import { afterEach, describe, expect, it } from 'vitest';
import module from '../../src/providers/comfyui.ts';
import type { Provider, SubmitContext } from '../../src/providers/provider.ts';
import { comfyui } from '../emulators/comfyui.ts';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import { EXAMPLES } from '../support/providers/comfyui-stage.ts';
import { collectOne, plainRequest, thrownBy } from '../support/providers/request.ts';
import { type Counterpart, unlike } from './counterpart.ts';
import { recording, recordingNames } from './recording.ts';
import { closeReplays, startReplay } from './replay.ts';

const running: Emulator[] = [];
afterEach(async () => {
  await closeReplays();
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});

const call: SubmitContext = { signal: new AbortController().signal, onSending: () => {} };
const request = plainRequest({ model: 'workflow' });

/** The provider in front of one recorded answer. */
async function replayed(name: string): Promise<Provider & { url: string }> {
  const answer = recording('comfyui', name);
  const { url } = await startReplay({ POST: [answer], GET: [answer] });
  const provider = await module.create({
    options: { baseUrl: url, workflow: 'portrait.json' },
    keyVariables: [],
    folder: EXAMPLES,
    env: {},
    fetch,
    now: Date.now,
    elapsed: () => performance.now(),
    sleep: async () => {},
    timeoutMs: 10_000,
  });
  return { ...provider, url };
}

describe('a recorded answer of ComfyUI', () => {
  it.each([
    [
      'prompt-rejected',
      /CheckpointLoaderSimple 4: .*ckpt_name: .*; LoraLoader 12: .*'SDXL-LCM-LoRA.safetensors' not in/,
    ],
    ['prompt-id-invalid', /prompt_id must be a valid UUID/],
  ])('%s is a rejected request, told in its words', async (name, message) => {
    const error = await thrownBy((await replayed(name)).submit(request, call));
    expect(error).toMatchObject({ failure: 'rejected', charged: 'no', status: 400 });
    expect((error as Error).message).toMatch(message);
  });

  it('history-success leads to the picture', async () => {
    const provider = await replayed('history-success');
    const made = await collectOne(provider, '35bd62e6-a6fd-4a32-84d4-365d80bd79d5', request, call);
    const url = `${provider.url}/view?filename=ComfyUI_00068_.png&subfolder=&type=output`;
    expect(made).toMatchObject({ state: 'generated', image: { kind: 'url', url } });
  });

  it('history-execution-error is told with its node', async () => {
    const provider = await replayed('history-execution-error');
    const error = await thrownBy(collectOne(provider, '25a6937d-7bdb-4030-9a88-97427271adf4', request, call));
    expect(error).toMatchObject({ failure: 'rejected', code: 'RuntimeError' });
    expect((error as Error).message).toMatch(
      /^ComfyUI in CLIPTextEncode \(node 3\): ERROR: clip input is invalid: None/,
    );
  });
});

const GRAPH = {
  '4': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'v1-5-pruned-emaonly.ckpt' } },
  '9': { class_type: 'PreviewImage', inputs: { images: ['4', 0] } },
};

/** What the emulator answers to a prompt, or its history. */
const asked =
  (text: string, body: object, history = false) =>
  async (): Promise<Response> => {
    const emulator = await startEmulator(comfyui());
    running.push(emulator);
    const prompt = { ...GRAPH, '6': { class_type: 'CLIPTextEncode', inputs: { text, clip: ['4', 1] } } };
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const sent = { prompt, client_id: 'one', ...body };
    const made = await fetch(`${emulator.url}/prompt`, { ...init, body: JSON.stringify(sent) });
    if (!history) return made;
    const { prompt_id: id } = (await made.json()) as { prompt_id: string };
    const told = await fetch(`${emulator.url}/history/${id}`);
    // Under one name: the id is data.
    return new Response((await told.text()).replaceAll(id, IDS[text.startsWith('FAIL') ? 'failed' : 'made']), told);
  };
const IDS = { made: '35bd62e6-a6fd-4a32-84d4-365d80bd79d5', failed: '25a6937d-7bdb-4030-9a88-97427271adf4' };

const COUNTERPARTS: Record<string, Counterpart> = {
  'prompt-rejected': {
    produce: asked('x', { prompt: { ...GRAPH, '4': { ...GRAPH['4'], inputs: { ckpt_name: 'none' } } } }),
    same: ['error.type'],
    opaque: ['node_errors'],
  },
  'prompt-id-invalid': { produce: asked('x', { prompt_id: 'mine' }), same: ['error.type', 'error.message'] },
  'history-success': {
    produce: asked('a face', {}, true),
    opaque: [`${IDS.made}.prompt`, `${IDS.made}.outputs`, `${IDS.made}.meta`, `${IDS.made}.status.messages`],
    typed: [{ [IDS.made]: { meta: {} } }],
  },
  'history-execution-error': {
    produce: asked('FAIL(no)', {}, true),
    opaque: [`${IDS.failed}.prompt`, `${IDS.failed}.status.messages`],
    typed: [{ [IDS.failed]: { meta: {} } }],
  },
};

describe('the emulated ComfyUI', () => {
  it.each(Object.entries(COUNTERPARTS))('answers in the form of the recorded %s', async (name, counterpart) => {
    expect(await unlike('comfyui', name, counterpart)).toEqual([]);
  });

  it('is held against every recording', () => {
    expect(Object.keys(COUNTERPARTS).toSorted()).toEqual(recordingNames('comfyui'));
  });
});
