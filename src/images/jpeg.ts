/** JPEG (ITU-T T.81, annex B): is the file whole, and how large is the picture? */
import { isZeros } from './trailing.ts';

const [SOS, EOI, SOI] = [0xda, 0xd9, 0xd8];

/**
 * The picture's size in pixels, or a few words on what is wrong. Walks the markers from SOI to the EOI that belongs to
 * it (an embedded preview has one of its own). Behind EOI: nothing, zeros, or further pictures (cameras append a
 * preview).
 */
export function readJpeg(buffer: Buffer): { width: number; height: number } | string {
  let size: { width: number; height: number } | undefined;
  let scans = 0;
  let at = 2;
  while (at + 4 <= buffer.length || buffer[at + 1] === EOI) {
    if (buffer[at] !== 0xff) return 'a marker is missing';
    const marker = buffer[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1; // fill bytes may stand before a marker
      continue;
    }
    if (marker === EOI) return ending(buffer, at + 2, scans > 0 ? size : undefined);
    const length = buffer.readUInt16BE(at + 2);
    if (length < 2 || at + 2 + length > buffer.length) return 'a segment is cut off';
    if (isFrame(marker)) {
      if (length < 8) return 'its frame header is too short';
      size = { height: buffer.readUInt16BE(at + 5), width: buffer.readUInt16BE(at + 7) };
    }
    at += 2 + length;
    if (marker === SOS) {
      scans += 1;
      at = scanEnd(buffer, at);
      if (at < 0) return 'it has no end';
    }
  }
  return 'it has no end';
}

function ending(
  buffer: Buffer,
  end: number,
  size: { width: number; height: number } | undefined,
): { width: number; height: number } | string {
  if (!size) return 'it holds no picture';
  const another = buffer[end] === 0xff && buffer[end + 1] === SOI;
  return another || isZeros(buffer, end) ? size : 'something follows its end';
}

/** SOF0 … SOF15; 0xc4, 0xc8 and 0xcc in that range are something else. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/**
 * Offset of the first marker behind a scan's data, or -1. In the data, 0xff is stuffed with 0 or starts a restart
 * marker.
 */
function scanEnd(buffer: Buffer, from: number): number {
  for (let at = buffer.indexOf(0xff, from); at >= 0; at = buffer.indexOf(0xff, at + 1)) {
    const next = buffer[at + 1];
    if (next === undefined) return -1;
    const inside = next === 0 || next === 0xff || (next >= 0xd0 && next <= 0xd7);
    if (!inside) return at;
  }
  return -1;
}
