/** Reading the body of an answer: with a byte cap, parsed, and checked by a schema. */
import type { z } from 'zod';
import { ProviderError } from '../errors.ts';
import { networkFailure } from './network-failure.ts';

/** Bytes of an answer that may hold a picture. */
export const ANSWER_MAX_BYTES = 64 * 1024 * 1024;
/** Size of the first buffer for an answer whose length is not told. */
const FIRST_BYTES = 64 * 1024;
/** More is not allocated on a service's word. */
const PROMISED_MAX_BYTES = 8 * 1024 * 1024;

/**
 * Reads a body with a cap.
 * @param over what happens past the cap: `fail` throws, `cut` keeps what came first.
 * @throws {ProviderError} `unusable` past the cap (charge unknown: it was an answer); what the stream throws otherwise.
 */
export async function readBytes(response: Response, maxBytes: number, over: 'fail' | 'cut' = 'fail'): Promise<Buffer> {
  // Chunks are copied at once: kept until the end of a large answer they would grow old, and cost a look through the
  // whole heap.
  const promised = Number(response.headers.get('content-length') ?? 0);
  let bytes = Buffer.allocUnsafe(Math.min(promised > 0 ? promised : FIRST_BYTES, PROMISED_MAX_BYTES, maxBytes));
  let size = 0;
  if (response.body) {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const fits = Math.min(chunk.length, maxBytes - size);
      if (size + fits > bytes.length)
        bytes = Buffer.concat([bytes.subarray(0, size)], Math.min(maxBytes, Math.max(2 * bytes.length, size + fits)));
      bytes.set(chunk.subarray(0, fits), size);
      size += fits;
      if (fits === chunk.length) continue;
      if (over === 'cut') break;
      throw new ProviderError(`the answer is larger than ${Math.round(maxBytes / 1024 / 1024)} MiB`, {
        failure: 'unusable',
        charged: 'maybe',
        code: 'answer_too_large',
      });
    }
  }
  return bytes.subarray(0, size);
}

/**
 * Reads a JSON answer: capped, parsed, and checked by a schema that asks only for the fields that are used.
 * @param reading what to make of a broken answer: `paid` → `unknown` when the connection broke, `unusable` when it is
 *   not what was promised; otherwise `unavailable`, so that it is simply asked again.
 * @throws {ProviderError}
 */
export async function readJson<T>(
  response: Response,
  schema: z.ZodType<T>,
  reading: { service: string; paid: boolean; maxBytes?: number },
): Promise<T> {
  const { service, paid, maxBytes = ANSWER_MAX_BYTES } = reading;
  const broken = (what: string): ProviderError =>
    new ProviderError(
      `${service} ${what}`,
      paid
        ? { failure: 'unusable', charged: 'maybe', status: response.status }
        : { failure: 'unavailable', status: response.status },
    );
  let bytes: Buffer;
  try {
    bytes = await readBytes(response, maxBytes);
  } catch (error) {
    if (error instanceof ProviderError) throw paid ? error : broken(error.message);
    throw networkFailure(error, { service, paid, sent: true });
  }
  if (bytes.length === 0) throw broken('answered with nothing');
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw broken(
      `answered with something that is not JSON (${response.headers.get('content-type') ?? 'no content type'})`,
    );
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw broken(`answered in an unexpected form: ${formProblems(parsed.error)}`);
  return parsed.data;
}

/** What a schema found wrong with an answer, in one line. */
export function formProblems({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; ');
}
