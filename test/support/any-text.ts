import fc from 'fast-check';

const ASCII_MAX = 0x7f;
const BMP_MAX = 0xffff;
const MAX = 0x10_ffff;

const character = fc
  .oneof(...[ASCII_MAX, BMP_MAX, MAX].map((max) => fc.integer({ min: 0, max })))
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code));

/**
 * Any text of that many characters, surrogates in pairs only: like fast-check's strings of the unit `binary`, which
 * make a map of 1.1 million characters first and take a second for it.
 */
export function anyText(length: { minLength?: number; maxLength?: number } = {}): fc.Arbitrary<string> {
  return fc.array(character, length).map((characters) => characters.join(''));
}
