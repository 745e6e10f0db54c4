/** worker-comfyui on an endpoint of one's own: what it is sent, and what its answers mean. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { ImageRequest, Reference, SubmitContext } from '../../../src/providers/provider.ts';
import module from '../../../src/providers/runpod.ts';
import { makePicture } from '../../emulators/picture.ts';
import { OWN_ENDPOINT } from '../../emulators/runpod.ts';
import { makeOne, plainRequest, thrownBy } from '../../support/providers/request.ts';
import { clearStage, COMFYUI, stage } from '../../support/providers/runpod-stage.ts';

const folder = mkdtempSync(join(tmpdir(), 'imggen-worker-comfyui-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(clearStage);

const call: SubmitContext = { signal: new AbortController().signal, onSending: () => {} };
const request = (more: Partial<ImageRequest> = {}): ImageRequest =>
  plainRequest({ model: 'worker-comfyui', width: 832, height: 1216, negativePrompt: 'blur', ...more });

function reference(name: string): Reference {
  const bytes = makePicture(64, 64, name);
  const path = join(folder, `${name}.png`);
  writeFileSync(path, bytes);
  return { path, mime: 'image/png', sha256: name.padEnd(64, '0'), sizeBytes: bytes.length };
}

/** A workflow file with these nodes after that of the prompt. */
function workflowFile(name: string, nodes: object): string {
  const file = join(folder, name);
  const prompt = { class_type: 'CLIPTextEncode', inputs: { text: '{{prompt}}', clip: ['6', 0] } };
  writeFileSync(file, JSON.stringify({ '6': prompt, ...nodes }));
  return file;
}

const save = (): object => ({ class_type: 'SaveImage', inputs: { images: ['6', 0], filename_prefix: 'imggen' } });

describe('a request to worker-comfyui', () => {
  it('is the workflow with prompt, negative, seed and size in it, and nothing besides', async () => {
    const { provider, asked, sent } = await stage(COMFYUI);
    expect(provider.defaultModel).toBe('worker-comfyui');
    const made = await makeOne(provider, request(), call);
    expect(made.image.kind).toBe('bytes');
    expect(asked()[0]).toBe(`POST /v2/${OWN_ENDPOINT}/run`);
    expect(Object.keys(sent())).toEqual(['workflow']);
    const workflow = JSON.stringify(sent()['workflow']);
    expect(workflow).not.toContain('{{');
    for (const part of [request().prompt, 'blur', '"seed":421337', '"width":832', '"height":1216'])
      expect(workflow).toContain(part);
  });

  it('carries the references inside, under names of their content that the workflow has', async () => {
    const { provider, sent } = await stage(COMFYUI);
    await makeOne(provider, request({ references: [reference('abc')] }), call);
    const name = `imggen-${'abc'.padEnd(64, '0')}.png`;
    const [image] = sent()['images'] as { name: string; image: string }[];
    expect(image?.name).toBe(name);
    expect(image?.image).toMatch(/^data:image\/png;base64,[\w+/]+=*$/);
    expect((sent()['workflow'] as Record<string, object>)['4']).toMatchObject({ inputs: { image: name } });
  });

  it('is refused before anything is sent where its files take no reference, or are not there', async () => {
    const plain = await stage({ ...COMFYUI, provider: { workflow: 'portrait.json' } });
    const error = await thrownBy(plain.provider.submit(request({ references: [reference('abc')] }), call));
    expect(error).toMatchObject({ failure: 'rejected', charged: 'no' });
    const none = await stage({ service: COMFYUI.service, provider: { model: 'worker-comfyui' } });
    expect(() => none.provider.capabilities('worker-comfyui')).toThrow(/runpod has no workflow/);
    expect(await thrownBy(none.provider.submit(request(), call))).toMatchObject({ failure: 'rejected', charged: 'no' });
    expect(await none.provider.check(call)).toMatchObject({ ok: false });
    expect([...plain.asked(), ...none.asked()]).toEqual([]);
  });

  it('can do what its files have placeholders for; its seed is a best effort, as machines differ', async () => {
    const { provider } = await stage(COMFYUI);
    expect(provider.capabilities('worker-comfyui')).toMatchObject({
      seed: 'best-effort',
      referencesMax: 1,
      referencesMin: 0,
      keepsFace: 'references',
      negativePrompt: false,
      reattach: true,
    });
    expect(provider.warnings(request({ references: [reference('abc')] }))).toEqual([
      'the workflow has no {{negative}}: the negative prompt is left out',
    ]);
    expect(provider.price(request())).toBeUndefined();
  });

  it('takes no key from the config', () => {
    const { error } = module.optionsSchema.safeParse({ input: { comfy_org_api_key: 'canary' } });
    expect(String(error)).toContain('a key has no place in the config');
  });
});

describe('an answer of worker-comfyui', () => {
  it('with an address in a bucket is fetched from there', async () => {
    const { provider, emulator } = await stage({ ...COMFYUI, service: { ...COMFYUI.service, bucket: true } });
    const { image } = await makeOne(provider, request(), call);
    expect(image).toEqual({ kind: 'url', url: expect.stringContaining(`${emulator.url}/image/`) as string });
  });

  it('with several pictures is the last, and says so', async () => {
    const workflow = workflowFile('two.json', { '8': save(), '9': save() });
    const { provider } = await stage({ ...COMFYUI, provider: { workflow } });
    const { warnings } = await makeOne(provider, request(), call);
    expect(warnings).toEqual(['an answer holds 2 pictures: the last is kept']);
  });

  it('without a picture says what the workflow lacks, and counts as paid', async () => {
    const workflow = workflowFile('none.json', { '9': { class_type: 'PreviewImage', inputs: { images: ['6', 0] } } });
    const { provider } = await stage({ ...COMFYUI, provider: { workflow } });
    const error = await thrownBy(makeOne(provider, request(), call));
    expect(error).toMatchObject({ failure: 'unusable', charged: 'yes' });
    expect((error as Error).message).toContain('SaveImage');
  });

  it.each([
    ['FAIL(Allocation on device, out of memory)', 'unavailable', /Node Type: KSampler, .*out of memory/],
    ['FAIL(mat1 and mat2 shapes cannot be multiplied)', 'rejected', /Job processing failed; Workflow execution error/],
  ])('that tells of %s is %s, in the words of the node, and may have cost', async (prompt, failure, message) => {
    const { provider } = await stage(COMFYUI);
    const error = await thrownBy(makeOne(provider, request({ prompt }), call));
    expect(error).toMatchObject({ failure, charged: 'maybe' });
    expect((error as Error).message).toMatch(message);
  });

  it.each([
    ['a node that is not installed', { class_type: 'FaceDetailer', inputs: {} }, /custom node may not be installed/],
    ['a model that is not there', { class_type: 'VAELoader', inputs: { vae_name: 'no.pt' } }, /Node 7 .*not in list/i],
  ])('to a workflow with %s is rejected with its reason', async (name, node, message) => {
    const workflow = workflowFile(`${name}.json`, { '7': node, '9': save() });
    const { provider } = await stage({ ...COMFYUI, provider: { workflow } });
    const error = await thrownBy(makeOne(provider, request(), call));
    expect(error).toMatchObject({ failure: 'rejected', charged: 'maybe' });
    expect((error as Error).message).toMatch(message);
  });
});
