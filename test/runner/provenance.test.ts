/** Every picture says what made it, its sum in the ledger is that of its file, and what a service has signed stays. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../src/images/hash.ts';
import { stageBytes } from '../../src/images/part-file.ts';
import { readMetadata } from '../../src/images/metadata.ts';
import { readXmp } from '../../src/images/xmp.ts';
import { makePicture } from '../emulators/picture.ts';
import { galleryShots } from '../support/jobs.ts';
import { openRig, picture, provider, type Rig } from '../support/runner-rig.ts';

const direct = (more: object = {}) =>
  provider({ submit: (request) => Promise.resolve(picture(request.shot, { seedUsed: request.seed, ...more })) });
const byUrl = provider({
  submit: () => Promise.resolve({ state: 'generated', image: { kind: 'url', url: 'https://paper.test/1.png' } }),
});

/** The files of a rig's pictures with what they say; their sums must be those of the ledger. */
function told(rig: Rig) {
  return rig.ledger.images.gallery({ characterKey: 1 }).map(({ path, sha256, sizeBytes, prompt }) => {
    const bytes = readFileSync(path ?? '');
    expect([sha256Of(bytes), bytes.length]).toEqual([sha256, sizeBytes]);
    const xmp = readMetadata(bytes, 'png').xmp;
    return { bytes, path, prompt, xmp: xmp === undefined ? undefined : readXmp(xmp) };
  });
}

/** A picture with Content Credentials, as far as their place in the file goes. */
function signed(key: string): Buffer {
  const png = makePicture(16, 16, key);
  const typeAndData = Buffer.from('caBXjumb c2pa', 'latin1');
  const chunk = Buffer.alloc(typeAndData.length + 8);
  chunk.writeUInt32BE(typeAndData.length - 4);
  typeAndData.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(typeAndData), chunk.length - 4);
  return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
}
const signing = provider({
  submit: ({ shot }) => Promise.resolve(picture(shot, { image: { kind: 'bytes', bytes: signed(shot) } })),
});

describe('a finished picture', () => {
  it.each([
    ['an answer that holds it', direct(), 'yes'],
    ['one that is downloaded', byUrl, 'unknown'],
  ])('says what made it: %s', async (_, paper, seedHonored) => {
    const rig = openRig();
    await rig.run(rig.job({ shots: galleryShots(1) }), [paper]);
    const [one] = told(rig);
    expect(one?.xmp).toMatchObject({
      'Iptc4xmpExt:DigitalSourceType': 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia',
      'Iptc4xmpExt:AISystemUsed': 'paper paper-1',
      'imggen:SeedHonored': seedHonored,
      'imggen:PromptSha256': sha256Of(Buffer.from(one?.prompt ?? '')),
    });
    // The prompt itself is the user's: it is not in the file.
    expect(one?.bytes.includes(one.prompt)).toBe(false);
  });

  it('that was drawn was made without a trained model', async () => {
    const rig = openRig();
    await rig.run(rig.job({ shots: galleryShots(1) }), [direct()], { context: { drawing: new Set(['paper']) } });
    expect(told(rig)[0]?.xmp?.['Iptc4xmpExt:DigitalSourceType']).toMatch(/\/algorithmicMedia$/);
  });

  it('is kept as it came where the job says so', async () => {
    const rig = openRig();
    await rig.run(rig.job({ shots: galleryShots(1), settings: { provenance: false } }), [direct()]);
    expect(told(rig)[0]?.bytes.equals(makePicture(16, 16, 'gallery-0001'))).toBe(true);
  });

  it('that is signed keeps its bytes; what made it lies beside it, and nothing else does', async () => {
    const rig = openRig();
    await rig.run(rig.job({ shots: galleryShots(2) }), [signing]);
    const pictures = told(rig);
    expect(pictures.map(({ xmp }) => xmp)).toEqual([undefined, undefined]);
    for (const { bytes, path } of pictures) {
      expect(bytes.includes('caBXjumb c2pa')).toBe(true);
      expect(readXmp(readFileSync((path ?? '').replace('.png', '.xmp'), 'utf8'))).toMatchObject({
        'xmp:CreatorTool': 'imggen',
      });
    }
    const folder = join(pictures[0]?.path ?? '', '..');
    expect(readdirSync(folder).filter((name) => name !== '.parts')).toHaveLength(4);
  });

  it('keeps what somebody else has put beside it', async () => {
    const rig = openRig();
    await rig.run(rig.job({ shots: galleryShots(1) }), [signing]);
    const path = (told(rig)[0]?.path ?? '').replace('00001.png', '00002.xmp');
    writeFileSync(path, 'mine');
    await rig.run(rig.job({ shots: galleryShots(1), key: 'second' }), [signing]);
    expect(readFileSync(path, 'utf8')).toBe('mine');
    expect(told(rig)).toHaveLength(2);
  });
});

describe('a run that breaks off', () => {
  it.each([
    ['staged', signing],
    ['generated', signing],
    ['named', signing],
    ['linked', signing],
    ['linked', direct()],
    ['downloaded', byUrl],
    ['named', byUrl],
    ['linked', byUrl],
  ])('at %s: the next one ends with the same bytes, and with what lies beside them', async (point, paper) => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(1) });
    let broken = false;
    const trace = (at: string) => {
      if (at !== point || broken) return;
      broken = true;
      throw new Error('broken off');
    };
    await expect(rig.run(job, [paper], { context: { trace } })).rejects.toThrow('broken off');
    const linked = point === 'linked' ? readFileSync(join(rig.output, 'mira', 'mira_image_00001.png')) : undefined;
    await rig.run(job, [paper]);
    const [one] = told(rig);
    if (linked) expect(one?.bytes.equals(linked)).toBe(true);
    if (paper === signing) expect(readFileSync((one?.path ?? '').replace('.png', '.xmp'), 'utf8')).toContain('imggen');
    else expect(one?.xmp).toMatchObject({ 'xmp:CreatorTool': 'imggen' });
    expect(rig.ledger.jobs.total(job.id)).toEqual({ reservedMicros: 0, spentMicros: 40 });
  });
});

describe('a picture that can not be annotated', () => {
  it('since the disk is full is kept as it came', async () => {
    const rig = openRig();
    let staged = 0;
    const job = rig.job({ shots: galleryShots(1) });
    await rig.run(job, [byUrl], {
      context: {
        // A folder has the name that another copy of the picture would get.
        download: async (url, part) => {
          await stageBytes(part, makePicture(16, 16, url));
          mkdirSync(join(`${part}.reserved`, 'full'), { recursive: true });
          staged += 1;
          return { sizeBytes: 1 };
        },
      },
    });
    expect(staged).toBe(1);
    expect(rig.traced).toContain('not-annotated');
    expect(told(rig)[0]?.bytes.equals(makePicture(16, 16, 'https://paper.test/1.png'))).toBe(true);
  });
});
