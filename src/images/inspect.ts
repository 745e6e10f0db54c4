/**
 * What are these bytes? Decided by the bytes alone, never by a name or a Content-Type, and only if the image is whole.
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { ProviderError } from '../errors.ts';
import { sha256Of } from './hash.ts';
import { readJpeg } from './jpeg.ts';
import { readPng } from './png.ts';
import { readWebp } from './webp.ts';

/** What an image is, as its own bytes tell. */
export interface ImageFacts {
  format: 'png' | 'jpeg' | 'webp';
  mime: 'image/png' | 'image/jpeg' | 'image/webp';
  extension: 'png' | 'jpg' | 'webp';
  /** Pixels, 1 … 32768. */
  width: number;
  /** Pixels, 1 … 32768. */
  height: number;
  sizeBytes: number;
}

/** More bytes than this are no picture for us: 256 MiB. An upscaled PNG of 8,192 x 8,192 pixels has about 130. */
export const IMAGE_BYTES_MAX = 256 * 1024 * 1024;

const SIDE_PX_MAX = 32_768;
const QUOTED_CHARS_MAX = 80;

/**
 * Tells what these bytes are. Reads every checksum and length, decodes no pixel: about a millisecond a megabyte.
 * @throws {ProviderError} `unusable` unless they are one whole PNG, JPEG or WebP; the message says what came instead.
 */
export function inspectImage(bytes: Uint8Array): ImageFacts {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length > IMAGE_BYTES_MAX) throw unusable(tooLarge(buffer.length));
  const facts = factsOf(buffer);
  const { width, height } = facts;
  if (Math.min(width, height) < 1 || Math.max(width, height) > SIDE_PX_MAX) {
    throw unusable(`The ${facts.format} says it is ${width}x${height} pixels; a side must be 1 to ${SIDE_PX_MAX}.`);
  }
  return facts;
}

/**
 * The same for a file. Never reads more than the cap.
 * @throws {ProviderError} `unusable` as `inspectImage`; the file system's own error when it can't be read.
 */
export async function inspectFile(path: string): Promise<ImageFacts> {
  return inspectImage(await readImageFile(path));
}

/** A whole picture: what it is, and its SHA-256 in hex. */
export interface InspectedImage {
  facts: ImageFacts;
  sha256: string;
}

/** What these bytes are, with their sum. @throws as `inspectImage`. */
export function inspectAndHash(bytes: Uint8Array): InspectedImage {
  return { facts: inspectImage(bytes), sha256: sha256Of(bytes) };
}

/** The same for a file, from one reading. @throws as `inspectFile`. */
export async function inspectAndHashFile(path: string): Promise<InspectedImage> {
  return inspectAndHash(await readImageFile(path));
}

/**
 * The bytes of a file that may be a picture. Never more than the cap.
 * @throws {ProviderError} `unusable` for what is no file or too large; the file system's own error.
 */
export async function readImageFile(path: string): Promise<Buffer> {
  // A pipe is opened at once, and refused.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw unusable('There is no file, but a folder, a pipe or a device.');
    if (stats.size > IMAGE_BYTES_MAX) throw unusable(tooLarge(stats.size));
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function factsOf(buffer: Buffer): ImageFacts {
  const sizeBytes = buffer.length;
  const whole = <T>(format: string, read: (buffer: Buffer) => T | string): T => {
    const found = read(buffer);
    if (typeof found === 'string')
      throw unusable(`The ${format} is damaged or cut off: ${found} (${sizeBytes} bytes).`);
    return found;
  };
  if (startsWith(buffer, '\x89PNG'))
    return { format: 'png', mime: 'image/png', extension: 'png', ...whole('PNG', readPng), sizeBytes };
  if (startsWith(buffer, '\xff\xd8'))
    return { format: 'jpeg', mime: 'image/jpeg', extension: 'jpg', ...whole('JPEG', readJpeg), sizeBytes };
  if (startsWith(buffer, 'RIFF') && (buffer.length < 12 || buffer.toString('latin1', 8, 12) === 'WEBP')) {
    return { format: 'webp', mime: 'image/webp', extension: 'webp', ...whole('WebP', readWebp), sizeBytes };
  }
  throw unusable(`No PNG, JPEG or WebP image came, but ${instead(buffer)}.`);
}

function startsWith(buffer: Buffer, magic: string): boolean {
  return buffer.toString('latin1', 0, magic.length) === magic;
}

/** What came, for people: its kind where it is known, and its first words where it is text. */
function instead(buffer: Buffer): string {
  if (buffer.length === 0) return 'nothing at all (0 bytes)';
  if (!buffer.some((byte) => byte !== 0)) return `only zero bytes (${buffer.length})`;
  const binary = KNOWN_BINARIES.find(
    ([magic, offset]) => buffer.toString('latin1', offset, offset + magic.length) === magic,
  );
  if (binary) return `${binary[2]} (${buffer.length} bytes)`;
  const start = buffer
    .toString('utf8', 0, 1024)
    .replace(/^\uFEFF/, '')
    .trim();
  const quoted = `: "${printable(start)}"`;
  if (/^(<!doctype html|<html|<head|<body)/i.test(start)) return `an HTML page${quoted}`;
  if (/^(<\?xml|<svg|<[a-z!])/i.test(start))
    return `${/<svg/i.test(start) ? 'an SVG drawing' : 'an XML document'}${quoted}`;
  if (/^[[{]/.test(start)) return `JSON${quoted}`;
  if (isText(start)) return `text${quoted}`;
  return `${buffer.length} bytes of an unknown kind (${buffer.toString('hex', 0, 8)}…)`;
}

/** Magic, offset, name. */
const KNOWN_BINARIES: readonly (readonly [string, number, string])[] = [
  ['GIF8', 0, 'a GIF'],
  ['ftypavi', 4, 'an AVIF image'],
  ['ftyp', 4, 'a video or HEIF image'],
  ['\x1f\x8b', 0, 'gzip data'],
  ['%PDF', 0, 'a PDF'],
  ['PK\x03\x04', 0, 'a ZIP archive'],
  ['II*\0', 0, 'a TIFF image'],
  ['MM\0*', 0, 'a TIFF image'],
  ['BM', 0, 'a BMP image'],
];

/** The first characters, with everything that could drive a terminal left out. */
function printable(text: string): string {
  return [...text.replace(/\s+/g, ' ').replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')].slice(0, QUOTED_CHARS_MAX).join('');
}

function isText(start: string): boolean {
  return start !== '' && !/[\uFFFD\p{Cc}]/u.test(start.replace(/[\r\n\t]/g, ''));
}

function tooLarge(sizeBytes: number): string {
  return `${sizeBytes} bytes came; an image may have ${IMAGE_BYTES_MAX} at most.`;
}

function unusable(message: string): ProviderError {
  return new ProviderError(message, { failure: 'unusable' });
}
