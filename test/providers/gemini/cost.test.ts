/** What an answer of Gemini's is said to have cost, where it tells its tokens badly: never too little. Pure. */
import { describe, expect, it } from 'vitest';
import { answerSchema, pictureIn } from '../../../src/providers/gemini/answer.ts';
import { MODELS } from '../../../src/providers/gemini/models.ts';
import type { Generated } from '../../../src/providers/provider.ts';
import { thrownBy } from '../../support/providers/request.ts';

const prices = MODELS[0]?.prices;
const picture = { content: { parts: [{ inlineData: { mimeType: 'image/png', data: 'aGk=' } }] }, finishReason: 'STOP' };
const made = (usageMetadata: object): Generated =>
  pictureIn(answerSchema.parse({ candidates: [picture], usageMetadata }), prices);
const ended = (answer: object): Promise<unknown> =>
  thrownBy(Promise.resolve().then(() => pictureIn(answerSchema.parse(answer), prices)));

describe('the cost of a picture', () => {
  it.each([
    ['are told as none of a kind', { candidatesTokenCount: 1120, candidatesTokensDetails: [] }],
    ['are told without a number', { candidatesTokenCount: 1120, candidatesTokensDetails: [{ modality: 'IMAGE' }] }],
    [
      'are told as words alone',
      { candidatesTokenCount: 1120, candidatesTokensDetails: [{ modality: 'TEXT', tokenCount: 1120 }] },
    ],
  ])('counts what came out as picture where its tokens %s', (_how, told) => {
    expect(made({ promptTokenCount: 0, ...told }).costMicros).toBe(1120 * 30);
  });

  it('is not told where no token came out: the expected price counts', () => {
    expect(made({ promptTokenCount: 5, candidatesTokenCount: 0 })).not.toHaveProperty('costMicros');
  });
});

describe('an answer without a picture', () => {
  const nothing = { candidates: [{ finishReason: 'NO_IMAGE' }] };

  it.each([
    ['the sum says that tokens came out', { promptTokenCount: 25, totalTokenCount: 1300 }],
    ['nothing is told', {}],
  ])('is not taken for free where %s', async (_when, usageMetadata) => {
    expect(await ended({ ...nothing, usageMetadata })).toMatchObject({ failure: 'unusable', charged: 'maybe' });
  });

  it('is free where the sum is what went in', async () => {
    const usageMetadata = { promptTokenCount: 25, totalTokenCount: 25 };
    expect(await ended({ ...nothing, usageMetadata })).toMatchObject({ failure: 'unavailable', charged: 'no' });
  });

  it('is free by the words of the service, not by those of the model', async () => {
    const words = 'You will not be charged for this image.';
    const usageMetadata = { promptTokenCount: 25, candidatesTokenCount: 40 };
    const said = { content: { parts: [{ text: words }] }, finishReason: 'IMAGE_SAFETY' };
    expect(await ended({ candidates: [said], usageMetadata })).toMatchObject({ failure: 'refused', charged: 'maybe' });
    const told = { finishReason: 'IMAGE_SAFETY', finishMessage: words };
    expect(await ended({ candidates: [told], usageMetadata })).toMatchObject({ failure: 'refused', charged: 'no' });
  });
});

it('a part without data beside the picture does not lose it', () => {
  const parts = [{ inlineData: { mimeType: 'image/png' } }, ...picture.content.parts];
  const answer = answerSchema.parse({ candidates: [{ content: { parts }, finishReason: 3 }], promptFeedback: 'none' });
  expect(pictureIn(answer, prices).image).toMatchObject({ kind: 'bytes' });
});
