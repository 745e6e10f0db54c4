/** JSON answers that carry a picture as base64, read without making text of the picture. */
import { record } from '../error-body.ts';

/** An answer, parsed. */
export interface Answer {
  document: Record<string, unknown>;
  /** The first picture, when it could be taken out before parsing; its `b64_json` in the document is then empty. */
  picture?: Buffer | undefined;
}

const FIELD = Buffer.from('"b64_json"');
/** Characters decoded at a time, a multiple of four. */
const PIECE = 1 << 16;
const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];

/**
 * Parses `{"data":[{"b64_json":"…"}],…}`. The picture is decoded from the bytes and never parsed: as a string in a JSON
 * document it costs more than everything else that is done with an answer. What is unusual (an escape in the text, a
 * field elsewhere) is parsed as any JSON is.
 * @throws {SyntaxError} for what is no JSON.
 */
export function parseAnswer(bytes: Buffer): Answer {
  const found = pictureText(bytes);
  if (found) {
    const rest = Buffer.concat([bytes.subarray(0, found.start), bytes.subarray(found.end)]);
    const document = record(JSON.parse(rest.toString('utf8')));
    const first = Array.isArray(document['data']) ? record(document['data'][0]) : {};
    if (first['b64_json'] === '') return { document, picture: decodeInPlace(bytes.subarray(found.start, found.end)) };
  }
  return { document: record(JSON.parse(bytes.toString('utf8'))) };
}

/**
 * Where the text of the first picture lies, without its quotes. A quote inside another string is escaped, so the
 * field's name can't be part of one.
 */
function pictureText(bytes: Buffer): { start: number; end: number } | undefined {
  const name = bytes.indexOf(FIELD);
  if (name < 0) return undefined;
  const colon = afterSpace(bytes, name + FIELD.length);
  const quote = afterSpace(bytes, colon + 1);
  if (bytes[colon] !== COLON || bytes[quote] !== QUOTE) return undefined;
  const start = quote + 1;
  const end = bytes.indexOf(QUOTE, start);
  const isPlain = end > start && !bytes.subarray(start, end).includes(BACKSLASH);
  return isPlain ? { start, end } : undefined;
}

/**
 * Decodes base64 into the front of the bytes it stands in, a piece at a time: buffers of megabytes that live for a
 * moment make V8 look through the whole heap for each few pictures.
 */
function decodeInPlace(text: Buffer): Buffer {
  let size = 0;
  for (let at = 0; at < text.length; at += PIECE) {
    const piece = text.toString('latin1', at, at + PIECE);
    const written = text.write(piece, size, 'base64');
    const isLast = at + PIECE >= text.length;
    if (written !== (PIECE / 4) * 3 && !isLast) {
      // Not in groups of four (line breaks): the rest at once. What was written over lies before it.
      const rest = Buffer.from(piece + text.toString('latin1', at + PIECE), 'base64');
      return text.subarray(0, size + rest.copy(text, size));
    }
    size += written;
  }
  return text.subarray(0, size);
}

/** The first place from `at` on that is no white space of JSON. */
function afterSpace(bytes: Buffer, at: number): number {
  let place = at;
  while (bytes[place] === 0x20 || bytes[place] === 0x0a || bytes[place] === 0x0d || bytes[place] === 0x09) place += 1;
  return place;
}
