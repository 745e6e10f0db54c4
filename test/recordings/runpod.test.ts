/** Recorded answers of RunPod, replayed to the provider, and the emulated ones held against them. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Provider } from '../../src/providers/provider.ts';
import runpod from '../../src/providers/runpod.ts';
import { CHECKPOINTS } from '../emulators/comfyui/nodes.ts';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import { OWN_ENDPOINT, runpod as emulated, type RunpodOptions } from '../emulators/runpod.ts';
import { call } from '../support/providers/openai-request.ts';
import { collectOne, plainRequest } from '../support/providers/request.ts';
import { type Counterpart, unlike } from './counterpart.ts';
import { type Outcome, outcomeOf, PIXEL } from './outcome.ts';
import { recording, recordingNames } from './recording.ts';
import { closeReplays, startReplay } from './replay.ts';

const running: Emulator[] = [];
afterEach(closeReplays);
afterEach(() => Promise.all(running.splice(0).map((emulator) => emulator.close())));

const address = { kind: 'url', url: 'https://image.runpod.ai/abc123/output.png' };
const PICTURE = { kind: 'bytes', bytes: PIXEL };
const usage = (delayTime: number | null, executionTime: number | null): object => ({
  usage: { delayTime, executionTime },
});
const failed = (failure: string, more: Outcome = {}): Outcome => ({ failure, charged: 'no', code: 'FAILED', ...more });

const CASES: Record<string, Outcome> = {
  'job-queued': {
    state: 'accepted',
    remoteId: 'qwen-image-t2i/eaebd6e7-6a92-4bb8-a911-f996ac5ea99d-u1',
    sent: { skewMs: expect.any(Number) as number, doubtMs: expect.any(Number) as number },
  },
  'job-completed': { state: 'generated', image: address, costMicros: 20_972, ...usage(17, 3986) },
  'job-completed-edited': { state: 'generated', image: address, costMicros: 20_000, ...usage(15, 3856) },
  'job-completed-result': {
    state: 'generated',
    image: { kind: 'url', url: 'https://cdn.test/z-image.png' },
    ...usage(null, null),
  },
  'job-completed-sdxl': { state: 'generated', image: PICTURE, seedUsed: 42, ...usage(11_449, 6120) },
  'job-completed-comfyui': { state: 'generated', image: PICTURE, ...usage(123, 4567) },
  'job-completed-comfyui-bucket': {
    state: 'generated',
    image: {
      kind: 'url',
      url: 'https://your-bucket-name.s3.your-region.amazonaws.com/sync-uuid-string/ComfyUI_00001_.png',
    },
    ...usage(123, 4567),
  },
  'job-completed-comfyui-empty': { failure: 'unusable', charged: 'yes' },
  'job-failed-comfyui': failed('rejected', { charged: 'maybe' }),
  'job-failed-invalid': failed('rejected'),
  'job-failed-exception': failed('unavailable', { charged: 'maybe' }),
  'input-invalid': failed('rejected', { status: 400 }),
  'job-canceled': { unbilled: false },
  health: { ok: true },
};

function ask(provider: Provider, name: string): Promise<Outcome> {
  const { request } = recording('runpod', name);
  const plain = plainRequest({ model: provider.defaultModel });
  const [, , endpoint, operation, id] = request.path.split('/');
  const remoteId = `${endpoint}/${id}`;
  if (operation === 'status')
    return collectOne(provider, remoteId, plain, call) as Promise<unknown> as Promise<Outcome>;
  if (operation === 'cancel')
    return Promise.resolve(provider.cancel?.(remoteId, call)).then((unbilled) => ({ unbilled }));
  if (operation === 'health') return provider.check(call).then(({ ok }) => ({ ok }));
  return provider.submit(plain, call) as Promise<unknown> as Promise<Outcome>;
}

/** A job at the emulator, and how it is asked for. */
interface Job {
  endpoint?: string;
  input?: object;
  operation?: 'run' | 'status' | 'cancel' | 'health';
  service?: RunpodOptions;
}

