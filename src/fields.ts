/** Fields that several schemas of what a user writes have in common. */
import { z } from 'zod';

/** Everything that could drive a terminal, cut a path short or turn the reading direction: refused, not cleaned. */
const oneLine = /^[^\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]*$/;

/** Text of one line without control characters, trimmed, in NFC, 1…`lengthMax` characters. */
export function lineOfText(lengthMax: number): z.ZodString {
  const error = `expected 1 to ${lengthMax} characters of text`;
  return z
    .string({ error })
    .regex(oneLine, { error: 'expected text of one line without control characters' })
    .trim()
    .normalize('NFC')
    .min(1, { error })
    .max(lengthMax, { error });
}

/** A whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number): z.ZodInt {
  const error = `expected a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}
