/**
 * The parts that image files are made of, read leniently: what is damaged ends the walk. Whether a file is whole is
 * told elsewhere (`inspect.ts`).
 */

/** A part of a file: its name, what it holds, and where it lies. */
export interface Chunk {
  /** PNG and WebP: four letters. JPEG: the marker in hex, `e1`. */
  type: string;
  data: Buffer;
  start: number;
  /** Behind it. */
  end: number;
}

/** PNG: the chunks behind the signature, to IEND. */
export function* pngChunks(file: Buffer): Generator<Chunk> {
  for (let start = 8; start + 12 <= file.length;) {
    const end = start + 12 + file.readUInt32BE(start);
    if (end > file.length) return;
    yield { type: file.toString('latin1', start + 4, start + 8), data: file.subarray(start + 8, end - 4), start, end };
    start = end;
  }
}

const SOS = 0xda;
const EOI = 0xd9;

/** JPEG: the segments before the first scan. */
export function* jpegSegments(file: Buffer): Generator<Chunk> {
  for (let start = 2; start + 4 <= file.length && file[start] === 0xff;) {
    const marker = file[start + 1] ?? 0;
    if (marker === SOS || marker === EOI) return;
    if (marker === 0xff) {
      start += 1;
      continue;
    }
    const end = start + 2 + file.readUInt16BE(start + 2);
    if (end > file.length || end < start + 4) return;
    yield { type: marker.toString(16), data: file.subarray(start + 4, end), start, end };
    start = end;
  }
}

/** WebP: the chunks behind the RIFF header, as far as that says. `end` counts the padding, also where it is missing. */
export function* webpChunks(file: Buffer): Generator<Chunk> {
  const fileEnd = file.length < 12 ? 0 : Math.min(file.length, file.readUInt32LE(4) + 8);
  for (let start = 12; start + 8 <= fileEnd;) {
    const length = file.readUInt32LE(start + 4);
    const dataEnd = start + 8 + length;
    if (dataEnd > fileEnd) return;
    const end = dataEnd + (length % 2);
    yield { type: file.toString('latin1', start, start + 4), data: file.subarray(start + 8, dataEnd), start, end };
    start = end;
  }
}
