/** Models of Replicate without a prompt: which of their inputs get which pictures. Pure. */
import { describe, expect, it } from 'vitest';
import { abilitiesOf } from '../../../src/providers/replicate/abilities.ts';
import { buildInput } from '../../../src/providers/replicate/input.ts';
import { likenessOf } from '../../../src/providers/replicate/same-input.ts';
import { inputSchema, type Input, type InputSchema } from '../../../src/providers/replicate/schema.ts';
import { worksOn } from '../../../src/providers/replicate/works-on.ts';
import type { ReferenceRole } from '../../../src/shot.ts';
import { request } from '../../support/providers/replicate-stage.ts';
import { recordedModel } from '../../support/replicate-schemas.ts';

const PICTURE = 'https://example.com/picture.png';
const FACE = 'https://example.com/face.png';
const uri = { type: 'string', format: 'uri' };

/** A schema with these inputs; those whose name ends in `*` are required. */
function schemaOf(inputs: Record<string, object>): InputSchema {
  const properties = Object.fromEntries(Object.entries(inputs).map(([name, field]) => [name.replace('*', ''), field]));
  const required = Object.keys(inputs).flatMap((name) => (name.endsWith('*') ? name.slice(0, -1) : []));
  const schema = inputSchema({ components: { schemas: { Input: { properties, required } } } });
  if (!schema) throw new Error('no inputs');
  return schema;
}

const pictures = (...names: string[]) => schemaOf(Object.fromEntries(names.map((name) => [name, uri])));

/** What an edit sends of a picture, and of others beside it. */
function sent(schema: InputSchema, extra: Input = {}, beside: ReferenceRole[] = []) {
  const references = (['source', ...beside] as const).map((role) => ({
    role,
    path: '/a.png',
    mime: 'image/png' as const,
    sha256: role,
    sizeBytes: 1,
  }));
  const asked = request({ prompt: '', references, ownInputs: beside, negativePrompt: 'text', quality: 'high' });
  return buildInput(schema, asked, [PICTURE, ...beside.map(() => FACE)], { extra, use: undefined });
}

describe('a model without a prompt', () => {
  it('gets the picture in its input, and nothing that describes another one', () => {
    const { schema } = recordedModel('nightmareai/real-esrgan');
    expect(sent(schema)).toEqual({ input: { image: PICTURE }, warnings: [], problems: [] });
    expect(abilitiesOf(schema)).toMatchObject({
      prompt: 'none',
      seed: 'none',
      sizes: { kind: 'any' },
      works: { on: 'image' },
    });
    const more = schemaOf({
      'image*': uri,
      seed: { type: 'integer' },
      num_outputs: { type: 'integer', minimum: 1 },
      negative_prompt: { type: 'string' },
      width: { type: 'integer' },
      height: { type: 'integer' },
      output_format: { type: 'string', enum: ['webp', 'png'] },
    });
    expect(sent(more).input).toEqual({ image: PICTURE, seed: 421_337, num_outputs: 1, output_format: 'png' });
  });

  it.each([
    ['img', ['img*']],
    ['image_path', ['image_path*']],
    ['file', ['file*']],
    ['infile', ['infile*']],
    ['input_face', ['input_face*', 'style_img_0']],
    ['image', ['image', 'image_url']],
    ['image', ['image*', 'mask']],
    ['init_image', ['init_mask', 'init_image']],
  ])('works on the picture in %s where it has %j', (name, names) => {
    expect(worksOn(pictures(...names))).toMatchObject({ source: { name }, beside: {} });
  });

  it.each([
    ['input_image', { face: 'swap_image' }, ['swap_image*', 'input_image*']],
    ['target_image', { face: 'swap_image' }, ['target_image*', 'swap_image*']],
    ['template_image', { face: 'user_image' }, ['user_image*', 'template_image*']],
    ['content', { style: 'style' }, ['style*', 'content*']],
    ['human_img', { product: 'garm_img' }, ['garm_img*', 'human_img*', 'mask_img']],
  ])('works on %s with %j beside it where it has both', (name, beside, names) => {
    const found = worksOn(pictures(...names));
    expect(found).toMatchObject({ source: { name } });
    expect(abilitiesOf(pictures(...names)).works).toEqual({ on: name, beside });
    const roles = Object.keys(beside) as ReferenceRole[];
    const [own = ''] = Object.values(beside);
    expect(sent(pictures(...names), {}, roles)).toMatchObject({
      input: { [name]: PICTURE, [own]: FACE },
      problems: [],
    });
    expect(sent(pictures(...names)).problems.join()).toContain(`(${own}), and none is there`);
  });

  it.each([
    ['it is not clear which one it works on: source_image, target_image', ['source_image*', 'target_image*']],
    ['it is not clear which one it works on: image, image2', ['image*', 'image2*']],
    ['it is not clear which one it works on: image1, image2', ['image1', 'image2']],
    ['needs mask beside the picture', ['image*', 'mask*']],
    ['needs background beside the picture', ['image*', 'background*']],
    ['no picture either', ['zip_file*']],
    ['no picture either', ['document']],
  ])('is refused as %s', (why, names) => {
    expect(worksOn(pictures(...names))).toMatchObject({ problem: expect.stringContaining(why) as string });
  });

  it('is refused for what it requires besides, with its choices, unless the config has it', () => {
    const schema = schemaOf({
      'image*': uri,
      'mask*': uri,
      'model_name*': { type: 'string', enum: ['Artistic', 'Stable'] },
    });
    expect(worksOn(schema)).toMatchObject({
      problem: expect.stringContaining('model_name (Artistic, Stable)') as string,
    });
    expect(worksOn(schema, { model_name: 'Stable' })).toMatchObject({
      problem: expect.stringContaining('mask') as string,
    });
    const given = { model_name: 'Stable', mask: FACE };
    expect(sent(schema, given)).toEqual({ input: { image: PICTURE, ...given }, warnings: [], problems: [] });
  });

  it('is refused where the config has the picture that it works on: what is left is meant for another', () => {
    const swap = pictures('swap_image*', 'input_image*');
    expect(worksOn(swap, { swap_image: FACE })).toMatchObject({ source: { name: 'input_image' }, beside: {} });
    expect(worksOn(swap, { input_image: FACE })).toMatchObject({
      problem: expect.stringContaining('take it out') as string,
    });
    const unclear = pictures('source_image*', 'target_image*');
    expect(worksOn(unclear, { source_image: FACE })).toMatchObject({ source: { name: 'target_image' } });
  });

  it('never takes the example of its author for a picture that is not there', () => {
    const example = { ...uri, default: 'https://example.com/shirt.png' };
    const schema = schemaOf({ model_image: example, garment_image: example });
    expect(worksOn(schema)).toMatchObject({
      source: { name: 'model_image' },
      beside: { product: { name: 'garment_image' } },
    });
    expect(sent(schema).problems.join()).toContain('(garment_image), and none is there');
  });

  it('takes an archive for a picture only where nothing else can be meant', () => {
    const described = { ...uri, description: 'Input image, tar or zip file' };
    expect(worksOn(schemaOf({ input_file: described }))).toHaveProperty('problem');
    expect(worksOn(schemaOf({ 'images*': described }))).toMatchObject({ source: { name: 'images' } });
  });
});

