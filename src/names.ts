/** Names of things on disk and in stores, made from the name of a character. Pure. */
import { createRequire } from 'node:module';
import type slugify from '@sindresorhus/slugify';

const require = createRequire(import.meta.url);

const lengthMax = 60;

/** More of a name is not looked at: bounds the work on hostile input. */
const readMax = 1000;

/** Device names that Windows reserves in every folder, with any extension. */
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)$/;

/** A trigger word: one word of at most 40 characters that is safe as part of a folder's name on every system. */
export const TRIGGER_WORD = /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/;

/**
 * A character's id: only `a-z`, `0-9` and single inner `-`, 1…60 characters; the same for every letter case and Unicode
 * normal form of a name. Empty when nothing of the name can be written in Latin letters.
 */
export function slug(name: string): string {
  // Lower case first: afterwards no rule of slugify depends on the case (FooBar and foobar are one name).
  const lower = name.slice(0, readMax).normalize('NFKC').toLowerCase().normalize('NFC');
  const id = (/^[a-z\d -]*$/.test(lower) ? hyphenated(lower) : transliterated(lower))
    .slice(0, lengthMax)
    .replace(/-+$/, '');
  return reserved.test(id) ? `${id}-character` : id;
}

function hyphenated(text: string): string {
  return text.replaceAll(/[ -]+/g, '-').replaceAll(/^-|-$/g, '');
}

/** The package takes 20 ms to load; most names do not need it. */
function transliterated(text: string): string {
  const module = require('@sindresorhus/slugify') as { default: typeof slugify };
  return module.default(text, { decamelize: false, customReplacements: [['&', ' and ']] });
}

/** A number this far above the next lower one was put there by somebody else. */
const gapMax = 1_000_000;

/**
 * The highest of the numbers that were found in a folder or a store, 0 for none. One that lies absurdly far above all
 * others does not count: it would end the sequence.
 */
export function highestNumber(found: readonly number[]): number {
  let highest = 0;
  for (const number of found.toSorted((a, b) => a - b)) {
    if (number - highest > gapMax) break;
    highest = number;
  }
  return highest;
}

/** `mira-sol` → `mira_sol`: how a character's files begin. */
export function fileStem(characterId: string): string {
  return characterId.replaceAll('-', '_');
}

/** `mira-sol`, 1, `png` → `mira_sol_image_00001.png`. Five digits, more from 100,000 on. */
export function imageFilename(characterId: string, number: number, extension: string): string {
  return `${fileStem(characterId)}_image_${String(number).padStart(5, '0')}.${extension}`;
}

/** The number in a file name (with or without extension) of this character; undefined when it is none of ours. */
export function parseImageNumber(characterId: string, filename: string): number | undefined {
  const start = `${fileStem(characterId)}_image_`;
  if (!filename.startsWith(start)) return undefined;
  const digits = /^(\d{5,15})(?:\.[a-z0-9]+)?$/.exec(filename.slice(start.length))?.[1];
  const number = Number(digits);
  return digits !== undefined && (digits.length === 5 || !digits.startsWith('0')) && number > 0 ? number : undefined;
}
