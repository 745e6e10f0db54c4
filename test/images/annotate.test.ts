/** What made a picture is written into it: its pixels stay, what a service has signed stays, any reader finds it. */
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { annotate } from '../../src/images/annotate.ts';
import { inspectImage } from '../../src/images/inspect.ts';
import { readMetadata } from '../../src/images/metadata.ts';
import { readXmp, SOURCE_TYPES, xmpPacket } from '../../src/images/xmp.ts';

const made = {
  sourceType: SOURCE_TYPES.trained,
  provider: 'replicate',
  model: 'a/<b>&"c"\u0007',
  seed: 7,
  seedHonored: 'yes',
  promptSha256: 'ab'.repeat(32),
  createdAtMs: Date.UTC(2026, 10, 22, 3, 0, 0),
};
const packet = xmpPacket(made);

const noise = (channels: 3 | 4) => {
  const data = Buffer.from(Array.from({ length: 37 * 23 * channels }, (_, index) => (index * 7919) % 256));
  return sharp(data, { raw: { width: 37, height: 23, channels } });
};
const pixels = (bytes: Buffer) => sharp(bytes).raw().toBuffer();

function pngChunk(type: string, data: Buffer): Buffer {
  const typeAndData = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(data.length + 12);
  chunk.writeUInt32BE(data.length, 0);
  typeAndData.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(typeAndData), data.length + 8);
  return chunk;
}

const into = (bytes: Buffer, at: number, part: Buffer) =>
  Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]);
const afterIhdr = 33;

function embeddedIn(bytes: Buffer): Buffer {
  const result = annotate(bytes, packet);
  if (!result.embedded) throw new Error(result.why);
  return Buffer.concat(result.parts);
}

describe('a picture with its provenance', () => {
  it.each([
    ['PNG', noise(4).png()],
    ['PNG with a palette', noise(3).png({ palette: true })],
    ['JPEG', noise(3).jpeg()],
    [
      'JPEG with EXIF',
      noise(3)
        .jpeg()
        .withExif({ IFD0: { Software: 'another' } }),
    ],
    ['progressive JPEG', noise(3).jpeg({ progressive: true })],
    ['WebP', noise(3).webp()],
    ['WebP with transparency', noise(4).webp()],
    ['lossless WebP', noise(3).webp({ lossless: true })],
    ['lossless WebP with transparency', noise(4).webp({ lossless: true })],
    ['WebP with a profile', noise(3).webp().withIccProfile('p3')],
  ])('%s: has the same pixels, is whole, and its packet is found by another reader', async (_, picture) => {
    const before = await picture.toBuffer();
    const after = embeddedIn(before);
    expect((await pixels(after)).equals(await pixels(before))).toBe(true);
    const { width, height, format } = inspectImage(after);
    expect({ width, height, format }).toEqual({ width: 37, height: 23, format: inspectImage(before).format });
    const { xmp, exif, icc } = await sharp(after).metadata();
    const own = await sharp(before).metadata();
    expect(xmp?.toString('utf8')).toBe(packet);
    expect([exif, icc]).toEqual([own.exif, own.icc]);
    expect(readXmp(readMetadata(after, format).xmp ?? '')).toEqual({
      'xmp:CreatorTool': 'imggen',
      'xmp:CreateDate': '2026-11-22T03:00:00.000Z',
      'Iptc4xmpExt:DigitalSourceType': 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia',
      'Iptc4xmpExt:AISystemUsed': 'replicate a/<b>&"c" ',
      'imggen:Provider': 'replicate',
      'imggen:Model': 'a/<b>&"c" ',
      'imggen:Seed': '7',
      'imggen:SeedHonored': 'yes',
      'imggen:PromptSha256': made.promptSha256,
    });
    expect(embeddedIn(after).equals(after)).toBe(true);
  });

  it('WebP: zeros behind its end do no harm', async () => {
    const before = await noise(3).webp({ quality: 31 }).toBuffer();
    const padded = Buffer.concat([before, Buffer.alloc(64)]);
    expect((await pixels(embeddedIn(padded))).equals(await pixels(before))).toBe(true);
    expect(embeddedIn(padded).equals(embeddedIn(before))).toBe(true);
  });
});

