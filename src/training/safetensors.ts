/** Weights as trainers hand them over: safetensors, which tell their own length (huggingface/safetensors, README). */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** The format's own limit of the header. */
const HEADER_MAX_BYTES = 100_000_000;
const LENGTH_BYTES = 8;

/**
 * Why a file holds no whole weights, as the end of a sentence; undefined: it does. A download that ended early is told
 * by the length that its header names.
 */
export async function notWhole(path: string): Promise<string | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { size } = await file.stat();
    const start = Buffer.alloc(LENGTH_BYTES);
    await file.read(start, 0, LENGTH_BYTES, 0);
    const length = size < LENGTH_BYTES ? 0n : start.readBigUInt64LE();
    if (length < 2n || length > BigInt(HEADER_MAX_BYTES) || LENGTH_BYTES + Number(length) > size)
      return 'is no safetensors file';
    const header = Buffer.alloc(Number(length));
    await file.read(header, 0, header.length, LENGTH_BYTES);
    const bytes = tensorBytes(header.toString('utf8'));
    if (bytes === undefined) return 'is no safetensors file';
    const whole = LENGTH_BYTES + header.length + bytes;
    return whole === size ? undefined : `has ${size} of ${whole} bytes`;
  } finally {
    await file.close();
  }
}

/** The bytes of all tensors behind a header; undefined when it is none, or names no tensor. */
function tensorBytes(header: string): number | undefined {
  let last: number | undefined;
  for (const [name, tensor] of Object.entries(parsed(header) ?? {})) {
    if (name === '__metadata__') continue;
    const offsets: unknown = (tensor as { data_offsets?: unknown } | null)?.data_offsets;
    const end: unknown = Array.isArray(offsets) ? offsets[1] : undefined;
    if (typeof end !== 'number' || !Number.isSafeInteger(end) || end < 0) return undefined;
    last = Math.max(last ?? 0, end);
  }
  return last;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
