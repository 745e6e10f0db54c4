/** All 40 pictures and their changed copies through the real networks: the figures of docs/faces.md. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp, { type Sharp } from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { distanceOf, likeness } from '../../src/faces/score.ts';
import { FaceThread } from '../../src/faces/thread.ts';
import { newFolder } from '../support/cli/imggen.ts';
import { face, RECORDED } from './read-people.ts';

const FACES = fileURLToPath(new URL('../fixtures/faces/', import.meta.url));
const NAMES = readdirSync(FACES, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.jpg'))
  .map((name) => name.replace(/\.jpg$/, ''))
  .toSorted();
const thread = new FaceThread();
afterAll(() => thread.close());

const CHANGES: Record<string, (picture: Sharp) => Sharp> = {
  crop: (picture) => picture.extract({ left: 40, top: 40, width: 320, height: 320 }),
  flip: (picture) => picture.flop(),
  lighter: (picture) => picture.modulate({ brightness: 1.3 }),
  darker: (picture) => picture.modulate({ brightness: 0.7 }),
  'JPEG 30': (picture) => picture.jpeg({ quality: 30 }),
  blur: (picture) => picture.blur(1.5),
  '10° left': (picture) => picture.rotate(-10, { background: '#888' }),
  '10° right': (picture) => picture.rotate(10, { background: '#888' }),
};

describe('the networks', () => {
  it('find 40 faces in 40 pictures, as they were recorded', async () => {
    expect(NAMES).toHaveLength(40);
    for (const name of NAMES) {
      const { faces, facesFound } = await thread.read(join(FACES, `${name}.jpg`));
      expect(facesFound, name).toBe(1);
      expect(distanceOf(faces[0]!, face(RECORDED[name]!)), name).toBeLessThan(0.01);
    }
  });

  it.each(Object.entries(CHANGES))('%s: keeps the likeness at 0.85 or more', async (change, apply) => {
    const folder = newFolder();
    const all: number[] = [];
    for (const name of NAMES) {
      const file = join(folder, `${name.replace('/', '-')}.jpg`);
      const changed = apply(sharp(join(FACES, `${name}.jpg`)));
      await (change === 'JPEG 30' ? changed : changed.jpeg({ quality: 95 })).toFile(file);
      const { faces } = await thread.read(file);
      all.push(faces[0] ? likeness(distanceOf(faces[0], face(RECORDED[name]!))) : 0);
    }
    const mean = all.reduce((sum, one) => sum + one, 0) / all.length;
    console.log(`${change}: least ${Math.min(...all).toFixed(3)}, mean ${mean.toFixed(3)}`);
    expect(mean).toBeGreaterThanOrEqual(0.85);
    expect(all.filter((one) => one < 0.85)).toEqual([]);
  });
});
