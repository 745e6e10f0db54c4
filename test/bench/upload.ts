/** Uploading goes on beside generation: the whole takes hardly longer than the slower half. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { startCloudinary } from '../emulators/cloudinary.ts';
import { atMost, BINARY, inFolder, runNode, timed, type Benchmark, type Figure } from './bench.ts';
import { built, writeConfig } from './config.ts';

const PICTURES = 120;
const CONCURRENCY = 4;

export const upload: Benchmark = {
  name: 'upload',
  says: `${PICTURES} pictures, ${CONCURRENCY} made and ${CONCURRENCY} uploaded at a time (emulated Cloudinary), against the slower of the two alone`,
  run: async () => [await contest(150, 100), await contest(100, 150)],
};

async function contest(generateMs: number, uploadMs: number): Promise<Figure> {
  const emulator = await startCloudinary({ latencyMs: uploadMs });
  const env = { CLOUDINARY_URL: emulator.cloudinaryUrl };
  try {
    const generation = await inFolder(async (cwd) => {
      const { wallMs } = await pack(cwd, { generateMs, store: 'none', env });
      return { wallMs, uploadsMs: await timed(() => uploadAll(join(cwd, 'images/mira-sol'), env)) };
    });
    const whole = await inFolder((cwd) => pack(cwd, { generateMs, store: 'cloudinary', env }));
    const slower = Math.max(generation.wallMs, generation.uploadsMs);
    return atMost(`making takes ${generateMs} ms, uploading ${uploadMs}: both (${seconds(whole.wallMs)})`, whole.wallMs / slower, 1.1, {
      unit: '×',
      floor: `making alone ${seconds(generation.wallMs)}, uploading alone ${seconds(generation.uploadsMs)}`,
    });
  } finally {
    await emulator.close();
  }
}

async function pack(cwd: string, how: { generateMs: number; store: string; env: Record<string, string> }) {
  const storage = how.store === 'none' ? { provider: 'none' } : { provider: how.store, concurrency: CONCURRENCY };
  await writeConfig(cwd, { provider: 'local', size: '64x64', concurrency: CONCURRENCY, providers: { local: { latencyMs: how.generateMs } }, storage });
  return runNode([BINARY, 'pack', '--count', String(PICTURES), '--no-thumbnails', '--no-ink'], { cwd, env: how.env });
}

/** The same pictures through the same store, by p-limit. Under other names, so that none is there already. */
async function uploadAll(folder: string, env: Record<string, string>): Promise<void> {
  const { default: module } = await built('storage/cloudinary');
  const { hashFile } = await built('images/hash');
  const { inspectFile } = await built('images/inspect');
  const store = await module.create({ options: { concurrency: CONCURRENCY }, env, fetch, now: Date.now });
  const limit = pLimit(CONCURRENCY);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.png'));
  await Promise.all(
    names.map((filename) =>
      limit(async () => {
        const path = join(folder, filename);
        const { sizeBytes } = await inspectFile(path);
        await store.put({ path, characterId: 'alone', name: `alone-${filename.replace('.png', '')}`, ...(await hashFile(path)), sizeBytes, tags: [], context: {} }, new AbortController().signal);
      }),
    ),
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
