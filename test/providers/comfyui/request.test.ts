/** What ComfyUI is sent, and what it refuses. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { promptIdOf } from '../../../src/providers/comfyui/connection.ts';
import type { SubmitContext } from '../../../src/providers/provider.ts';
import { makePicture } from '../../emulators/picture.ts';
import { clearStage, stage } from '../../support/providers/comfyui-stage.ts';
import { makeOne, plainRequest, thrownBy } from '../../support/providers/request.ts';

const folder = mkdtempSync(join(tmpdir(), 'imggen-comfyui-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(clearStage);

const call: SubmitContext = { signal: new AbortController().signal, onSending: () => {} };
const request = plainRequest({
  model: 'workflow',
  attemptKey: 'a-1',
  width: 832,
  height: 1216,
  negativePrompt: 'blur',
});

/** Writes a workflow file, from its nodes. */
function workflowFile(name: string, nodes: object): string {
  const file = join(folder, name);
  writeFileSync(
    file,
    JSON.stringify({ '6': node('CLIPTextEncode', { text: '{{prompt}}', clip: ['6', 0] }), ...nodes }),
  );
  return file;
}

function node(type: string, inputs: object): object {
  return { class_type: type, inputs };
}

function reference(name: string): (typeof request.references)[number] {
  const bytes = makePicture(64, 64, name);
  const path = join(folder, `${name}.png`);
  writeFileSync(path, bytes);
  return { path, mime: 'image/png', sha256: name.padEnd(64, '0'), sizeBytes: bytes.length };
}

describe('a request to ComfyUI', () => {
  it('is the workflow with its values, under an id of ours that any process can tell again', async () => {
    const { provider, sent } = await stage();
    const told: unknown[] = [];
    await provider.submit(request, { ...call, onSending: (record) => void told.push(record) });
    const { prompt, prompt_id: id } = sent();
    expect(prompt['3']?.inputs).toMatchObject({ seed: request.seed });
    expect(prompt['5']?.inputs).toEqual({ width: 832, height: 1216, batch_size: 1 });
    expect([prompt['6']?.inputs['text'], prompt['7']?.inputs['text']]).toEqual([request.prompt, 'blur']);
    expect(id).toBe(promptIdOf('a-1'));
    expect(told).toEqual([{ promptId: id }]);
    expect(promptIdOf('a-2')).not.toBe(id);
  });

  it('uploads each reference once, under a name of its content, and runs the workflow that takes it', async () => {
    const { provider, sent, emulator } = await stage();
    const references = [reference('abc')];
    await makeOne(provider, { ...request, references }, call);
    await makeOne(provider, { ...request, references, attemptKey: 'a-2' }, call);
    const name = `imggen-${'abc'.padEnd(64, '0')}.png`;
    expect(sent().prompt['4']).toMatchObject({ class_type: 'LoadImage', inputs: { image: name } });
    expect(emulator.requests.filter(({ operation }) => operation === 'upload')).toHaveLength(1);
  });

  it('is refused before anything is sent where no workflow takes its references', async () => {
    const { provider, emulator } = await stage({ options: { referenceWorkflow: undefined } });
    const error = await thrownBy(provider.submit({ ...request, references: [reference('abc')] }, call));
    expect(error).toMatchObject({ failure: 'rejected', charged: 'no' });
    expect(emulator.requests).toEqual([]);
  });

  it.each([
    [
      'a model that is not there',
      { '4': node('CheckpointLoaderSimple', { ckpt_name: 'mine.safetensors' }), '9': node('PreviewImage', {}) },
      /CheckpointLoaderSimple 4: Value not in list \(ckpt_name: 'mine.safetensors' not in \[.*; PreviewImage 9: /,
    ],
    ['a node that is not installed', { '9': node('FaceDetailer', {}) }, /Node 'FaceDetailer' not found/],
    ['nothing that saves a picture', {}, /Prompt has no outputs/],
  ])('with %s is rejected in the words of the server, node by node', async (name, nodes, message) => {
    const workflow = workflowFile(`${name}.json`, nodes);
    const { provider } = await stage({ options: { workflow, referenceWorkflow: undefined } });
    const error = await thrownBy(provider.submit(request, call));
    expect(error).toMatchObject({ failure: 'rejected', charged: 'no', status: 400 });
    expect((error as Error).message).toMatch(message);
  });
});

describe('the health of ComfyUI', () => {
  it('is good where it has every node and file that the workflows name', async () => {
    const { provider, emulator } = await stage();
    expect(await provider.check(call)).toEqual({
      ok: true,
      message: expect.stringMatching(/^ComfyUI 0\.3\.64 answers/) as string,
    });
    expect(emulator.requests.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('is bad where a node is not installed or a file is not there, and says which', async () => {
    const workflow = workflowFile('lacking.json', {
      '4': node('CheckpointLoaderSimple', { ckpt_name: 'mine.safetensors' }),
      '7': node('LoadImage', { image: 'my face.png' }),
      '8': node('FaceDetailer (v2)', {}),
    });
    const { provider } = await stage({ options: { workflow } });
    const { ok, message } = await provider.check(call);
    expect(ok).toBe(false);
    expect(message.split("can't run the workflow: ")[1]?.split('; ')).toEqual([
      'it has no node FaceDetailer (v2)',
      'CheckpointLoaderSimple 4 has no ckpt_name "mine.safetensors"',
      'LoadImage 7 has no image "my face.png"',
    ]);
  });

  it('is not judged by nodes where the server tells of none', async () => {
    const { provider } = await stage({ emulator: { faults: [{ on: 'node', kind: 'status', status: 404 }] } });
    expect(await provider.check(call)).toMatchObject({ ok: true });
  });
});

describe('ComfyUI without a workflow that can be used', () => {
  it('says so when pictures are asked for, and answers what can be answered without one', async () => {
    const options = { workflow: undefined, referenceWorkflow: undefined };
    const { provider, emulator } = await stage({ options });
    expect(() => provider.capabilities('workflow')).toThrow(UserError);
    expect(await thrownBy(provider.submit(request, call))).toMatchObject({ failure: 'rejected' });
    expect(provider.price(request)).toMatchObject({ worstMicros: 0 });
    expect(emulator.requests).toEqual([]);
    expect(await provider.check(call)).toEqual({
      ok: false,
      message: expect.stringMatching(/^ComfyUI 0\.3\.64 answers, on cuda:0 .*; comfyui has no workflow/) as string,
    });
  });

  it('knows one model: the workflow', async () => {
    const { provider } = await stage();
    expect(() => provider.capabilities('sdxl')).toThrow(/no model "sdxl"/);
    expect(provider.capabilities('workflow')).toMatchObject({ referencesMax: 1, referencesMin: 0, cancel: true });
  });
});
