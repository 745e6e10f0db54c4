/**
 * Pictures for emulators: real, valid PNGs, deterministic by key, cheap enough to be made by the thousand.
 */
import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const INDEXED = 3;
const TRUECOLOR = 2;

/**
 * Compressed pixels by `width x height x size`: the costly part, and the same for every key (the palette makes the
 * difference).
 */
const pixelsBySize = new Map<string, { colorType: number; data: Buffer }>();

/**
 * A valid PNG whose pixels (up to `width × height` bytes) or at least whose bytes depend on `key`, which is
 * also written into it (see `pictureKey`).
 * @param options.sizeBytes about how large the file should be (± 5 %), filled with noise; at most three bytes a
 *   pixel can be reached. Without it the file is small.
 */
export function makePicture(width: number, height: number, key: string, options: { sizeBytes?: number } = {}): Buffer {
  const sizeBytes = options.sizeBytes ?? 0;
  const pixels = pixelsOf(width, height, sizeBytes);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, pixels.colorType, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    ...(pixels.colorType === INDEXED ? [chunk('PLTE', bytesOf(`palette ${key}`, 768))] : []),
    chunk('tEXt', Buffer.from(`key\0${key}`, 'latin1')),
    chunk('IDAT', pixels.data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/**
 * The key a picture was made with, or undefined when it is not one of ours: tells which charge a file on disk belongs
 * to.
 */
export function pictureKey(png: Buffer): string | undefined {
  for (let at = SIGNATURE.length; at + 12 <= png.length;) {
    const length = png.readUInt32BE(at);
    const data = png.subarray(at + 8, at + 8 + length);
    if (png.toString('latin1', at + 4, at + 8) === 'tEXt' && data.toString('latin1', 0, 4) === 'key\0')
      return data.toString('latin1', 4);
    at += length + 12;
  }
  return undefined;
}

function pixelsOf(width: number, height: number, sizeBytes: number): { colorType: number; data: Buffer } {
  const name = `${width}x${height}x${sizeBytes}`;
  const known = pixelsBySize.get(name);
  if (known !== undefined) return known;
  const colorType = sizeBytes > width * height ? TRUECOLOR : INDEXED;
  const rowBytes = width * (colorType === INDEXED ? 1 : 3);
  const noisyRows = Math.min(height, Math.round(sizeBytes / rowBytes));
  const raw = Buffer.alloc((rowBytes + 1) * height);
  const noise = bytesOf(name, noisyRows * rowBytes);
  for (let y = 0; y < height; y++) {
    const start = y * (rowBytes + 1) + 1;
    if (y < noisyRows) noise.copy(raw, start, y * rowBytes, (y + 1) * rowBytes);
    else paintRow(raw.subarray(start, start + rowBytes), y / height);
  }
  const pixels = { colorType, data: deflateSync(raw, { level: 1 }) };
  pixelsBySize.set(name, pixels);
  return pixels;
}

/** Sixteen colored patches a row, another set in each sixteenth of the height. */
function paintRow(row: Buffer, down: number): void {
  const band = Math.floor(down * 16) * 16;
  for (let patch = 0; patch < 16; patch++) {
    row.fill(band + patch, Math.floor((patch * row.length) / 16), Math.floor(((patch + 1) * row.length) / 16));
  }
}

function bytesOf(seed: string, length: number): Buffer {
  return length === 0 ? Buffer.alloc(0) : createHash('shake256', { outputLength: length }).update(seed).digest();
}

function chunk(type: string, data: Buffer): Buffer {
  const whole = Buffer.alloc(data.length + 12);
  whole.writeUInt32BE(data.length, 0);
  whole.write(type, 4, 'latin1');
  data.copy(whole, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, 8 + data.length)), 8 + data.length);
  return whole;
}
