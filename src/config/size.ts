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

/** `1024x1536` → its sides in pixels. */
export function parseSize(text: string): { width: number; height: number } {
  const [width = Number.NaN, height = Number.NaN] = text.split('x').map(Number);
  return { width, height };
}
