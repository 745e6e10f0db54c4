import { describe, expect, it } from 'vitest';
import { abilitiesOf, chosen } from '../../../src/providers/replicate/abilities.ts';
import { buildInput } from '../../../src/providers/replicate/input.ts';
import { MODELS } from '../../../src/providers/replicate/model-table.ts';
import { outputProblem } from '../../../src/providers/replicate/output.ts';
import { guidePictures, pictureInput } from '../../../src/providers/replicate/picture-fields.ts';
import { promptField } from '../../../src/providers/replicate/prompt-field.ts';
import { inputSchema } from '../../../src/providers/replicate/schema.ts';
import { worksOn } from '../../../src/providers/replicate/works-on.ts';
import type { ReferenceRole } from '../../../src/shot.ts';
import { invalidities, recordedModel, recordedModels, type RecordedModel } from '../../support/replicate-schemas.ts';
import { request } from '../../support/providers/replicate-stage.ts';

const FACE = 'https://example.com/face.png';
const PROMPT = request().prompt;
const NO_FILE = { path: '/a.png', mime: 'image/png', sha256: '', sizeBytes: 1 } as const;
const all = recordedModels();
const makesPictures = (one: RecordedModel) => outputProblem(one.openapi, one.example) === undefined;
const built = (one: RecordedModel, references: string[] = [], size: object = {}) =>
  buildInput(one.schema, request({ negativePrompt: 'text', ...size }), references, { extra: {}, use: 'repaint' });

/** An edit, with whatever the model needs beside the picture. */
function edited({ schema }: RecordedModel) {
  const { prompt, works } = abilitiesOf(schema);
  const beside = Object.keys(works?.beside ?? {}) as ReferenceRole[];
  const references = (['source', ...beside] as const).map((role) => ({ ...NO_FILE, role }));
  const asked = request({ references, ownInputs: beside, ...(prompt === 'none' && { prompt: '' }) });
  const addresses = references.map(({ role }) => `https://example.com/${role}.png`);
  return buildInput(schema, asked, addresses, { extra: {}, use: 'repaint' });
}

describe('the recorded schemas of Replicate', () => {
  it('are several dozen, each with its source', () => {
    expect(all.length).toBeGreaterThan(60);
    for (const { source } of all) expect(source).toMatch(/\w+ .*\w+/);
  });

  it('none of the models that take a picture drops it in silence: it goes along, or is refused with the reason', () => {
    const takers = all.filter((one) => makesPictures(one) && pictureInput(one.schema));
    expect(takers.length).toBeGreaterThan(40);
    for (const one of takers) {
      const { input, problems } = built(one, [FACE]);
      if (problems.length === 0) expect(JSON.stringify(input), one.model).toContain(FACE);
    }
    for (const one of all.filter(
      ({ schema }) => !pictureInput(schema) && guidePictures(schema).length > 0 && promptField(schema),
    ))
      expect(abilitiesOf(one.schema).withheld, one.model).toMatch(/another use/);
  });

  it('at least 95 % of the picture models that take a prompt and a picture get a valid request', () => {
    const takers = all.filter((one) => makesPictures(one) && pictureInput(one.schema) && promptField(one.schema));
    const wrong = takers.flatMap((one) => {
      const { input, problems } = abilitiesOf(one.schema).works ? edited(one) : built(one, [FACE]);
      const invalid = problems.length > 0 ? problems : invalidities(one, input);
      return invalid.length === 0 ? [] : [`${one.model}: ${invalid.join('; ')}`];
    });
    for (const line of wrong) expect(line).toMatch(/the model requires|must be one of/);
    expect(wrong.length / takers.length, wrong.join('\n')).toBeLessThanOrEqual(0.05);
  });

  it('every request that is built is valid in the eyes of a JSON Schema validator, with and without a picture', () => {
    for (const one of all)
      for (const references of [[], [FACE]])
        for (const size of [{}, { width: 768, height: 1024 }, { width: 1536, height: 640 }]) {
          const { input, problems } = built(one, references, size);
          if (problems.length === 0)
            expect(invalidities(one, input), `${one.model} ${JSON.stringify(input)}`).toEqual([]);
        }
  });
});

describe('the recorded models without a prompt', () => {
  it('get a valid request with the picture in it, or are refused with the reason', () => {
    const workers = all.filter((one) => makesPictures(one) && !promptField(one.schema));
    expect(workers.length).toBeGreaterThan(10);
    for (const one of workers) {
      const found = worksOn(one.schema);
      const refused = ['scamai/faceswap', 'allenhooo/lama', 'arielreplicate/deoldify_image'].includes(one.model);
      expect('problem' in found, one.model).toBe(refused);
      if ('problem' in found) continue;
      const { input, problems } = edited(one);
      expect([problems, invalidities(one, input)], one.model).toEqual([[], []]);
      expect(JSON.stringify(input[found.source.name]), one.model).toContain('source.png');
    }
  });
});

