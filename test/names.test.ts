import slugify from '@sindresorhus/slugify';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileStem, highestNumber, imageFilename, parseImageNumber, slug } from '../src/names.ts';
import { anyText } from './support/any-text.ts';

describe('slug', () => {
  test.each([
    ['Mira Sol', 'mira-sol'],
    ['  Mira   Sol  ', 'mira-sol'],
    ['MiraSol', 'mirasol'],
    ['Zoë', 'zoe'],
    ['Straße', 'strasse'],
    ['İstanbul', 'istanbul'],
    ['Łukasz', 'lukasz'],
    ['Дмитрий', 'dmitriy'],
    ['Μαρία', 'maria'],
    ['محمد', 'mhmd'],
    ['Nguyễn Thị', 'nguyen-thi'],
    ['Ｍｉｒａ', 'mira'],
    ["Mira's", 'miras'],
    ['a_b.c/d', 'a-b-c-d'],
    ['Tom & Jerry', 'tom-and-jerry'],
  ])('writes %s as %s', (name, id) => {
    expect(slug(name)).toBe(id);
  });

  test.each(['', '---', '...', '美', '\u0000', '\u001b', '../..'])('leaves nothing of %j', (name) => {
    expect(slug(name)).toBe('');
  });

  test.each(['CON', 'con', 'NUL', 'Com1', 'LPT9', 'aux', 'prn'])('keeps clear of the device name %s', (name) => {
    expect(slug(name)).toBe(`${name.toLowerCase()}-character`);
  });

  test('cuts long names to 60 characters, and not after a dash', () => {
    expect(slug('a'.repeat(10_000))).toBe('a'.repeat(60));
    expect(slug(`${'a'.repeat(59)} b`)).toBe('a'.repeat(59));
  });

  test('writes plain names as the package does for all others', () => {
    const plain = fc.string({ unit: fc.constantFrom(...'abyz019 -'), maxLength: 30 });
    fc.assert(
      fc.property(plain, (name) => {
        expect(slug(name)).toBe(slugify(name, { decamelize: false }));
      }),
    );
  });

  test('gives twins in letter case and normal form one id', () => {
    for (const name of ['Zoë Ångström', 'Nguyễn', 'Mira Sol', 'Straße']) {
      const ids = [name, name.toUpperCase(), name.toLowerCase(), name.normalize('NFD'), name.normalize('NFC')].map(
        slug,
      );
      expect(new Set(ids).size).toBe(1);
    }
  });

  test('is made of a-z, 0-9 and inner dashes, whatever comes in', () => {
    fc.assert(
      fc.property(anyText({ maxLength: 200 }), (name) => {
        expect(slug(name)).toMatch(/^(?:[a-z0-9]+(?:-[a-z0-9]+)*)?$/);
        expect(slug(name).length).toBeLessThanOrEqual(70);
        expect(slug(slug(name))).toBe(slug(name));
      }),
    );
  });
});

describe('file names', () => {
  test('begin with the id in underscores', () => {
    expect(fileStem('mira-sol')).toBe('mira_sol');
  });

  test('carry five digits, and more when they are needed', () => {
    expect(imageFilename('mira-sol', 1, 'png')).toBe('mira_sol_image_00001.png');
    expect(imageFilename('mira-sol', 99_999, 'webp')).toBe('mira_sol_image_99999.webp');
    expect(imageFilename('mira-sol', 100_000, 'png')).toBe('mira_sol_image_100000.png');
  });

  test('are read back to their number', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000_000 }),
        fc.constantFrom('png', 'jpg', 'webp'),
        (number, extension) => {
          expect(parseImageNumber('mira-sol', imageFilename('mira-sol', number, extension))).toBe(number);
        },
      ),
    );
    expect(parseImageNumber('mira-sol', 'mira_sol_image_00012')).toBe(12);
  });

  test.each([
    'mira_sol_image_1.png',
    'mira_sol_image_000001.png',
    'mira_sol_image_00000.png',
    'mira_sol_image_00001.png.tmp',
    'mira_sol_image_00001_thumb.png',
    'mira_solo_image_00001.png',
    'mira_image_00001.png',
    'mira_sol_image_00001/../x',
    'xmira_sol_image_00001.png',
    '',
  ])('that are none of ours have no number: %j', (filename) => {
    expect(parseImageNumber('mira-sol', filename)).toBeUndefined();
  });
});

describe('the highest number that was found', () => {
  test.each([
    [[], 0],
    [[3, 12, 7], 12],
    [[12, 999_999_999_999_999], 12],
    [[999_999_999_999_999], 0],
    [[900_000], 900_000],
  ])('of %j is %d: one absurdly far above the others does not count', (found, highest) => {
    expect(highestNumber(found)).toBe(highest);
  });
});
