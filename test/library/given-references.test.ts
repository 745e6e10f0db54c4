/** References of a config by address or as text, and what they are there for: what the emulated Replicate sees. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makePicture } from '../emulators/picture.ts';
import { modelOf, type Model } from '../emulators/replicate/models.ts';
import { bytesOf, replicateProject } from '../support/replicate-project.ts';
import { recordedModel } from '../support/replicate-schemas.ts';

const FACE = makePicture(320, 320, 'face');
const MUG = makePicture(300, 300, 'mug');
const INK = makePicture(310, 310, 'ink');
/** A public address, so that no name is looked up. */
const AT = 'https://93.184.216.34';
const data = (bytes: Buffer) => `data:image/png;base64,${bytes.toString('base64')}`;

/** A network with these files at `AT`; everything else is as it is. */
function network(files: Record<string, Buffer | (() => Response)>) {
  const asked: string[] = [];
  const fetching: typeof fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (!url.startsWith(AT)) return fetch(input, init);
    asked.push(url);
    const file = files[url.slice(AT.length)] ?? (() => new Response('gone', { status: 404 }));
    return typeof file === 'function' ? file() : new Response(new Uint8Array(file));
  };
  return { asked, options: { fetch: fetching } };
}

const studio = (
  references: unknown[],
  files: Record<string, Buffer | (() => Response)> = {},
  scenes: unknown[] = [],
) => {
  const { asked, options } = network(files);
  return replicateProject({ character: { references }, scenes }, { options }).then((made) => ({ ...made, asked }));
};

