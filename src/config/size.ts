import { z } from 'zod';

/** Sides of a picture, in pixels. */
const sidePx = { min: 64, max: 4096 };

const error = `expected WIDTHxHEIGHT in pixels, ${sidePx.min} to ${sidePx.max} a side, such as 1024x1536`;

/** A size as text: `1024x1536`. */
export const sizeSchema = z
  .string({ error })
  .regex(/^\d{2,4}x\d{2,4}$/, { error })
  .refine((text) => Object.values(parseSize(text)).every((side) => side >= sidePx.min && side <= sidePx.max), {
    error,
  });

const ratioError = 'expected WIDTH:HEIGHT, such as 3:4, at most 16:1';

/** An aspect ratio as text: `3:4`. */
export const aspectRatioSchema = z
  .string({ error: ratioError })
  .regex(/^[1-9]\d{0,2}:[1-9]\d{0,2}$/, { error: ratioError })
  .refine(
    (text) => {
      const [width = 1, height = 1] = text.split(':').map(Number);
      return Math.max(width / height, height / width) <= 16;
    },
    { error: ratioError },
  );

/** `1024x1536` → its sides in pixels. */
export function parseSize(text: string): { width: number; height: number } {
  const [width = Number.NaN, height = Number.NaN] = text.split('x').map(Number);
  return { width, height };
}