describe('a picture that says something itself', () => {
  const signed = Buffer.from(`jumb c2pa ${SOURCE_TYPES.trained}`, 'latin1');
  const app11 = Buffer.concat([Buffer.from([0xff, 0xeb, 0, signed.length + 4]), Buffer.from('JP'), signed]);

  it('keeps its bytes where it holds Content Credentials', async () => {
    const webp = await noise(3).webp().withIccProfile('p3').toBuffer();
    const size = Buffer.alloc(8);
    size.write('C2PA', 'latin1');
    size.writeUInt32LE(signed.length, 4);
    const withC2pa = Buffer.concat([webp, size, signed, Buffer.alloc(signed.length % 2)]);
    withC2pa.writeUInt32LE(withC2pa.length - 8, 4);
    for (const bytes of [
      into(await noise(3).png().toBuffer(), afterIhdr, pngChunk('caBX', signed)),
      into(await noise(3).jpeg().toBuffer(), 2, app11),
      withC2pa,
    ]) {
      const { format } = inspectImage(bytes);
      expect(annotate(bytes, packet), format).toEqual({ embedded: false, why: 'c2pa' });
      expect(readMetadata(bytes, format), format).toMatchObject({ c2paSourceTypes: ['trainedAlgorithmicMedia'] });
      expect(readMetadata(bytes, format).c2paBytes, format).toBeGreaterThanOrEqual(signed.length);
    }
  });

  it('keeps XMP of another tool', async () => {
    const theirs = xmpPacket(made).replace('"imggen"', '"Another Tool"');
    const bytes = await noise(3).jpeg().withXmp(theirs).toBuffer();
    expect(annotate(bytes, packet)).toEqual({ embedded: false, why: 'xmp' });
  });

  it('is read, whatever tool wrote it', async () => {
    const png = await noise(3).png().toBuffer();
    const text = 'a woman\nSteps: 20, Seed: 5';
    const packed = Buffer.concat([Buffer.from('workflow\0\0', 'latin1'), deflateSync('{"nodes":[]}')]);
    const international = Buffer.concat([Buffer.from('Title\0\u0001\0en\0\0', 'latin1'), deflateSync('Ü')]);
    const bytes = into(
      png,
      afterIhdr,
      Buffer.concat([
        pngChunk('tEXt', Buffer.from(`parameters\0${text}`, 'latin1')),
        pngChunk('zTXt', packed),
        pngChunk('iTXt', international),
        pngChunk('zTXt', Buffer.from('broken\0\0nonsense', 'latin1')),
      ]),
    );
    expect(readMetadata(bytes, 'png').texts).toEqual([
      { name: 'parameters', value: text },
      { name: 'workflow', value: '{"nodes":[]}' },
      { name: 'Title', value: 'Ü' },
    ]);
    const exif = { IFD2: { UserComment: 'x' } };
    const jpeg = await noise(3).jpeg().withExif(exif).toBuffer();
    expect(readMetadata(jpeg, 'jpeg').exif).toBe(true);
    const bomb = Buffer.concat([Buffer.from('x\0\0', 'latin1'), deflateSync(Buffer.alloc(5_000_000))]);
    expect(readMetadata(into(png, afterIhdr, pngChunk('zTXt', bomb)), 'png').texts).toEqual([]);
  });

  it('is left as it is when it is no whole picture', () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('RIFF\u0004\0\0\0WEBP'), Buffer.from([0xff, 0xd8, 0xff])])
      expect(annotate(bytes, packet)).toEqual({ embedded: false, why: 'unable' });
  });
});

describe('a picture that comes back with the packet of another', () => {
  // As a service does that keeps the metadata of the reference it was sent.
  it.each([
    ['PNG', noise(4).png()],
    ['JPEG', noise(3).jpeg()],
    ['WebP', noise(3).webp()],
    ['WebP with a profile', noise(3).webp().withIccProfile('p3')],
  ])('%s: tells what made it, and not what made the other', async (_, picture) => {
    const before = await picture.toBuffer();
    const other = annotate(before, xmpPacket({ ...made, seed: 8, model: 'another' }));
    const again = other.embedded ? annotate(Buffer.concat(other.parts), packet) : other;
    expect(again.embedded && Buffer.concat(again.parts).equals(embeddedIn(before))).toBe(true);
  });
});

describe('metadata that takes long to read', () => {
  it('is read once: spaces between tags', () => {
    expect(readXmp(`<a:b>${' '.repeat(3_990)}`.repeat(66))).toEqual({});
    expect(readXmp(`<a:b>${`${' '.repeat(99)}x`.repeat(39)}`.repeat(66))).toEqual({});
    expect(readXmp('<a:b>  one two </a:b>')).toEqual({ 'a:b': 'one two' });
  });

  it('is left out: few bytes that unpack to many', async () => {
    const png = await noise(3).png().toBuffer();
    const bomb = pngChunk(
      'zTXt',
      Buffer.concat([Buffer.from('a\0\0', 'latin1'), deflateSync(Buffer.alloc(1024 * 1024, 97))]),
    );
    const bytes = into(png, afterIhdr, Buffer.concat(Array.from({ length: 2_000 }, () => bomb)));
    const { texts } = readMetadata(bytes, 'png');
    expect(texts.reduce((sum, { value }) => sum + value.length, 0)).toBe(4 * 1024 * 1024);
  });
});
