/** Models without a prompt that need a second picture: it goes into the input that is meant, or nothing is sent. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makePicture } from '../emulators/picture.ts';
import { uri } from '../emulators/replicate/models.ts';
import { working } from '../emulators/replicate/works.ts';
import { bytesOf, replicateProject } from '../support/replicate-project.ts';

const FACE_SWAP = 'cdingram/face-swap';
const STYLE = 'jarrentwu1031/ccpl';
const OUTLINE = 'black-forest-labs/flux-canny-pro';
const SERVICE = {
  models: [
    working(FACE_SWAP, 'c', { swap_image: uri, input_image: uri }),
    working(STYLE, 'e', { style: uri, content: uri }),
    working(OUTLINE, 'f', { prompt: { type: 'string' }, control_image: uri, seed: { type: 'integer' } }),
  ],
};
const SIZED = { size: '320x480', providers: { replicate: { priceUsd: 0.01 } } };

describe('a face swap', () => {
  it('gets the picture and the face, each in the input that is meant, and says so', async () => {
    const { imggen, folder, inputs } = await replicateProject(SIZED, { service: SERVICE });
    await imggen.avatar().result;
    await imggen.pack({ count: 1 }).result;
    const said: string[] = [];
    const run = imggen.edit({
      image: 'mira/2',
      settings: { model: FACE_SWAP },
      onEvent: (event) => event.event === 'notice' && said.push(event.message),
    });
    expect(await run.result).toMatchObject({ status: 'done' });
    const bytes = (name: string) => readFileSync(join(folder, 'images', 'mira', name));
    const input = inputs().at(-1) ?? {};
    expect(Object.keys(input).toSorted()).toEqual(['input_image', 'swap_image']);
    expect(bytesOf(input['input_image']).equals(bytes('mira_image_00002.png'))).toBe(true);
    expect(bytesOf(input['swap_image']).equals(bytes('mira_image_00001.png'))).toBe(true);
    expect(said).toContain(
      `${FACE_SWAP} gets mira_image_00002.png as input_image, the picture of the face as swap_image`,
    );
    const { images } = await imggen.gallery('mira');
    expect(images[0]?.references.map(({ role, filename }) => [role, filename])).toEqual([
      ['source', 'mira_image_00002.png'],
      ['face', 'mira_image_00001.png'],
    ]);
  });

  it('is refused without another picture of the face: also the avatar is none for itself', async () => {
    const { imggen, inputs } = await replicateProject(SIZED, { service: SERVICE });
    await imggen.pack({ count: 1 }).result;
    const swap = (image: string) => imggen.edit({ image, settings: { model: FACE_SWAP } }).result;
    const refusal = { problems: [expect.stringContaining('swap_image: it needs a picture of the face')] };
    await expect(swap('mira/1')).rejects.toMatchObject(refusal);
    await imggen.use('mira/1');
    await expect(swap('mira/1')).rejects.toMatchObject(refusal);
    expect([inputs().length, (await imggen.jobs()).length]).toEqual([1, 1]);
  });

  it('takes its face from the config, and a style transfer its style', async () => {
    const [face, ink] = ['face', 'ink'].map((key) => makePicture(64, 64, key));
    const given = [face, ink].map((bytes) => `data:image/png;base64,${bytes?.toString('base64')}`);
    const references = [given[0], { picture: given[1], role: 'style' }];
    const { imggen, inputs } = await replicateProject({ ...SIZED, character: { references } }, { service: SERVICE });
    await imggen.pack({ count: 1 }).result;
    const edit = (model: string) => imggen.edit({ image: 'mira/1', settings: { model } }).result;
    expect(await edit(FACE_SWAP)).toMatchObject({ status: 'done' });
    expect(inputs().at(-1)).toMatchObject({ swap_image: given[0] });
    expect(await edit(STYLE)).toMatchObject({ status: 'done' });
    expect(inputs().at(-1)).toMatchObject({ style: given[1] });
    expect(Object.keys(inputs().at(-1) ?? {})).toEqual(['content', 'style']);
  });

  it('is not sent with the picture of another role, or with an example of its author', async () => {
    const { imggen, inputs } = await replicateProject(SIZED, { service: SERVICE });
    await imggen.avatar().result;
    const styled = imggen.edit({ image: 'mira/1', settings: { model: STYLE } }).result;
    const problems = [expect.stringContaining('style: it needs a picture of the style beside')];
    await expect(styled).rejects.toMatchObject({ problems });
    expect(inputs()).toHaveLength(1);
  });
});

describe('a model that takes a picture for its outline only', () => {
  it('gets the one that is edited there, with its words, and is refused for pictures of the person', async () => {
    const { imggen, folder, inputs } = await replicateProject(SIZED, { service: SERVICE });
    await imggen.avatar().result;
    const said: string[] = [];
    const edited = imggen.edit({
      image: 'mira/1',
      prompt: 'as a bronze statue',
      settings: { model: OUTLINE },
      onEvent: (event) => event.event === 'notice' && said.push(event.message),
    });
    expect(await edited.result).toMatchObject({ status: 'done' });
    const [, input] = inputs();
    expect(input).toEqual({ prompt: 'as a bronze statue', control_image: expect.any(String) as string, seed: 7 });
    const source = readFileSync(join(folder, 'images', 'mira', 'mira_image_00001.png'));
    expect(bytesOf(input?.['control_image']).equals(source)).toBe(true);
    expect(said.join()).toContain(
      'gets mira_image_00001.png as control_image: it takes from it what that input is for',
    );
    const pack = imggen.pack({ count: 1, settings: { model: OUTLINE } }).result;
    await expect(pack).rejects.toThrow(/takes pictures only for another use \(control_image\)/);
    expect(inputs()).toHaveLength(2);
  });
});
