/** Text from outside, made safe to show: it cannot drive a terminal and carries no secret. Pure, imports nothing. */

/** Complete color and cursor commands, and titles or links that end: dropped whole, so that no `[31m` is left over. */
const sequences =
  /(?:\u001b\[|\u009b)[0-?]{0,64}[ -/]{0,8}[@-~]|\u001b\][^\u0007\u001b\u009c]{0,2000}(?:\u0007|\u001b\\|\u009c)/g;
const blanks = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
/**
 * C0, DEL, C1, soft hyphen, zero-width and joiners, direction marks, overrides and isolates, BOM, annotation and tag
 * characters.
 */
const invisible = new RegExp(
  String.raw`[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f]|` +
    String.raw`[\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]`,
  'gu',
);

/**
 * Text of one line without anything that a terminal obeys or a reader cannot see. Line breaks and tabs become one
 * space. Cut to `lengthMax` UTF-16 units (≥ 1), the last being `…`; undefined: not cut.
 */
export function printable(text: string, lengthMax?: number): string {
  const clean = text
    .replace(sequences, '')
    .replace(blanks, ' ')
    .replace(invisible, '')
    .replace(/\p{Surrogate}/gu, '\ufffd');
  if (lengthMax === undefined || clean.length <= lengthMax) return clean;
  const cut = clean.slice(0, Math.max(0, lengthMax - 1));
  return `${cut.replace(/[\ud800-\udbff]$/, '')}…`;
}
