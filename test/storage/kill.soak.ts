/** `kill -9` at any point of an upload, 200 times, with a service that fails now and then too. */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startCloudinary } from '../emulators/cloudinary.ts';
import { seededRandom } from '../emulators/faults.ts';
import { openStudio } from './conformance.ts';

const KILLS = 200;
const PROGRAM = fileURLToPath(new URL('../programs/upload-pictures.ts', import.meta.url));

/** Runs the uploader; kills it so long after it begins, or lets it end. @returns how it ended. */
async function run(list: string, cloudinaryUrl: string, killAfterMs?: number): Promise<'killed' | 'done' | 'failed'> {
  const child = fork(PROGRAM, [list], {
    env: { ...process.env, CLOUDINARY_URL: cloudinaryUrl },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: ['--experimental-strip-types'],
  });
  let done = false;
  child.on('message', (message) => {
    if (message === 'done') done = true;
    else if (killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  });
  const signal = await new Promise<string | null>((resolve) => child.on('exit', (_, by) => resolve(by)));
  return signal === 'SIGKILL' ? 'killed' : done ? 'done' : 'failed';
}

it(`stores each picture once and overwrites none, over ${KILLS} kills`, async () => {
  const random = seededRandom(7);
  const studio = openStudio();
  const folder = mkdtempSync(join(tmpdir(), 'imggen-kill-'));
  const list = join(folder, 'pictures.json');
  let killed = 0;
  let stored = 0;
  for (let round = 0; killed < KILLS; round++) {
    const emulator = await startCloudinary({
      latencyMs: 4,
      seed: round,
      faults: [{ on: 'upload', kind: 'reset-after', share: 0.05 }],
    });
    const pictures = Array.from({ length: 20 }, (_, n) => studio.picture(`r${round}_${n}`, { sizeBytes: 11_000 }));
    writeFileSync(list, JSON.stringify(pictures));
    for (let tries = 0; tries < 10 && killed < KILLS; tries++)
      if ((await run(list, emulator.cloudinaryUrl, random() * 90)) === 'killed') killed++;
    while ((await run(list, emulator.cloudinaryUrl)) !== 'done');
    expect(
      emulator
        .assets()
        .map(({ etag }) => etag)
        .sort(),
    ).toEqual(pictures.map(({ md5 }) => md5).sort());
    expect(emulator.deeds().filter(({ deed }) => deed === 'created')).toHaveLength(20);
    expect(emulator.deeds().filter(({ deed }) => deed === 'overwritten' || deed === 'deleted')).toEqual([]);
    stored += 20;
    await emulator.close();
  }
  console.log(`${killed} kills, ${stored} pictures, each stored once`);
  studio.close();
  rmSync(folder, { recursive: true, force: true });
});
