/** What pictures are there for, and the inputs that models have for it. */
import { describe, expect, it } from 'vitest';
import { abilitiesOf } from '../../../src/providers/replicate/abilities.ts';
import { buildInput } from '../../../src/providers/replicate/input.ts';
import type { InputField } from '../../../src/providers/replicate/schema.ts';
import { request } from '../../support/providers/replicate-stage.ts';
import { invalidities, recordedModel, recordedModels } from '../../support/replicate-schemas.ts';

const FACE = 'https://example.com/face.png';
const NO_FILE = { path: '/face.png', mime: 'image/png', sha256: '', sizeBytes: 1 } as const;

describe('a picture of a style', () => {
  const STYLE = 'https://example.com/style.png';
  const references = (['face', 'style'] as const).map((role) => ({ ...NO_FILE, role }));

  it('goes to the input for styles of each recorded model that has one beside the input of the face', () => {
    const having = recordedModels().filter((one) => abilitiesOf(one.schema).ownInputs?.style !== undefined);
    expect(having.map(({ model }) => model)).toEqual(expect.arrayContaining(['luma/photon', 'luma/photon-flash']));
    for (const one of having) {
      const asked = request({ references, ownInputs: ['style'] });
      const { input, problems } = buildInput(one.schema, asked, [FACE, STYLE], { extra: {}, use: 'repaint' });
      if (problems.length > 0) continue;
      expect(invalidities(one, input), one.model).toEqual([]);
      const at = (address: string) =>
        Object.keys(input).filter((name) => JSON.stringify(input[name]).includes(address));
      expect(at(STYLE), one.model).toEqual([expect.stringMatching(/style/)]);
      expect(at(FACE), one.model).toEqual([expect.not.stringMatching(/style/)]);
    }
  });

  it.each([
    ['style_reference_images', 'character_reference_image', [STYLE]],
    ['style_reference', 'character_reference', STYLE],
  ])('goes to %s, and the face to %s', (style, face, sent) => {
    const uri = { type: 'string', format: 'uri' } as const;
    const fields = new Map<string, InputField>([
      ['prompt', { type: 'string' }],
      [face, uri],
      [style, Array.isArray(sent) ? { type: 'array', items: uri } : uri],
    ]);
    const schema = { fields, required: ['prompt'] };
    expect(abilitiesOf(schema)).toMatchObject({ keepsFace: 'identity', referencesMax: 1 });
    const asked = request({ references, ownInputs: ['style'] });
    expect(buildInput(schema, asked, [FACE, STYLE], { extra: {}, use: undefined })).toMatchObject({
      input: { [style]: sent, [face]: FACE },
      problems: [],
    });
    const [own] = buildInput(schema, asked, [FACE, STYLE], { extra: { [style]: sent }, use: undefined }).problems;
    expect(own).toBeUndefined();
    const extra = { [style]: Array.isArray(sent) ? [FACE] : FACE };
    const { problems } = buildInput(schema, asked, [FACE, STYLE], { extra, use: undefined });
    expect(problems).toEqual([expect.stringContaining(`${style}: the config has its own`)]);
  });

  it('is refused where the model has no input for it any more', () => {
    const { schema } = recordedModel('black-forest-labs/flux-2-pro');
    const asked = request({ references, ownInputs: ['style'] });
    const { problems } = buildInput(schema, asked, [FACE, STYLE], { extra: {}, use: undefined });
    expect(problems).toEqual(['the model has no input for the style any more']);
  });
});
