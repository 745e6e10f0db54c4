/** What an image file says of itself besides its pixels, whoever wrote it. Everything told is text from outside. */
import { inflateSync } from 'node:zlib';
import { jpegSegments, pngChunks, webpChunks, type Chunk } from './chunks.ts';
import type { ImageFacts } from './inspect.ts';

/** What was found. */
export interface Metadata {
  /** An XMP packet. */
  xmp?: string;
  /** Bytes of Content Credentials (C2PA); 0: there are none. Nothing of them is verified. */
  c2paBytes: number;
  /** Of the Content Credentials: which IPTC source types they name. */
  c2paSourceTypes: readonly string[];
  /** True when there is EXIF. */
  exif: boolean;
  /** Texts that tools leave: `parameters` of Stable Diffusion web UIs, `workflow` of ComfyUI, `Comment`. */
  texts: readonly { name: string; value: string }[];
}

const XMP_KEYWORD = 'XML:com.adobe.xmp';
const XMP_HEADER = 'http://ns.adobe.com/xap/1.0/\0';
const EXIF_HEADER = 'Exif\0\0';
/** Of one text; a workflow of ComfyUI can be large. */
const TEXT_BYTES_MAX = 1024 * 1024;
/** Of all together: a few bytes may unpack to a text. */
const TEXTS_BYTES_MAX = 4 * TEXT_BYTES_MAX;
const TEXTS_MAX = 50;

/** Reads what a file says of itself. Never throws: what makes no sense is passed over. */
export function readMetadata(file: Buffer, format: ImageFacts['format']): Metadata {
  const found = READERS[format](file, new Found());
  const c2pa = Buffer.concat(found.c2pa);
  return {
    ...(found.xmp === undefined ? {} : { xmp: found.xmp }),
    c2paBytes: c2pa.length,
    c2paSourceTypes: sourceTypesIn(c2pa),
    exif: found.exif,
    texts: found.texts,
  };
}

/** The XMP packet and the size of the Content Credentials alone: nothing else is unpacked. Never throws. */
export function readPackets(file: Buffer, format: ImageFacts['format']): Pick<Metadata, 'xmp' | 'c2paBytes'> {
  const { xmp, c2pa } = READERS[format](file, new Found(0));
  return { ...(xmp === undefined ? {} : { xmp }), c2paBytes: c2pa.reduce((sum, { length }) => sum + length, 0) };
}

class Found {
  xmp: string | undefined;
  readonly c2pa: Buffer[] = [];
  exif = false;
  readonly texts: { name: string; value: string }[] = [];
  /** So many bytes of texts may follow. */
  private left: number;

  constructor(textBytesMax = TEXTS_BYTES_MAX) {
    this.left = textBytesMax;
  }

  /** Reads a text, unless there are enough. */
  text(read: () => { name: string; value: string } | undefined): void {
    if (this.left <= 0 || this.texts.length === TEXTS_MAX) return;
    const text = read();
    if (!text) return;
    this.left -= text.value.length;
    this.texts.push(text);
  }
}

const READERS = { png: readPng, jpeg: readJpeg, webp: readWebp };

/** PNG: `caBX` holds a C2PA manifest store (C2PA 2.2, "Embedding manifests into PNG"). */
function readPng(file: Buffer, found: Found): Found {
  for (const { type, data } of pngChunks(file)) {
    if (type === 'caBX') found.c2pa.push(data);
    if (type === 'eXIf') found.exif = true;
    if (type === 'iTXt' && startsWith(data, `${XMP_KEYWORD}\0`)) found.xmp ??= international(data)?.value;
    else if (type === 'iTXt') found.text(() => international(data));
    else if (type === 'tEXt' || type === 'zTXt') found.text(() => latin(type, data));
  }
  return found;
}

function latin(type: string, data: Buffer): { name: string; value: string } | undefined {
  const zero = data.indexOf(0);
  if (zero < 1) return undefined;
  const packed = type === 'zTXt';
  const body = data.subarray(zero + (packed ? 2 : 1));
  const value = packed ? inflated(body) : body.subarray(0, TEXT_BYTES_MAX);
  return value && { name: data.toString('latin1', 0, zero), value: value.toString('latin1') };
}

/** Keyword, compression flag and method, language, translated keyword, text. */
function international(data: Buffer): { name: string; value: string } | undefined {
  const zero = data.indexOf(0);
  const language = zero < 0 ? -1 : data.indexOf(0, zero + 3);
  const translated = language < 0 ? -1 : data.indexOf(0, language + 1);
  if (zero < 1 || translated < 0) return undefined;
  const body = data.subarray(translated + 1);
  const value = data[zero + 1] === 1 ? inflated(body) : body.subarray(0, TEXT_BYTES_MAX);
  return value && { name: data.toString('latin1', 0, zero), value: value.toString('utf8') };
}

function inflated(data: Buffer): Buffer | undefined {
  try {
    return inflateSync(data, { maxOutputLength: TEXT_BYTES_MAX });
  } catch {
    return undefined;
  }
}

/** JPEG: APP1 holds XMP or EXIF, APP11 a JUMBF box of C2PA (ISO 19566-5). */
function readJpeg(file: Buffer, found: Found): Found {
  for (const { type, data } of jpegSegments(file)) {
    if (type === 'e1' && startsWith(data, XMP_HEADER)) found.xmp ??= data.toString('utf8', XMP_HEADER.length);
    else if (type === 'e1' && startsWith(data, EXIF_HEADER)) {
      found.exif = true;
      found.text(() => userComment(data));
    } else if (type === 'eb' && startsWith(data, 'JP')) found.c2pa.push(data);
    else if (type === 'fe') found.text(() => ({ name: 'comment', value: data.toString('utf8') }));
  }
  return found;
}

/** What Stable Diffusion web UIs write into JPEG and WebP: EXIF's UserComment in UTF-16, big-endian. */
function userComment(exif: Buffer): { name: string; value: string } | undefined {
  const at = exif.indexOf('UNICODE\0', 0, 'latin1');
  if (at < 0) return undefined;
  const length = Math.min(TEXT_BYTES_MAX, exif.length - at - 8);
  const bytes = Buffer.from(exif.subarray(at + 8, at + 8 + Math.floor(length / 2) * 2));
  const value = (bytes[0] === 0 ? bytes.swap16() : bytes).toString('utf16le').replaceAll('\0', '').trim();
  return value === '' ? undefined : { name: 'UserComment', value };
}

function readWebp(file: Buffer, found: Found): Found {
  for (const { type, data } of webpChunks(file)) {
    if (type === 'XMP ') found.xmp ??= data.toString('utf8');
    else if (type === 'C2PA') found.c2pa.push(data);
    else if (type === 'EXIF') {
      found.exif = true;
      found.text(() => userComment(data));
    }
  }
  return found;
}

function startsWith(data: Chunk['data'], text: string): boolean {
  return data.toString('latin1', 0, text.length) === text;
}

const SOURCE_TYPE = /https?:\/\/cv\.iptc\.org\/newscodes\/digitalsourcetype\/([A-Za-z]{1,60})/g;

function sourceTypesIn(c2pa: Buffer): string[] {
  return [...new Set(Array.from(c2pa.toString('latin1').matchAll(SOURCE_TYPE), ([, name = '']) => name))];
}
