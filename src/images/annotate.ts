/**
 * Puts an XMP packet into a picture. Nothing else in it changes: its pixels are the same bytes as before.
 * PNG: an iTXt chunk behind IHDR (XMP part 3, 1.1.5). JPEG: an APP1 segment behind JFIF and EXIF (1.1.3). WebP: an
 * `XMP ` chunk at the end, and the flag for it (RFC 9649, 2.7).
 */
import { crc32 } from 'node:zlib';
import { jpegSegments, pngChunks, webpChunks, type Chunk } from './chunks.ts';
import { inspectImage, type ImageFacts } from './inspect.ts';
import { readPackets } from './metadata.ts';
import { isOurs } from './xmp.ts';

/** What became of a picture that a packet was for. */
export type Annotated =
  /**
   * The packet is in it: the file is these parts, one behind the other, which are not copied into one. One part that is
   * the file itself: it was in it before.
   */
  | { embedded: true; parts: readonly Buffer[]; facts: ImageFacts }
  /** It is left as it is: it holds Content Credentials, which any change breaks, or XMP of another tool. */
  | { embedded: false; why: 'c2pa' | 'xmp' | 'unable' };

/**
 * The picture with the packet in it, in place of another of ours. Called again with the result it gives the same bytes.
 * @param bytes a whole picture.
 */
export function annotate(bytes: Uint8Array, packet: string): Annotated {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const before = inspectImage(file);
    const { c2paBytes, xmp } = readPackets(file, before.format);
    if (c2paBytes > 0) return { embedded: false, why: 'c2pa' };
    if (xmp === packet) return { embedded: true, parts: [file], facts: before };
    if (xmp !== undefined && !isOurs(xmp)) return { embedded: false, why: 'xmp' };
    // A service may hand back the metadata of the reference: that packet is ours, and of another picture.
    const bare = xmp === undefined ? file : withoutXmp(file, before.format);
    const after = { png: intoPng, jpeg: intoJpeg, webp: intoWebp }[before.format](bare, Buffer.from(packet));
    const facts = after && factsOf(after, before);
    return facts && isSame(before, facts)
      ? { embedded: true, parts: after, facts }
      : { embedded: false, why: 'unable' };
  } catch {
    return { embedded: false, why: 'unable' };
  }
}

/** A PNG has a chunk more, with a sum of its own, between two that were looked at: the sums are not made again. */
function factsOf(after: readonly Buffer[], before: ImageFacts): ImageFacts {
  if (before.format !== 'png') return inspectImage(Buffer.concat(after));
  return { ...before, sizeBytes: after.reduce((sum, part) => sum + part.length, 0) };
}

function isSame(a: ImageFacts, b: ImageFacts): boolean {
  return a.format === b.format && a.width === b.width && a.height === b.height;
}

function intoPng(file: Buffer, packet: Buffer): Buffer[] | undefined {
  const [header] = pngChunks(file);
  if (header?.type !== 'IHDR') return undefined;
  const typeAndData = Buffer.concat([Buffer.from('iTXtXML:com.adobe.xmp\0\0\0\0\0', 'latin1'), packet]);
  const chunk = Buffer.alloc(typeAndData.length + 8);
  chunk.writeUInt32BE(typeAndData.length - 4, 0);
  typeAndData.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(typeAndData), chunk.length - 4);
  return inserted(file, header.end, chunk);
}

const APP1_HEADER = Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1');
const SEGMENT_BYTES_MAX = 65_533;
const [APP0, APP1] = ['e0', 'e1'];

function intoJpeg(file: Buffer, packet: Buffer): Buffer[] | undefined {
  const length = 2 + APP1_HEADER.length + packet.length;
  if (length > SEGMENT_BYTES_MAX) return undefined;
  let at = 2;
  for (const { type, end } of jpegSegments(file)) {
    if (type !== APP0 && type !== APP1) break;
    at = end;
  }
  const start = Buffer.from([0xff, 0xe1, length >> 8, length & 0xff]);
  return inserted(file, at, Buffer.concat([start, APP1_HEADER, packet]));
}

const FLAGS = { xmp: 0x04, alpha: 0x10 };

function intoWebp(file: Buffer, packet: Buffer): Buffer[] | undefined {
  const chunks = [...webpChunks(file)];
  const [first] = chunks;
  const last = chunks.at(-1);
  if (!first || !last) return undefined;
  const header = first.type === 'VP8X' ? flagged(file, first) : extended(file, first);
  const padding = Buffer.alloc(packet.length % 2);
  const xmp = Buffer.concat([chunkHead('XMP ', packet.length), packet, padding]);
  const from = first.type === 'VP8X' ? first.end : first.start;
  const missing = last.end - file.readUInt32LE(4) - 8 === 1 ? 1 : 0;
  // What is odd is padded: also the last chunk of a file that left it out.
  const body = Buffer.concat([header, file.subarray(from, last.end - missing), Buffer.alloc(missing), xmp]);
  return [chunkHead('RIFF', body.length + 4), Buffer.from('WEBP', 'latin1'), body];
}

function flagged(file: Buffer, { start, end }: Chunk): Buffer {
  const header = Buffer.from(file.subarray(start, end));
  header[8] = (header[8] ?? 0) | FLAGS.xmp;
  return header;
}

/** A simple file becomes one with a header that says its size and what is in it. */
function extended(file: Buffer, { type, data }: Chunk): Buffer {
  const { width, height } = inspectImage(file);
  const hasAlpha = type === 'VP8L' && (data.readUInt32LE(1) & (1 << 28)) !== 0;
  const header = Buffer.alloc(18);
  chunkHead('VP8X', 10).copy(header);
  header[8] = FLAGS.xmp | (hasAlpha ? FLAGS.alpha : 0);
  header.writeUIntLE(width - 1, 12, 3);
  header.writeUIntLE(height - 1, 15, 3);
  return header;
}

function chunkHead(type: string, length: number): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32LE(length, 4);
  return head;
}

/** Without its packets. The size that a WebP says of itself is made anew with what is put in. */
function withoutXmp(file: Buffer, format: ImageFacts['format']): Buffer {
  const packets = [...CHUNKS[format](file)].filter((chunk) => isXmp(chunk));
  const kept: Buffer[] = [];
  let at = 0;
  for (const { start, end } of packets) {
    kept.push(file.subarray(at, start));
    at = end;
  }
  const bare = Buffer.concat([...kept, file.subarray(at)]);
  // What follows the size that a WebP says of itself is no part of it.
  const taken = packets.reduce((sum, { start, end }) => sum + Math.min(end, file.readUInt32LE(4) + 8) - start, 0);
  if (format === 'webp') bare.writeUInt32LE(file.readUInt32LE(4) - taken, 4);
  return bare;
}

const CHUNKS = { png: pngChunks, jpeg: jpegSegments, webp: webpChunks };

function isXmp({ type, data }: Chunk): boolean {
  const begins = (text: string) => data.toString('latin1', 0, text.length) === text;
  return (
    type === 'XMP ' || (type === 'iTXt' && begins('XML:com.adobe.xmp\0')) || (type === APP1 && begins(`${APP1_HEADER}`))
  );
}

function inserted(file: Buffer, at: number, part: Buffer): Buffer[] {
  return [file.subarray(0, at), part, file.subarray(at)];
}
