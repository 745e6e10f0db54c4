/** Zod schemas of what a user asks to see: scenes, and the context of all pictures. */
import { z } from 'zod';
import { seedSchema } from '../character.ts';
import { wholeNumber } from '../fields.ts';
import { referencesSchema } from '../given-reference.ts';
import { ANGLES, EXPRESSIONS, FRAMINGS } from '../shot.ts';
import { sizeSchema } from './size.ts';

/** Everything that could drive a terminal or turn the reading direction; line breaks and tabs are fine. */
const paragraph =
  /^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]*$/;

/** Text of any number of lines, 1…`lengthMax` characters; it is said as one line. */
function textOf(lengthMax: number): z.ZodString {
  const error = `expected 1 to ${lengthMax} characters of text`;
  return z
    .string({ error })
    .regex(paragraph, { error: 'expected text without control characters' })
    .trim()
    .normalize('NFC')
    .min(1, { error })
    .max(lengthMax, { error });
}

const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, { error: `expected ${words.slice(0, -1).join(', ')} or ${words.at(-1)}` });

/** A change of a picture: sent as it is. Without words for models that take none. */
export const editSchema = z.strictObject({
  prompt: textOf(4_000).optional(),
  count: wholeNumber(1, 100).optional(),
  seed: seedSchema.optional(),
});

/** Clothes. */
export const outfitSchema = textOf(200);

/** A scene in structure. */
const sceneObject = z.strictObject(
  {
    prompt: textOf(1_000).describe('Place and action, as said in a prompt.'),
    outfit: outfitSchema.optional().describe("Clothes, in place of the character's."),
    pose: textOf(200).optional().describe('What the body does.'),
    light: textOf(200).optional().describe('Light, as said in a prompt: candlelight.'),
    expression: oneOf(EXPRESSIONS).optional().describe('Expression of the face.'),
    angle: oneOf(ANGLES).optional().describe('Where the camera is. Varies when left out.'),
    framing: oneOf(FRAMINGS).optional().describe('How much of the person is seen. Varies when left out.'),
    size: sizeSchema.optional().describe("Size in pixels, WIDTHxHEIGHT, in place of the job's."),
    seed: seedSchema.optional().describe("Seed, in place of the character's: 0 to 4294967295."),
    count: wholeNumber(1, 100_000)
      .optional()
      .describe('How many pictures of it. Left out: a share of the count that is asked for.'),
    references: referencesSchema
      .optional()
      .describe('Pictures that go along beside those of the character, paths relative to this file.'),
  },
  { error: (issue) => (issue.code === 'invalid_type' ? 'expected a scene: a text, or { "prompt": "…" }' : undefined) },
);

/** A list of scenes; each a text, or an object. */
export const scenesSchema = z
  .array(
    z
      .preprocess((value) => (typeof value === 'string' ? { prompt: value } : value), sceneObject)
      .describe('One scene.'),
    { error: 'expected a list of scenes' },
  )
  .max(10_000, { error: 'expected at most 10,000 scenes' });

/** What all pictures have in common. */
export const contextSchema = z.strictObject(
  {
    story: textOf(2_000).optional().describe('What happens.'),
    place: textOf(500).optional().describe('Where all the pictures are.'),
    mood: textOf(200).optional().describe('What they feel like.'),
  },
  {
    error: (issue) =>
      issue.code === 'invalid_type' ? 'expected a context: { "story": "…", "place": "…", "mood": "…" }' : undefined,
  },
);
