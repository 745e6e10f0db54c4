/** A service that tells something in every text of every answer, and what may be told by hiding it. */
import type { Answer, Service } from './service.ts';

/** Fields by which an answer is understood at all: changed, nothing behind them would be read. */
const STRUCTURE = new Set(
  (
    'status type object result b64_json created_at started_at completed_at secure_url url public_id id output get ' +
    'image_gen bytes etag'
  ).split(' '),
);

/** How a service is tainted. */
export interface Taint {
  /** Put behind every text of an answer, one of them an answer, in turn. */
  texts: readonly string[];
  /** What these fields tell instead. */
  fields?: Readonly<Record<string, (told: string, text: string) => unknown>>;
  /** Default: all. */
  operations?: readonly string[];
  /** Answers these instead of what would be answered. */
  instead?: (text: string) => Answer;
}

/** The same service, with the taint in every answer. */
export function tainted(service: Service, taint: Taint): Service {
  let answers = 0;
  return {
    ...service,
    routes: service.routes.map((route) => ({
      ...route,
      handle: async (call) => {
        const text = taint.texts[answers++ % taint.texts.length] ?? '';
        const isMeant = taint.operations?.includes(route.operation) !== false;
        const answer = isMeant && taint.instead ? taint.instead(text) : await route.handle(call);
        return isMeant ? taintedAnswer(answer, taint, text) : answer;
      },
    })),
  };
}

function taintedAnswer(answer: Answer, taint: Taint, text: string): Answer {
  const { body } = answer;
  const plain = text.replace(/[^ -~]+/g, ' ');
  const headers = { ...answer.headers, 'x-request-id': plain, 'x-cld-error': plain, server: plain, 'x-model': plain };
  if (typeof body !== 'object' || body === null || Buffer.isBuffer(body)) return { ...answer, headers };
  return { ...answer, headers, body: taintedValue(body, { taint, text }, '') as object };
}

function taintedValue(value: unknown, how: { taint: Taint; text: string }, field: string): unknown {
  const { taint, text } = how;
  const own = typeof value === 'object' && value !== null ? undefined : taint.fields?.[field];
  if (own) return own(String(value), text);
  if (typeof value === 'string') return STRUCTURE.has(field) ? value : `${value} ${text}`;
  if (Array.isArray(value)) return value.map((one) => taintedValue(one, how, field));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, one]) => [name, taintedValue(one, how, name)] as const);
  // A field that nobody knows, and one whose name tells it.
  return Object.fromEntries([...entries, ['told', text], [`told ${text}`, 1]]);
}

/** Everything that a secret may be hidden behind. */
export function disguises(secret: string): string[] {
  const between = (sign: string): string => [...secret].join(sign);
  const each = (form: (code: string) => string): string =>
    [...secret].map((one) => form((one.codePointAt(0) ?? 0).toString(16))).join('');
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return [
    secret,
    ...['\u200b', '\u200d', '\u00ad', '\u202e', '\ufe0f', '\u034f', '\u0000', '\u001b[31m', '\u009b1m'].map(between),
    ...['\n', '\r\n', '\u2028', ' '].map(between),
    secret.toUpperCase(),
    encodeURIComponent(secret),
    encodeURIComponent(between('\u200b')),
    each((code) => `%${code}`),
    each((code) => `\\u00${code}`),
    each((code) => `&#x${code};`),
    JSON.stringify(JSON.stringify(secret)),
    base64(secret),
    base64(`Bearer ${secret}`),
    base64(`user:${secret}`),
    base64(secret).replaceAll(/.{8}/g, '$&\n'),
    Buffer.from(secret).toString('hex'),
  ];
}

/** What of a secret is in these bytes, however it is hidden: a sentence each. */
export function tracesOf(secret: string, bytes: Buffer): string[] {
  const hidden = disguises(secret).filter((form) => bytes.includes(form));
  const squeezed = bytes
    .toString('utf8')
    .replaceAll(/[^a-z0-9]+/gi, '')
    .toLowerCase();
  const letters = secret.replaceAll(/[^a-z0-9]+/gi, '').toLowerCase();
  return [
    ...hidden.map((form) => `as ${JSON.stringify(form)}`),
    ...(squeezed.includes(letters) ? ['letter by letter'] : []),
  ];
}
