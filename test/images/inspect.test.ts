import { readFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProviderError } from '../../src/errors.ts';
import { hashFile } from '../../src/images/hash.ts';
import { IMAGE_BYTES_MAX, inspectAndHashFile, inspectFile, inspectImage } from '../../src/images/inspect.ts';

const fixture = (name: string): Promise<Buffer> => readFile(join(import.meta.dirname, '../fixtures/images', name));

/** A small picture with some texture, so that its data is not trivial. */
function picture(width: number, height: number): Sharp {
  const pixels = Buffer.from(Array.from({ length: width * height * 3 }, (_, i) => (i * i * 31 + i * 7) % 256));
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

function failure(bytes: Uint8Array): string {
  try {
    inspectImage(bytes);
  } catch (error) {
    if (error instanceof ProviderError && error.failure === 'unusable') return error.message;
    throw error;
  }
  return 'accepted';
}

const samples: Record<string, Buffer> = {};
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imggen-inspect-'));
  samples['png'] = await picture(17, 11).png().toBuffer();
  samples['palette png'] = await picture(17, 11).png({ palette: true, colours: 16 }).toBuffer();
  samples['jpeg'] = await picture(17, 11).jpeg().toBuffer();
  samples['progressive jpeg'] = await picture(17, 11).jpeg({ progressive: true }).toBuffer();
  samples['webp'] = await picture(17, 11).webp().toBuffer();
  samples['lossless webp'] = await picture(17, 11).webp({ lossless: true }).toBuffer();
  samples['webp with a profile'] = await picture(17, 11).withMetadata().webp().toBuffer();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const kinds = ['png', 'palette png', 'jpeg', 'progressive jpeg', 'webp', 'lossless webp', 'webp with a profile'];

describe('a whole image', () => {
  it.each(kinds)('tells format, size and bytes of a %s', (kind) => {
    const bytes = samples[kind]!;
    const format = kind.match(/png|jpeg|webp/)![0];
    expect(inspectImage(bytes)).toEqual({
      format,
      mime: `image/${format}`,
      extension: format === 'jpeg' ? 'jpg' : format,
      width: 17,
      height: 11,
      sizeBytes: bytes.length,
    });
  });

  it('reads a photograph', async () => {
    const bytes = await fixture('ana-01.jpg');
    expect(inspectImage(bytes)).toMatchObject({ format: 'jpeg', width: 400, height: 400 });
    expect(await inspectFile(join(import.meta.dirname, '../fixtures/images/kofi-03.jpg'))).toMatchObject({
      format: 'jpeg',
      width: 400,
    });
  });

  it('inspects and hashes a file in one reading, to the same facts and sum', async () => {
    const path = join(import.meta.dirname, '../fixtures/images/kofi-03.jpg');
    expect(await inspectAndHashFile(path)).toEqual({
      facts: await inspectFile(path),
      sha256: (await hashFile(path)).sha256,
    });
  });

  it.each(kinds)('tolerates zeros behind a %s, and nothing else', (kind) => {
    const bytes = samples[kind]!;
    expect(inspectImage(Buffer.concat([bytes, Buffer.alloc(7)]))).toMatchObject({ width: 17 });
    expect(failure(Buffer.concat([bytes, Buffer.from('\0\0<html>')]))).toMatch(/follows its end/);
  });

  it('accepts a JPEG that a camera appended its preview to', () => {
    expect(inspectImage(Buffer.concat([samples['jpeg']!, samples['jpeg']!]))).toMatchObject({ width: 17 });
  });

  it('is read from a view into a larger buffer', () => {
    const bytes = samples['png']!;
    const larger = new Uint8Array(bytes.length + 9);
    larger.set(bytes, 5);
    expect(inspectImage(larger.subarray(5, 5 + bytes.length))).toMatchObject({ width: 17, height: 11 });
  });
});

describe('a damaged image', () => {
  it.each(kinds)('is refused wherever a %s is cut off', (kind) => {
    const bytes = samples[kind]!;
    for (let end = 0; end < bytes.length; end += 1)
      expect(failure(bytes.subarray(0, end)), `cut at ${end} of ${bytes.length}`).not.toBe('accepted');
  });

  it('is refused wherever a photograph is cut off, its preview and tables included', async () => {
    const bytes = await fixture('ana-01.jpg');
    for (let end = 0; end < bytes.length; end += 1)
      if (failure(bytes.subarray(0, end)) === 'accepted') expect.unreachable(`cut at ${end}`);
  });

  it.each(['png', 'palette png'])('is refused whichever bit of a %s flips', (kind) => {
    const bytes = samples[kind]!;
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      if (failure(flipped) === 'accepted') expect.unreachable(`bit ${bit} flipped`);
    }
  });

  it('never throws anything but a ProviderError, whatever comes', () => {
    const heads = fc
      .constantFrom('', '\x89PNG\r\n\x1a\n', '\xff\xd8', '\xff\xd8\xff\xe0', 'RIFF', 'RIFF\x20\0\0\0WEBPVP8 ')
      .map((text) => Buffer.from(text, 'latin1'));
    fc.assert(
      fc.property(
        heads,
        fc.uint8Array({ maxLength: 200 }),
        (head, tail) => failure(Buffer.concat([head, tail])) !== 'accepted',
      ),
      { numRuns: 2000 },
    );
  });

  it('is refused when a PNG claims an absurd size, with checksums that fit', () => {
    const bytes = Buffer.from(samples['png']!);
    for (const width of [0, 32_769]) {
      bytes.writeUInt32BE(width, 16);
      bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
      expect(failure(bytes)).toMatch(new RegExp(`${width}x11 pixels`));
    }
    bytes.writeUInt32BE(32_768, 16);
    bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
    expect(inspectImage(bytes)).toMatchObject({ width: 32_768 });
  });

  it('may be an upscaled PNG of 8,192 x 8,192 pixels, which has two bytes a pixel and more', () => {
    expect(IMAGE_BYTES_MAX).toBeGreaterThan(3 * 8192 ** 2);
  });

  it('is refused when it is larger than the cap, without reading the file', async () => {
    const path = join(folder, 'huge.png');
    await writeFile(path, samples['png']!);
    await truncate(path, IMAGE_BYTES_MAX + 1);
    await expect(inspectFile(path)).rejects.toMatchObject({
      failure: 'unusable',
      message: expect.stringMatching(/at most/) as string,
    });
  });
});

