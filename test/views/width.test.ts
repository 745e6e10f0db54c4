import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { cutTo, widthOf } from '../../src/views/width.ts';

describe('the width of a text in a terminal', () => {
  it('is that of string-width, whichever character it is', () => {
    const different: string[] = [];
    // Beyond the alphabets, where long ranges are alike, every third.
    for (let code = 0; code <= 0x1ffff; code += code < 0x3000 ? 1 : 3) {
      const text = `a${String.fromCodePoint(code)}b`;
      if (widthOf(text) !== stringWidth(text)) different.push(code.toString(16));
    }
    expect(different).toEqual([]);
  });

  it.each(['Mira Sol', 'naïve · 12 % … →', '日本語の名前', 'e\u0301te\u0301', '👩‍👩‍👧 family', '↔️ ✓ ☺️', '', '─│█'])(
    'and a cut is that of cli-truncate: %j',
    (text) => {
      for (let width = 1; width <= 20; width += 1) expect(cutTo(text, width)).toBe(cliTruncate(text, width));
    },
  );
});
