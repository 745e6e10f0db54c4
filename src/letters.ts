/** The letters of a text as a reader takes them, however they are written. Pure, imports nothing. */

/** One letter as it may be written, the longest form first. */
const UNIT = new RegExp(
  [
    // Commands to a terminal, and titles or links that end.
    String.raw`(?:\u001b\[|\u009b)[0-?]{0,64}[ -/]{0,8}[@-~]`,
    String.raw`\u001b\][^\u0007\u001b\u009c]{0,2000}(?:\u0007|\u001b\\|\u009c)`,
    // Escapes of JSON and JavaScript, escaped as often as may be.
    String.raw`\\{1,64}u(?<unicode>[0-9a-f]{4})`,
    String.raw`\\{1,64}x(?<hex>[0-9a-f]{2})`,
    String.raw`\\{1,64}(?<escaped>[^\\])`,
    // Percent encoding of UTF-8, encoded as often as may be; entities of HTML.
    String.raw`(?<percent>(?:%(?:25){0,8}[0-9a-f]{2})+)`,
    String.raw`&(?:amp;){0,8}#x(?<entityHex>[0-9a-f]{1,6});`,
    String.raw`&(?:amp;){0,8}#(?<entity>\d{1,7});`,
    String.raw`&(?:amp;){0,8}(?<named>quot|apos|lt|gt|amp);`,
    String.raw`[^]`,
  ].join('|'),
  'giu',
);
const NAMED: Readonly<Record<string, string>> = { quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' };
/** Spaces, line breaks, control characters, invisible characters, accents, halves of characters. */
const UNSEEN = /[\s\p{Cc}\p{Cf}\p{Cs}\p{M}\p{Default_Ignorable_Code_Point}\ufffd]/gu;
const PLAIN = /^[!-~]$/;

/** Letters with their places in the text they were read from. */
export interface Letters {
  /** Lower case, without anything that takes no space on paper. */
  text: string;
  /** For each UTF-16 unit of `text`: where it begins in the original … */
  starts: readonly number[];
  /** … and where it ends. */
  ends: readonly number[];
}

/**
 * Reads the letters of a text: escapes decoded; terminal commands, white space, invisible characters and accents left
 * out; widths and letter case made the same.
 */
export function lettersOf(original: string): Letters {
  const parts: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  for (const unit of original.matchAll(UNIT)) {
    const letter = letterOf(unit);
    const end = unit.index + unit[0].length;
    parts.push(letter);
    for (let at = 0; at < letter.length; at += 1) {
      starts.push(unit.index);
      ends.push(end);
    }
  }
  return { text: parts.join(''), starts, ends };
}

function letterOf(unit: RegExpExecArray): string {
  const [whole] = unit;
  if (PLAIN.test(whole)) return whole.toLowerCase();
  const { unicode, hex, percent, entityHex, entity, escaped, named } = unit.groups ?? {};
  if (percent !== undefined) return seen(Buffer.from(percent.replaceAll(/%(?:25)*/g, ''), 'hex').toString('utf8'));
  const code = unicode ?? hex ?? entityHex;
  if (code !== undefined) return seen(characterOf(Number.parseInt(code, 16)));
  if (entity !== undefined) return seen(characterOf(Number(entity)));
  if (named !== undefined) return NAMED[named.toLowerCase()] ?? '';
  if (escaped !== undefined) return /[nrtbfv0]/.test(escaped) ? '' : seen(escaped);
  return whole.length > 2 ? '' : seen(whole);
}

function characterOf(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

function seen(character: string): string {
  return character.normalize('NFKD').replace(UNSEEN, '').toLowerCase();
}
