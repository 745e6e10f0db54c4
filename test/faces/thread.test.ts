/** The real networks, on a few pictures: all of them are read by `network.soak.ts`. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { distanceOf, likeness } from '../../src/faces/score.ts';
import { FaceThread } from '../../src/faces/thread.ts';
import { newFolder } from '../support/cli/imggen.ts';
import { face, RECORDED } from './read-people.ts';

const FACES = fileURLToPath(new URL('../fixtures/faces/', import.meta.url));
const thread = new FaceThread();
afterAll(() => thread.close());

describe('reading faces', () => {
  it.each(['ana/01', 'ana/08'])('finds the face of %s as it was recorded', async (name) => {
    const read = await thread.read(join(FACES, `${name}.jpg`));
    expect(read).toMatchObject({ facesFound: 1, width: 400, height: 400, hash: RECORDED[name]!.hash });
    expect(distanceOf(read.faces[0]!, face(RECORDED[name]!))).toBeLessThan(0.01);
    expect(read.faces[0]!.seenPx).toBe(RECORDED[name]!.seenPx);
  });

  it('keeps the face of a picture that lies on its side by its EXIF data, is gray, transparent and large', async () => {
    const file = join(newFolder(), 'sideways.webp');
    await sharp(join(FACES, 'ana/01.jpg'))
      .resize(1000, 1000)
      .greyscale()
      .rotate(-90)
      .ensureAlpha()
      .withMetadata({ orientation: 6 })
      .webp()
      .toFile(file);
    const read = await thread.read(file);
    expect(read).toMatchObject({ facesFound: 1, width: 1000, height: 1000 });
    expect(likeness(distanceOf(read.faces[0]!, face(RECORDED['ana/01']!)))).toBeGreaterThan(0.85);
    // In pixels of the picture, and as the network sees it.
    expect(read.faces[0]!.box.height).toBeGreaterThan(400);
    expect(read.faces[0]!.seenPx).toBeLessThan(320);
  });

  it('finds none where there is none', async () => {
    const file = join(newFolder(), 'gray.png');
    await sharp({ create: { width: 200, height: 120, channels: 3, background: '#777' } })
      .png()
      .toFile(file);
    expect(await thread.read(file)).toMatchObject({ faces: [], facesFound: 0, width: 200, height: 120 });
  });

  it('says what is wrong with a file, and reads the next', async () => {
    await expect(thread.read(join(FACES, 'nobody.jpg'))).rejects.toThrow(/missing|nobody/i);
    await expect(thread.read(fileURLToPath(import.meta.url))).rejects.toThrow(/unsupported/i);
    expect((await thread.read(join(FACES, 'ana/01.jpg'))).facesFound).toBe(1);
  });

  it('leaves the thread that asks free', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 5);
    await thread.read(join(FACES, 'ana/08.jpg'));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
  });

  it('fails what is under way when it is closed', async () => {
    const other = new FaceThread();
    const failed = expect(other.read(join(FACES, 'ana/01.jpg'))).rejects.toThrow('stopped');
    await other.close();
    await failed;
  });

  it('keeps an idle thread for the next one, and gives it to one only', async () => {
    let started = 0;
    const count = () => (started += 1);
    subscribe('worker_threads', count);
    onTestFinished(() => void unsubscribe('worker_threads', count));
    const read = (reader: FaceThread) => reader.read(join(FACES, 'ana/01.jpg'));
    const [first, second, third] = [new FaceThread(), new FaceThread(), new FaceThread()];
    await read(first);
    const startedFirst = started;
    await first.close();
    await read(second);
    expect(started).toBe(startedFirst);
    await read(third);
    expect(started).toBe(startedFirst + 1);
    await Promise.all([second.close(), third.close()]);
    // Closed readers read again.
    expect((await read(second)).facesFound).toBe(1);
    expect(started).toBe(startedFirst + 1);
    await second.close();
  });
});