describe('references of a config', () => {
  it('by address and as text go along, in the order of their roles, which the prompt tells', async () => {
    const references = [
      { picture: data(INK), role: 'style' },
      { picture: `${AT}/mug.png`, role: 'product' },
      `${AT}/face.png`,
    ];
    const { imggen, inputs, folder, asked } = await studio(references, { '/mug.png': MUG, '/face.png': FACE });
    expect(await imggen.pack({ count: 2 }).result).toMatchObject({ status: 'done' });
    expect(asked).toHaveLength(2);
    for (const { input_images: images, prompt } of inputs()) {
      expect((images as unknown[]).map((uri) => bytesOf(uri).equals(FACE) || bytesOf(uri).length)).toEqual([
        true,
        MUG.length,
        INK.length,
      ]);
      expect(prompt).toMatch(
        /Reference pictures: 1 shows the person; 2 shows a product .*; 3 shows the style only, not the person\.$/,
      );
    }
    expect(readdirSync(join(folder, '.imggen', 'references'))).toHaveLength(3);
    const { attempts, prompt } = await imggen.show('mira/1');
    expect(attempts[0]?.references.map(({ role }) => role)).toEqual(['face', 'product', 'style']);
    expect(prompt).not.toContain('Reference pictures');
  }, 30_000);

  it('go to the inputs that a model has for their roles, and the prompt says nothing of those', async () => {
    const { Input, Output, ...enums } = recordedModel('luma/photon').openapi.components.schemas;
    const photon = modelOf('luma/photon', 'c', {
      priceMicros: 30_000,
      enums: enums as Model['enums'],
      output: Output ?? {},
      properties: Input?.['properties'] as Model['input']['properties'],
    });
    const character = { references: [data(FACE), { picture: data(INK), role: 'style' }] };
    const scenes = [{ prompt: 'with her mug', references: [{ picture: data(MUG), role: 'product' }] }];
    const { imggen, inputs } = await replicateProject(
      { character, scenes, providers: { replicate: { model: 'luma/photon' } } },
      { service: { models: [photon] } },
    );
    expect(await imggen.pack({}).result).toMatchObject({ status: 'done' });
    const [input] = inputs();
    const lengths = ['character', 'style', 'image'].map((name) => bytesOf(input?.[`${name}_reference_url`]).length);
    expect(lengths).toEqual([FACE.length, INK.length, MUG.length]);
    expect(input?.['prompt']).not.toContain('Reference pictures');
    const { attempts } = await imggen.show('mira/1');
    expect(attempts[0]?.references.map(({ role }) => role)).toEqual(['face', 'product', 'style']);
    const two = [1, 2].map((size) => ({ picture: data(makePicture(300 + size, 300, 'ink')), role: 'style' }));
    const { imggen: tooMany } = await replicateProject(
      { character: { references: [data(FACE), ...two] }, providers: { replicate: { model: 'luma/photon' } } },
      { service: { models: [photon] } },
    );
    await expect(tooMany.planPack({ count: 1 })).rejects.toThrow(
      'it takes 1 style reference pictures, 2 are asked for',
    );
  }, 30_000);

  it('without one of the face leave that to the avatar; a product is in no picture of the person alone', async () => {
    const { imggen, inputs } = await studio([{ picture: data(MUG), role: 'product' }]);
    await imggen.createCharacter({ trainingCount: 1 }).result;
    await imggen.pack({ count: 1 }).result;
    const sent = inputs().map(({ input_images: images = [] }) => (images as unknown[]).length);
    expect(sent).toEqual([0, 1, 2]);
    const { images } = await imggen.gallery('mira', { limit: 1 });
    expect(images[0]?.references.map(({ role, filename }) => [role, filename])).toEqual([
      ['face', 'mira_image_00001.png'],
      ['product', null],
    ]);
  }, 30_000);

  it('of a product leave a model of one picture to the avatar and what refers to it', async () => {
    const character = { references: [{ picture: data(MUG), role: 'product' }] };
    const providers = { replicate: { model: 'black-forest-labs/flux-kontext-pro' } };
    const { imggen } = await replicateProject({ character, providers });
    const { shots } = await imggen.planCharacter({ trainingCount: 1 });
    expect(shots.map(({ references }) => references)).toEqual([[], []]);
    await expect(imggen.planPack({ count: 1 })).rejects.toThrow('it takes 1 reference pictures, 2 are asked for');
  });

  it('of a scene may have roles and addresses, too', async () => {
    const scenes = [{ prompt: 'with her mug', references: [{ picture: `${AT}/mug.png`, role: 'product' }] }];
    const { imggen, inputs } = await studio([data(FACE)], { '/mug.png': MUG }, scenes);
    await imggen.pack({}).result;
    const images = inputs()[0]?.['input_images'] as unknown[];
    expect(images.map((uri) => bytesOf(uri).length)).toEqual([FACE.length, MUG.length]);
    await imggen.reroll({ images: ['mira/1'] }).result;
    const again = inputs()[1]?.['input_images'] as unknown[];
    expect(again.map((uri) => bytesOf(uri).length)).toEqual([FACE.length, MUG.length]);
  }, 30_000);

  it('are not fetched for a plan', async () => {
    const { imggen, asked } = await studio([`${AT}/face.png`], { '/face.png': FACE });
    const { shots } = await imggen.planPack({ count: 1 });
    expect(shots[0]?.references).toEqual(['a picture at 93.184.216.34']);
    expect(asked).toEqual([]);
  });

  it.each([
    ['at a private address', 'https://169.254.169.254/latest', /no public address/],
    ['behind a redirect to a private address', `${AT}/hop`, /no public address/],
    ['that is gone', `${AT}/gone.png`, /answered 404/],
    ['that is a web page', `${AT}/page`, /a picture at 93\.184\.216\.34 can't be used/],
    ['that is half a picture', data(FACE.subarray(0, 200)), /a picture in the config can't be used/],
  ])('%s are refused before anything is sent, and leave nothing', async (_, reference, words) => {
    const { imggen, inputs, folder } = await studio([reference], {
      '/hop': () => new Response(null, { status: 302, headers: { location: 'https://10.0.0.7/x.png' } }),
      '/page': Buffer.from('<!doctype html>'),
    });
    await expect(imggen.pack({ count: 1 }).result).rejects.toThrow(words);
    expect(inputs()).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
    await expect(imggen.jobs()).rejects.toThrow('there is no ledger');
  });

  it.each([
    [{ picture: 'x.png', role: 'pose' }, 'expected face, product or style'],
    [{ role: 'style' }, 'expected 1 to 1000 characters of text, or a data URI'],
    ['http://example.com/face.png', 'expected a path or an https address'],
    ['data:image/png;base64,aGVsbG8=', 'expected a PNG, JPEG or WebP'],
    ['data:text/plain,hello', 'expected a data URI in base64'],
  ])('%j is told as a problem of the config', async (reference, words) => {
    await expect(studio([reference])).rejects.toMatchObject({ problems: [expect.stringContaining(words)] });
  });
});