const CAT = { prompt: 'a cat', size: '1024*1024' };
const FACE = { ...CAT, images: ['https://example.test/face.png'] };

const emulate =
  ({ endpoint = 'qwen-image-t2i', input = CAT, operation = 'status', service = {} }: Job) =>
  async (): Promise<Response> => {
    const emulator = await startEmulator(emulated(service));
    running.push(emulator);
    const at = (path: string, method: string, body?: object): Promise<Response> =>
      fetch(`${emulator.url}/v2/${endpoint}/${path}`, {
        method,
        headers: { authorization: 'Bearer any', 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
    if (operation === 'health') return at('health', 'GET');
    const submitted = await at('run', 'POST', { input });
    if (operation === 'run') return submitted;
    const { id } = (await submitted.json()) as { id: string };
    return at(`${operation}/${id}`, operation === 'cancel' ? 'POST' : 'GET');
  };

/** A job of worker-comfyui. `saves`: the kind of its last node. */
const workflow = ({ text = 'a cat', saves = 'SaveImage', bucket = false } = {}): Counterpart['produce'] => {
  const node = (type: string, inputs: object): object => ({ class_type: type, inputs });
  const graph = {
    '1': node('CheckpointLoaderSimple', { ckpt_name: CHECKPOINTS[0] }),
    '2': node('CLIPTextEncode', { text, clip: ['1', 1] }),
    '3': node(saves, { images: ['2', 0], filename_prefix: 'ComfyUI' }),
  };
  return emulate({ endpoint: OWN_ENDPOINT, input: { workflow: graph }, service: { worker: 'worker-comfyui', bucket } });
};

/** The emulator's answers in the same situations. */
const EMULATED: Record<string, Counterpart> = {
  'job-queued': { produce: emulate({ operation: 'run' }), same: ['status'] },
  'job-completed': { produce: emulate({}), same: ['status'] },
  'job-completed-edited': {
    produce: emulate({ endpoint: 'qwen-image-edit-2511', input: FACE }),
    seen: ['job-completed'],
  },
  'job-completed-sdxl': { produce: emulate({ endpoint: OWN_ENDPOINT, input: { prompt: 'a cat' } }) },
  'job-completed-comfyui': { produce: workflow(), seen: ['job-completed'] },
  'job-completed-comfyui-bucket': {
    produce: workflow({ bucket: true }),
    seen: ['job-completed'],
    same: ['output.images.0.type'],
  },
  'job-completed-comfyui-empty': {
    produce: workflow({ saves: 'PreviewImage' }),
    seen: ['job-completed'],
    same: ['output.status'],
  },
  'job-failed-comfyui': { produce: workflow({ text: 'FAIL(x)' }), seen: ['job-completed'], same: ['error'] },
  'job-failed-invalid': {
    produce: emulate({ endpoint: 'wan-2-6-t2i', input: { ...CAT, size: 'small' } }),
    seen: ['job-completed'],
    omits: ['output'],
  },
  'job-canceled': { produce: emulate({ operation: 'cancel' }), same: ['status'] },
  health: { produce: emulate({ operation: 'health' }) },
};

describe('an answer that RunPod gave', () => {
  it.each(Object.entries(CASES))('%s is understood', async (name, outcome) => {
    const answer = recording('runpod', name);
    const server = await startReplay({ [answer.request.method]: [answer] });
    const provider = await runpod.create({
      options: { baseUrl: `${server.url}/v2` },
      keyVariables: ['RUNPOD_API_KEY'],
      env: { RUNPOD_API_KEY: 'canary-runpod-key-0123456789' },
      fetch,
      now: Date.now,
      elapsed: () => performance.now(),
      sleep: async () => {},
      timeoutMs: 10_000,
    });
    expect(await outcomeOf(ask(provider, name))).toEqual(outcome);
  });

  it.each(Object.entries(EMULATED))('%s has the form that the emulator gives it', async (name, counterpart) => {
    expect(await unlike('runpod', name, counterpart)).toEqual([]);
  });

  it('is replayed, every one of them', () => {
    expect(Object.keys(CASES).sort()).toEqual(recordingNames('runpod'));
  });
});
