/** Sizes written as text, where a model takes any. Pure. */
import type { InputSchema } from './schema.ts';

/** An input that takes any size as text, and how it is written, told by its default. */
export function freeText({
  fields,
}: InputSchema): { name: string; kind: 'pixels' | 'ratio'; text: (w: number, h: number) => string } | undefined {
  for (const [name, field] of fields) {
    if (field.choices !== undefined || field.type !== 'string' || !/ratio|size|resolution|dimension/i.test(name))
      continue;
    const given = String(field.default ?? '');
    const sign = /^\d{2,5}\s*([x×*])\s*\d{2,5}$/i.exec(given)?.[1];
    if (sign !== undefined) return { name, kind: 'pixels', text: (w, h) => `${w}${sign}${h}` };
    if (/^\d{1,2}:\d{1,2}$/.test(given)) return { name, kind: 'ratio', text: reduced };
  }
  return undefined;
}

function reduced(width: number, height: number): string {
  const divisor = greatestCommon(width, height);
  return `${width / divisor}:${height / divisor}`;
}

function greatestCommon(a: number, b: number): number {
  return b === 0 ? a : greatestCommon(b, a % b);
}
