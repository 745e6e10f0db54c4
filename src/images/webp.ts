/** WebP (RFC 9649): is the file whole, and how large is the picture? */
import { isZeros } from './trailing.ts';

type Size = { width: number; height: number };

/**
 * The picture's size in pixels, or a few words on what is wrong. The RIFF size must be the file's, and every chunk must
 * fit in it.
 */
export function readWebp(buffer: Buffer): Size | string {
  if (buffer.length < 20) return 'it has no end';
  const end = buffer.readUInt32LE(4) + 8;
  if (end > buffer.length) return `it says ${end} bytes`;
  if (!isZeros(buffer, end)) return 'something follows its end';
  let canvas: Size | undefined;
  let picture: Size | undefined;
  for (let at = 12; at < end;) {
    if (at + 8 > end) return 'a chunk is cut off';
    const type = buffer.toString('latin1', at, at + 4);
    const length = buffer.readUInt32LE(at + 4);
    if (at + 8 + length > end) return `its ${type.replace(/[^\x20-\x7e]/g, '?')} chunk is cut off`;
    const data = buffer.subarray(at + 8, at + 8 + length);
    if (type === 'VP8X') canvas = canvasSize(data);
    else if (type === 'ANMF') picture ??= canvas;
    else picture ??= type === 'VP8 ' ? lossySize(data) : type === 'VP8L' ? losslessSize(data) : undefined;
    at += 8 + length + (length % 2);
  }
  return picture ? (canvas ?? picture) : 'it holds no picture';
}

function canvasSize(data: Buffer): Size | undefined {
  return data.length < 10 ? undefined : { width: data.readUIntLE(4, 3) + 1, height: data.readUIntLE(7, 3) + 1 };
}

/** A key frame's header: three bytes tag, start code, 14 bits each. */
function lossySize(data: Buffer): Size | undefined {
  if (data.length < 10 || data.toString('hex', 3, 6) !== '9d012a') return undefined;
  return { width: data.readUInt16LE(6) & 0x3fff, height: data.readUInt16LE(8) & 0x3fff };
}

function losslessSize(data: Buffer): Size | undefined {
  if (data.length < 5 || data[0] !== 0x2f) return undefined;
  const bits = data.readUInt32LE(1);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}
