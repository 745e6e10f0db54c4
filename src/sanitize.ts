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

const secretName = /KEY|TOKEN|SECRET|PASSW|CREDENTIAL/i;
/** Shorter values are words like `false`: taking them out would spoil every message. */
const secretLengthMin = 6;
const redacted = '[redacted]';

/**
 * Makes the function that takes secrets out of a text: the values of `keyVariables` and of all variables that are named
 * like a key or hold one inside a URL (raw, URL-encoded, in JSON, in base64 at any offset), `user:password@` of any
 * URL, and `Bearer …`/`Key …`/`Basic …` tokens of anyone.
 */
export function createRedactor(
  env: Readonly<Record<string, string | undefined>>,
  keyVariables: readonly string[] = [],
): (text: string) => string {
  const forms = new Set(secretsOf(env, keyVariables).flatMap(formsOf));
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  const known = longestFirst.length > 0 ? new RegExp(longestFirst.map(escapeRegExp).join('|'), 'g') : undefined;
  return (text) =>
    (known ? text.replace(known, redacted) : text)
      .replace(/:\/\/[^\s/?#"'<>]{1,1000}@/g, `://${redacted}@`)
      .replace(/\b(Bearer\s{1,8})[\w.~+/=:-]{6,}/gi, `$1${redacted}`)
      .replace(/\b((?:Key|Basic|Token)\s{1,8})(?=[^\s\d]{0,200}\d)[\w.~+/=:-]{8,}/g, `$1${redacted}`);
}

/** The secret values themselves, as they stand in the environment and as they read when decoded. */
function secretsOf(env: Readonly<Record<string, string | undefined>>, keyVariables: readonly string[]): string[] {
  const found: string[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    const userinfo = /^[a-z][a-z0-9+.-]*:\/\/([^\s/?#]*)@/i.exec(value)?.[1];
    if (userinfo !== undefined) {
      const colon = userinfo.indexOf(':');
      const password = colon < 0 ? userinfo : userinfo.slice(colon + 1);
      found.push(value, userinfo, password, decoded(password));
      // The user of a database is a plain word; the first half of a key in the form of a URL is secret, too.
      if (keyVariables.includes(name)) found.push(userinfo.slice(0, Math.max(0, colon)));
    }
    // A multi-line secret (a PEM key) is also shown line by line.
    if (secretName.test(name) || keyVariables.includes(name))
      found.push(value, value.trim(), ...value.split(/\r?\n/).filter((line) => line.length >= 16));
  }
  return found.filter((secret) => secret.length >= secretLengthMin);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** How one secret may be written. */
function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  return [secret, encoded(secret), json, JSON.stringify(json).slice(1, -1), ...base64Forms(secret)];
}

function encoded(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
}

/**
 * The base64 of a secret wherever it stands in the encoded text (`Basic base64(key:secret)`): for each of the three
 * offsets the characters that depend on the secret alone.
 */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const inner = [0, 1, 2].flatMap((offset) => {
    const all = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const end = Math.floor(((offset + bytes.length) * 8) / 6);
    return all.slice(Math.ceil((offset * 8) / 6), end);
  });
  const whole = bytes.toString('base64');
  return [whole, whole.replace(/=+$/, ''), ...inner]
    .flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')])
    .filter((text) => text.length >= secretLengthMin);
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
