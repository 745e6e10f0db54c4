/** Ten pictures of 1024 pixels, scored from a cold start. */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { atMost, BINARY, inFolder, runNode, type Benchmark } from './bench.ts';

const FACES = fileURLToPath(new URL('../fixtures/faces/kofi/', import.meta.url));

export const faces: Benchmark = {
  name: 'faces',
  says: 'ten pictures of 1024 pixels scored from a cold start',
  run: () =>
    inFolder(async (cwd) => {
      const folder = join(cwd, 'ten');
      await mkdir(folder);
      for (const name of await readdir(FACES)) {
        const file = join(folder, name.replace('.jpg', '.png'));
        await sharp(join(FACES, name)).resize(1024, 1024).png().toFile(file);
      }
      const { wallMs, cpuMs, peakMiB } = await runNode([BINARY, 'score', 'ten', '--json'], { cwd, usage: true });
      return [
        atMost(`CPU (wall ${(wallMs / 1000).toFixed(1)} s)`, cpuMs / 1000, 8, { unit: ' s', floor: '' }),
        atMost('peak memory', peakMiB, 600, { unit: ' MiB', floor: '' }),
      ];
    }),
};