describe('what is no image', () => {
  it.each([
    ['', 'nothing at all'],
    ['\0\0\0\0', 'only zero bytes'],
    [
      '\n<!DOCTYPE html><html><title>502 Bad Gateway</title>',
      'an HTML page: "<!DOCTYPE html><html><title>502 Bad Gateway</title>"',
    ],
    ['{"error": {"message": "quota"}}', 'JSON: "{"error": {"message": "quota"}}"'],
    ['<?xml version="1.0"?><svg xmlns="x"/>', 'an SVG drawing'],
    ['<Error><Code>AccessDenied</Code></Error>', 'an XML document'],
    ['GIF89a....', 'a GIF'],
    ['\0\0\0\x1cftypavif', 'an AVIF image'],
    ['upstream timed out', 'text: "upstream timed out"'],
    ['RIFF\x24\0\0\0WAVEfmt ', 'bytes of an unknown kind'],
    ['\x00\x01\x02\x03\xfe', '5 bytes of an unknown kind (00010203fe…)'],
  ])('%j is told as such', (text, told) => {
    expect(failure(Buffer.from(text, 'latin1'))).toContain(told);
  });

  it('is quoted in 80 characters at most, and never drives a terminal', () => {
    const message = failure(Buffer.from(`{"error":"\u001B[2J\u009B31m\u202Eevil ${'x'.repeat(500)}"}`));
    expect(message).toContain('JSON');
    expect(message).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202A-\u202E]/);
    expect(message.length).toBeLessThan(150);
  });
});
