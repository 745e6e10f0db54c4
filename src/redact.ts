/**
 * Takes secrets out of text from outside. Two looks: for each secret as it may be written (raw, URL-encoded, in JSON,
 * base64, hex), then at the letters as a reader takes them, so that no invisible character, terminal command, line
 * break, escape or change of case inside a secret hides it. Pure.
 */
import { lettersOf, type Letters } from './letters.ts';
import { printable } from './sanitize.ts';

const secretName = /KEY|TOKEN|SECRET|PASSW|CREDENTIAL/i;
/** Shorter values are words like `false`: taking them out would spoil every message. */
const secretLengthMin = 6;
/** Shorter ones may stand in a text by chance once spaces and case are gone. */
const lettersMin = 12;
/** So much of a secret before the `…` of a text that was cut is a part of it. */
const beginningMin = 8;
/** A shorter half of a key may be a word. */
const halfMin = 8;
const redacted = '[redacted]';

/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

/**
 * Makes the function that takes secrets out of a text: the values of `keyVariables` and of all variables that are named
 * like a key or hold one inside a URL (raw, URL-encoded, in JSON, in hex, in base64 at any offset, with anything that
 * nobody sees between the letters, cut off by a `…`), `user:password@` of any URL, and `Bearer …`/`Key …`/`Basic …`
 * tokens of anyone. A secret that is turned around, or told letter by letter with other signs between, is not found.
 */
export function createRedactor(
  env: Readonly<Record<string, string | undefined>>,
  keyVariables: readonly string[] = [],
): Redact {
  const forms = [...new Set(secretsOf(env, keyVariables).flatMap(formsOf))];
  const longestFirst = forms.toSorted((a, b) => b.length - a.length);
  const known = longestFirst.length > 0 ? new RegExp(longestFirst.map(escapeRegExp).join('|'), 'g') : undefined;
  const letters = [...new Set(forms.map((form) => lettersOf(form).text))].filter((one) => one.length >= lettersMin);
  return (text) =>
    withoutLetters(known ? text.replace(known, redacted) : text, letters)
      .replace(/:\/\/[^\s/?#"'<>]{1,1000}@/g, `://${redacted}@`)
      .replace(/\b(Bearer\s{1,8})[\w.~+/=:-]{6,}/gi, `$1${redacted}`)
      .replace(/\b((?:Key|Basic|Token)\s{1,8})(?=[^\s\d]{0,200}\d)[\w.~+/=:-]{8,}/g, `$1${redacted}`);
}

/**
 * One line for people and for the ledger: without secrets and without anything that a terminal obeys. Secrets are
 * looked for in the text as it came, and again in what is left of it to be seen, before it is cut.
 */
export function cleanText(text: string, redact: Redact, lengthMax?: number): string {
  return printable(redact(printable(redact(text))), lengthMax);
}

/** So many texts are remembered, so long ones at most. */
const rememberedMax = 500;
const rememberedLengthMax = 200;

/**
 * `cleanText` for one project, cut to `lengthMax` characters, 1,000 by default. Answers repeat their short texts (names
 * of fields, warnings, models): what was made of these is remembered.
 */
export function createCleaner(redact: Redact): (text: string, lengthMax?: number) => string {
  const remembered = new Map<string, string>();
  return (text, lengthMax = 1_000) => {
    const known = text.length <= lengthMax ? remembered.get(text) : undefined;
    if (known !== undefined) return known;
    const clean = cleanText(text, redact, lengthMax);
    if (text.length > Math.min(rememberedLengthMax, lengthMax)) return clean;
    if (remembered.size >= rememberedMax) remembered.clear();
    remembered.set(text, clean);
    return clean;
  };
}

/** The same value with every text in it redacted, names of fields included; a number that is a key, too. */
export function redactedValue(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'number') return redact(String(value)) === String(value) ? value : redacted;
  if (Array.isArray(value)) return value.map((one) => redactedValue(one, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [redact(name), redactedValue(one, redact)]));
}

/** Takes out what reads like a secret, from its first letter to its last. */
function withoutLetters(text: string, secrets: readonly string[]): string {
  if (secrets.length === 0 || text === '') return text;
  const letters = lettersOf(text);
  const found = secrets.flatMap((secret) => [...placesOf(letters, secret), ...beginningsOf(letters, secret)]);
  let rest = text;
  // From the back, so that the places before stay right.
  for (const [start, end] of merged(found).toReversed()) rest = rest.slice(0, start) + redacted + rest.slice(end);
  return rest;
}

type Span = readonly [start: number, end: number];

function placesOf({ text, starts, ends }: Letters, secret: string): Span[] {
  const spans: Span[] = [];
  for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + secret.length))
    spans.push([starts[at] ?? 0, ends[at + secret.length - 1] ?? 0]);
  return spans;
}

/** Where a text was cut in the middle of a secret. */
function beginningsOf({ text, starts, ends }: Letters, secret: string): Span[] {
  const spans: Span[] = [];
  // `…` is three dots once widths are the same.
  for (let cut = text.indexOf('...'); cut >= 0; cut = text.indexOf('...', cut + 3)) {
    if (ends[cut - 1] !== starts[cut]) continue;
    for (let length = Math.min(secret.length - 1, cut); length >= beginningMin; length -= 1) {
      if (!text.startsWith(secret.slice(0, length), cut - length)) continue;
      spans.push([starts[cut - length] ?? 0, ends[cut - 1] ?? 0]);
      break;
    }
  }
  return spans;
}

/** The same places without overlaps, in order. */
function merged(spans: readonly Span[]): Span[] {
  const all: [number, number][] = [];
  for (const [start, end] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = all.at(-1);
    if (last && start < last[1]) last[1] = Math.max(last[1], end);
    else all.push([start, end]);
  }
  return all;
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
    // A key of two halves (fal's `id:secret`): a service may tell one of them alone.
    else if (keyVariables.includes(name)) found.push(...value.split(':').filter((half) => half.length >= halfMin));
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
  const hex = Buffer.from(secret).toString('hex');
  return [
    secret,
    encoded(secret),
    json,
    JSON.stringify(json).slice(1, -1),
    hex,
    hex.toUpperCase(),
    ...base64Forms(secret),
  ];
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