describe('a model’s inputs in its own words', () => {
  it.each([
    ['google/nano-banana-2', { image_input: [FACE] }],
    ['bytedance/seedream-4', { image_input: [FACE], max_images: 1, sequential_image_generation: 'disabled' }],
    ['black-forest-labs/flux-2-klein-4b', { images: [FACE] }],
    ['runwayml/gen4-image', { reference_images: [FACE] }],
    ['ideogram-ai/ideogram-character', { character_reference_image: FACE, magic_prompt_option: 'Off' }],
    ['minimax/image-01', { subject_reference: FACE, prompt_optimizer: false, number_of_images: 1 }],
    ['bytedance/flux-pulid', { main_face_image: FACE }],
    ['prunaai/flux-kontext-fast', { img_cond_path: FACE }],
    ['black-forest-labs/flux-kontext-pro', { input_image: FACE }],
    ['qwen/qwen-image-edit-plus', { image: [FACE], go_fast: false }],
    ['xai/grok-imagine-image', { image: FACE }],
    ['luma/photon', { character_reference_url: FACE }],
    ['openai/gpt-image-2.5-flare', { input_images: [FACE], quality: 'medium', number_of_images: 1 }],
    ['konieshadow/fooocus-api', { image_seed: 421_337, image_number: 1, cn_img1: FACE, cn_type1: 'FaceSwap' }],
    ['bytedance/pulid', { image_width: 1024, image_height: 1024, num_samples: 1 }],
    ['stability-ai/sdxl', { width: 1024, height: 1024, num_outputs: 1 }],
    ['recraft-ai/recraft-v3', { size: '1024x1024' }],
    ['arielreplicate/instruct-pix2pix', { instruction_text: PROMPT, input_image: FACE }],
    ['adirik/masactrl-stable-diffusion-v1-4', { target_prompt: PROMPT, source_image: FACE }],
  ])('%s gets %j', (model, fields) => {
    expect(built(recordedModel(model), [FACE]).input).toMatchObject(fields);
  });

  it('a picture that is told by its address as a text is one', () => {
    const image = { type: 'string', description: '(Img2Img) Initial image to generate variations of.' };
    const properties = { prompt: { type: 'string' }, image };
    const schema = inputSchema({ components: { schemas: { Input: { properties } } } });
    expect(schema && pictureInput(schema)).toMatchObject({ names: ['image'], keeps: 'repaint' });
  });

  it('a prompt in any case is a prompt', () => {
    const schema = inputSchema({ components: { schemas: { Input: { properties: { Prompt: { type: 'string' } } } } } });
    expect(schema && promptField(schema)).toBe('Prompt');
  });

  it('a model that makes nothing from words is refused with that reason', () => {
    expect(built(recordedModel('nightmareai/real-esrgan'), [FACE]).problems).toEqual([
      'the model takes no prompt',
      'the model works on a picture that is there: it is asked for edits only',
    ]);
  });

  it.each([
    ['google/nano-banana-2', 'none', 'references'],
    ['black-forest-labs/flux-2-pro', 'best-effort', 'references'],
    ['black-forest-labs/flux-dev', 'best-effort', 'repaint'],
    ['black-forest-labs/flux-1.1-pro', 'best-effort', 'style'],
    ['minimax/image-01', 'none', 'identity'],
    ['konieshadow/fooocus-api', 'best-effort', 'identity'],
    ['black-forest-labs/flux-schnell', 'best-effort', 'none'],
    ['recraft-ai/recraft-v3', 'none', 'none'],
  ])('%s has the seed %s and keeps a face by: %s', (model, seed, keepsFace) => {
    expect(abilitiesOf(recordedModel(model).schema)).toMatchObject({ seed, keepsFace });
  });

  it('a picture that would only be painted over is withheld unless that is chosen', () => {
    const can = abilitiesOf(recordedModel('black-forest-labs/flux-dev').schema);
    expect(chosen(can, undefined)).toMatchObject({
      referencesMax: 0,
      withheld: expect.stringContaining('paints') as string,
    });
    expect(chosen(can, 'repaint')).toMatchObject({ referencesMax: 1 });
    expect(chosen(can, 'none')).not.toHaveProperty('withheld');
  });

  it('the list says what the schemas say', () => {
    for (const { id, told, capabilities } of MODELS) {
      const recorded = all.find(({ model }) => model === id);
      if (recorded === undefined) continue;
      const read = abilitiesOf(recorded.schema);
      expect({ id, keeps: read.keepsFace, seed: read.seed === 'none' }).toEqual({
        id,
        keeps: id === 'black-forest-labs/flux-kontext-pro' ? read.keepsFace : told.keepsFace,
        seed: capabilities.seed === 'none',
      });
      if (read.referencesMax !== told.referencesMax) expect(`${id} ${told.referencesMax}`).toMatch(/1[04]$|[13]$/);
    }
  });
});

describe('what a model answers with', () => {
  it.each([
    ['yorickvp/llava-13b', /answers with/],
    ['meta/meta-llama-3-8b-instruct', /answers with a list of texts/],
    ['recraft-ai/recraft-v3-svg', /\.svg/],
    ['recraft-ai/recraft-v4-svg', /\.svg/],
    ['minimax/video-01', /\.mp4/],
  ])('%s is refused before paying', (model, words) => {
    const { openapi, example } = recordedModel(model);
    expect(outputProblem(openapi, example)).toMatch(words);
  });

  it.each([
    ['{"paths": […]}', 'mrhan1993/fooocus-api'],
    ['[[uri]]', 'ml6/julius'],
    ['frames', 'prompthero/openjourney'],
    ['{"image", "payload"}', 'wolverinn/professional-faceshot'],
  ])('%s can be read', (_, model) => {
    const { openapi, example } = recordedModel(model);
    expect(outputProblem(openapi, example)).toBeUndefined();
  });
});