describe('an edit at a model with a prompt', () => {
  const inputs = (...names: string[]) =>
    schemaOf({ 'prompt*': { type: 'string' }, ...Object.fromEntries(names.map((name) => [name, uri])) });
  it.each([
    [{ on: 'control_image', beside: {} }, ['control_image*']],
    [{ on: 'canny', beside: {} }, ['canny*', 'mask']],
    [{ on: 'image', beside: { style: 'image_style' } }, ['image*', 'image_style*']],
    [{ on: 'commerce_image', beside: { face: 'face_image' } }, ['face_image*', 'commerce_image*']],
    [{ on: 'image_1', beside: { face: 'image_2' } }, ['image_1*', 'image_2*']],
  ])('has %j where it takes %j', (works, names) => {
    expect(abilitiesOf(inputs(...names)).works).toEqual(works);
  });

  it.each([
    [['image*']],
    [['input_images']],
    [['pose_image', 'depth_image']],
    [['mask*']],
    [['image*', 'image_pose*']],
  ])('has nothing but the input of the face where it takes %j', (names) => {
    expect(abilitiesOf(inputs(...names)).works).toBeUndefined();
  });

  it('sends two numbered pictures that are described as one and another only where they are alike', () => {
    const told = (one: string, two: string) =>
      schemaOf({ 'image1*': { ...uri, description: one }, 'image2*': { ...uri, description: two } });
    expect(worksOn(told('First input image', 'Second input image'))).toMatchObject({ source: { name: 'image1' } });
    expect(worksOn(told("Man's image", "Woman's image"))).toHaveProperty('problem');
  });
});

describe('a prediction that was sent without words', () => {
  const sum = 'sha256:0d5e';
  it.each([
    ['same', { image: PICTURE, scale: 4 }, { image: PICTURE, scale: 4, face_enhance: false }],
    ['other', { image: sum, scale: 4 }, { image: 'sha256:ffff', scale: 4 }],
    ['other', { image: PICTURE, scale: 4 }, { image: PICTURE, scale: 2 }],
    ['perhaps', { image: PICTURE }, { image: FACE }],
    ['perhaps', { image: sum }, { image: PICTURE }],
    ['perhaps', { image: PICTURE, seed: 7 }, { image: FACE, seed: 7 }],
    ['same', { image: PICTURE, prompt: 'a', seed: 7 }, { image: FACE, prompt: 'a', seed: 7 }],
  ])('is %s where ours is %j and theirs %j', (likeness, ours, theirs) => {
    expect(likenessOf(ours, theirs)).toBe(likeness);
  });
});
