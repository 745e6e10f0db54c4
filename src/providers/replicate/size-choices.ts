/** What the values of a model's size inputs mean: pixels, a ratio, an amount of pixels. Pure. */

/** A value of a size input. */
export interface SizeChoice {
  /** The value as it is sent. */
  text: string;
  /** Width over height. */
  ratio?: number;
  /** Pixels a side, where the value says them. */
  width?: number;
  height?: number;
  /** Of 1024×1024 pixels, where the value says only how much. */
  megapixels?: number;
}

/** Names of shapes (fal's and others' presets), width over height. */
const NAMED: Readonly<Record<string, number>> = {
  square: 1,
  portrait: 2 / 3,
  landscape: 3 / 2,
  vertical: 9 / 16,
  horizontal: 16 / 9,
};

/** What a value says; undefined for one that is no size (`custom`, `auto`, `Not set`). */
export function sizeChoice(value: string | number): SizeChoice | undefined {
  const text = String(value);
  return pixels(text) ?? ratio(text) ?? amount(text) ?? named(text);
}

/** `1024x1536`, `1024*1536`, `16:9 (1344x768)`. */
function pixels(text: string): SizeChoice | undefined {
  const [, w, h] = /(?:^|\()\s*(\d{2,5})\s*[x×*]\s*(\d{2,5})\b/i.exec(text) ?? [];
  if (w === undefined || h === undefined) return undefined;
  return { text, ratio: Number(w) / Number(h), width: Number(w), height: Number(h) };
}

/** `2:3`, `landscape 3:2`. */
function ratio(text: string): SizeChoice | undefined {
  const [, w, h] = /\b(\d{1,3}(?:\.\d+)?)\s*[:/]\s*(\d{1,3}(?:\.\d+)?)\b/.exec(text) ?? [];
  return Number(w) > 0 && Number(h) > 0 ? { text, ratio: Number(w) / Number(h) } : undefined;
}

/** `1`, `0.25`, `2 MP`, `4K`, `720p`, `768sq`. */
function amount(text: string): SizeChoice | undefined {
  const [, number, unit = ''] = /^([\d.]+)\s*(mp|k|p|sq)?$/i.exec(text) ?? [];
  const of = Number(number);
  if (!(of > 0)) return undefined;
  const ways: Record<string, number> = { mp: of, k: of * of, p: (of * of * 16) / 9 / 1024 ** 2, sq: (of / 1024) ** 2 };
  // A bare number is megapixels, or the length of a side.
  return { text, megapixels: ways[unit.toLowerCase()] ?? (of >= 64 ? (of / 1024) ** 2 : of) };
}

/** `square_hd`, `portrait_4_3`, `landscape_16_9`. */
function named(text: string): SizeChoice | undefined {
  const [, name = '', a, b] =
    /^(square|portrait|landscape|vertical|horizontal)(?:[_ -](?:hd|(\d+)[_:x](\d+)))?$/i.exec(text) ?? [];
  const shape = NAMED[name.toLowerCase()];
  if (shape === undefined) return undefined;
  if (a === undefined || b === undefined) return { text, ratio: shape };
  const long = Math.max(Number(a), Number(b)) / Math.min(Number(a), Number(b));
  return { text, ratio: shape < 1 ? 1 / long : long };
}
