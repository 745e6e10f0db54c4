/** Reference pictures as a user names them: a path, an address or the picture itself, and what it is there for. */
import { z } from 'zod';
import { lineOfText } from './fields.ts';
import { REFERENCE_ROLES, type GivenReference } from './shot.ts';

export type { GivenReference } from './shot.ts';

/** A picture inside of a config, as text: a config has at most 1 MiB. */
const DATA_LENGTH_MAX = 1_048_576;

const what = 'expected a path, an address or a data URI, or { "picture": "mug.png", "role": "product" }';
const pictureError = 'expected 1 to 1000 characters of text, or a data URI';
const pathOrAddress = lineOfText(1_000);

/** One picture; a text is one of the face. */
export const referenceSchema = z.preprocess(
  (value) => (typeof value === 'string' ? { picture: value } : value),
  z.strictObject(
    {
      picture: z
        .string({ error: pictureError })
        .trim()
        .max(DATA_LENGTH_MAX, { error: pictureError })
        .refine((text) => isData(text) || pathOrAddress.safeParse(text).success, { error: pictureError })
        .describe('Path of a PNG, JPEG or WebP file relative to this file, its https address, or a data URI.'),
      role: z
        .enum(REFERENCE_ROLES, { error: 'expected face, product or style' })
        .default('face')
        .describe('What the picture is there for: it shows the face, a product, or a style.'),
    },
    { error: (issue) => (issue.code === 'invalid_type' ? what : undefined) },
  ),
);

/** One picture as a user gives it, checked. */
export type WrittenReference = z.infer<typeof referenceSchema>;

/** A list of them. */
export const referencesSchema = z
  .array(referenceSchema, { error: 'expected a list of pictures' })
  .max(16, { error: 'expected at most 16 references' });

/** What messages and plans call a picture that is no file: an address may be secret behind its host. */
export function shownReference({ picture }: GivenReference): string {
  if (isData(picture)) return 'a picture in the config';
  return isAddress(picture) ? `a picture at ${new URL(picture).host}` : picture;
}

/** True for a picture that is in the text itself. */
export function isData(path: string): boolean {
  return /^data:/i.test(path);
}

/** The bytes of a data URI in base64; undefined: it is none. */
export function dataBytes(text: string): Buffer | undefined {
  const [, base64] = /^data:[^,]{0,200};base64,([A-Za-z0-9+/_-]+={0,2})$/i.exec(text) ?? [];
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64');
}

/** True for a web address. */
export function isAddress(path: string): boolean {
  return /^https?:\/\//i.test(path) && URL.canParse(path);
}
