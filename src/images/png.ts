/** PNG (W3C "Portable Network Graphics", third edition): is the file whole, and how large is the picture? */
import { crc32 } from 'node:zlib';
import { isZeros } from './trailing.ts';

const SIGNATURE = '89504e470d0a1a0a';
const CHUNK_FRAME_BYTES = 12; // length, type, CRC

/** Bit depths that each color type allows (IHDR). */
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** The picture's size in pixels, or a few words on what is wrong. Every chunk's CRC is checked; no pixel is decoded. */
export function readPng(buffer: Buffer): { width: number; height: number } | string {
  if (buffer.toString('hex', 0, 8) !== SIGNATURE) return 'its signature is not whole';
  let size: { width: number; height: number } | undefined;
  let dataBytes = 0;
  for (let at = 8; ;) {
    const chunk = chunkAt(buffer, at);
    if (typeof chunk === 'string') return chunk;
    at = chunk.end;
    if (!size) {
      const header = chunk.type === 'IHDR' ? readHeader(chunk.data) : 'it does not start with IHDR';
      if (typeof header === 'string') return header;
      size = header;
    } else if (chunk.type === 'IDAT') dataBytes += chunk.data.length;
    else if (chunk.type === 'IEND') {
      if (dataBytes === 0) return 'it holds no pixels';
      return isZeros(buffer, at) ? size : 'something follows its end';
    }
  }
}

function chunkAt(buffer: Buffer, at: number): { type: string; data: Buffer; end: number } | string {
  if (at + CHUNK_FRAME_BYTES > buffer.length) return 'it has no end';
  const length = buffer.readUInt32BE(at);
  const end = at + CHUNK_FRAME_BYTES + length;
  const type = buffer.toString('latin1', at + 4, at + 8);
  if (!/^[a-zA-Z]{4}$/.test(type)) return 'a chunk has no name';
  if (end > buffer.length) return `its ${type} chunk is cut off`;
  const typeAndData = buffer.subarray(at + 4, end - 4);
  if (crc32(typeAndData) !== buffer.readUInt32BE(end - 4)) return `the checksum of its ${type} chunk is wrong`;
  return { type, data: typeAndData.subarray(4), end };
}

function readHeader(data: Buffer): { width: number; height: number } | string {
  if (data.length !== 13) return 'its IHDR has the wrong length';
  const [depth = 0, color = 0, compression, filter, interlace = 0] = data.subarray(8);
  const sane = DEPTHS[color]?.includes(depth) && compression === 0 && filter === 0 && interlace <= 1;
  return sane ? { width: data.readUInt32BE(0), height: data.readUInt32BE(4) } : 'its IHDR makes no sense';
}
