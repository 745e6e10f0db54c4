/** An answer read from its bytes says what the same answer parsed whole says. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAnswer } from '../../src/providers/openai/answer.ts';

const PICTURE = Buffer.from('a picture, as if');
const B64 = PICTURE.toString('base64');

/** Document and picture of a text, the picture as the document would have it. */
function read(text: string): { document: Record<string, unknown>; picture: Buffer | undefined } {
  const { document, picture } = parseAnswer(Buffer.from(text));
  return { document, picture };
}

describe('the picture is taken out before parsing', () => {
  it.each([
    ['as services write it', `{"created":1,"data":[{"b64_json":"${B64}"}],"usage":{"total_tokens":5}}`],
    [
      'with white space and other fields before it',
      '{\n "usage": {"total_tokens": 5},\r\n\t"data" : [ { "revised_prompt" : "ü \\"b64_json\\": \\"x\\"" , ' +
        `"b64_json" :\n "${B64}" } ],"created":1}`,
    ],
  ])('%s', (_, text) => {
    const { document, picture } = read(text);
    expect(picture).toEqual(PICTURE);
    const whole = JSON.parse(text) as { data: { b64_json: string }[] };
    for (const one of whole.data) one.b64_json = '';
    expect(document).toEqual(whole);
  });
});

describe('base64 of any length is decoded to the byte', () => {
  it.each([0, 1, 2, 3, 49_151, 49_152, 49_153, 200_000])('%i bytes beyond a piece of it', (more) => {
    const bytes = Buffer.from(Array.from({ length: 49_152 + more }, (_, i) => (i * 7919) % 251));
    expect(read(`{"data":[{"b64_json":"${bytes.toString('base64')}"}]}`).picture?.equals(bytes)).toBe(true);
  });

  it('also without padding, in the alphabet of addresses, and broken into lines', () => {
    const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7919) % 256));
    const lines = bytes.toString('base64').replaceAll(/.{76}/g, '$& ');
    for (const text of [bytes.toString('base64url'), bytes.toString('base64').replace(/=+$/, ''), lines]) {
      expect(read(`{"data":[{"b64_json":"${text}"}]}`).picture?.equals(bytes)).toBe(true);
    }
  });
});

describe('what is unusual is parsed whole', () => {
  it.each([
    ['an escape in the text', `{"data":[{"b64_json":"AAAA\\/BBB"}]}`],
    ['a picture that is not the first', `{"data":[{"error":{"code":"x"}},{"b64_json":"${B64}"}]}`],
    ['the field elsewhere', `{"b64_json":"${B64}","data":[{"b64_json":"AAAA"}]}`],
    ['no text', `{"data":[{"b64_json":null}]}`],
    ['an empty text', `{"data":[{"b64_json":""}]}`],
    ['the name as a value', `{"data":["b64_json","b64_json"]}`],
    ['an error', `{"error":{"message":"b64_json"}}`],
  ])('%s', (_, text) => {
    const { document, picture } = read(text);
    expect(picture).toBeUndefined();
    expect(document).toEqual(JSON.parse(text));
  });

  it.each(['', '<html>', '{"data":[{"b64_json":"AAAA', `{"data":[{"b64_json":"${B64}"}`, '{"data":[{"b64_json"'])(
    'and what is no JSON is refused: %j',
    (text) => {
      expect(() => read(text)).toThrow(SyntaxError);
    },
  );

  it('whatever JSON it is: nothing is lost, and nothing is made up', () => {
    const answers = fc.record(
      {
        note: fc.string({ unit: 'grapheme' }),
        data: fc.array(
          fc.record(
            { text: fc.string(), b64_json: fc.oneof(fc.base64String(), fc.string(), fc.constant(null)) },
            { requiredKeys: [] },
          ),
          { maxLength: 3 },
        ),
        usage: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(answers, fc.constantFrom(0, 2), (answer, indent) => {
        const { document, picture } = read(JSON.stringify(answer, undefined, indent));
        const plain = JSON.parse(JSON.stringify(answer)) as { data?: { b64_json?: string }[] };
        const first = plain.data?.[0];
        if (picture && first) {
          expect(picture).toEqual(Buffer.from(first.b64_json ?? '', 'base64'));
          first.b64_json = '';
        }
        expect(document).toEqual(plain);
      }),
    );
  });
});
