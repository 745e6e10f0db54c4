/** Uploading goes on beside generation: the whole takes hardly longer than the slower half. */
import { startCloudinary } from '../emulators/cloudinary.ts';
import { atMost, BINARY, inFolder, runNode, type Benchmark, type Figure } from './bench.ts';
import { writeConfig } from './config.ts';

const PICTURES = 120;
const CONCURRENCY = 4;

export const upload: Benchmark = {
  name: 'upload',
  says:
    `${PICTURES} pictures, ${CONCURRENCY} made and ${CONCURRENCY} uploaded at a time (emulated Cloudinary), ` +
    'against the slower of the two alone',
  run: async () => [await contest(150, 100), await contest(100, 150)],
};

async function contest(generateMs: number, uploadMs: number): Promise<Figure> {
  const emulator = await startCloudinary({ latencyMs: uploadMs });
  const empty = await startCloudinary({ latencyMs: uploadMs }); // for uploading alone: nothing is there already
  const env = { CLOUDINARY_URL: emulator.cloudinaryUrl };
  try {
    const generation = await inFolder(async (cwd) => {
      const { wallMs } = await pack(cwd, { generateMs, store: 'none', env });
      const sent = await runNode([BINARY, 'upload', 'mira-sol', '--storage', 'cloudinary', '--no-ink'], {
        cwd,
        env: { CLOUDINARY_URL: empty.cloudinaryUrl },
      });
      return { wallMs, uploadsMs: sent.wallMs };
    });
    const whole = await inFolder((cwd) => pack(cwd, { generateMs, store: 'cloudinary', env }));
    const slower = Math.max(generation.wallMs, generation.uploadsMs);
    return atMost(
      `making takes ${generateMs} ms, uploading ${uploadMs}: both (${seconds(whole.wallMs)})`,
      whole.wallMs / slower,
      1.1,
      {
        unit: '×',
        floor: `making alone ${seconds(generation.wallMs)}, uploading alone ${seconds(generation.uploadsMs)}`,
      },
    );
  } finally {
    await Promise.all([emulator.close(), empty.close()]);
  }
}

async function pack(cwd: string, how: { generateMs: number; store: string; env: Record<string, string> }) {
  const storage = how.store === 'none' ? { provider: 'none' } : { provider: how.store, concurrency: CONCURRENCY };
  await writeConfig(cwd, {
    provider: 'local',
    size: '64x64',
    concurrency: CONCURRENCY,
    providers: { local: { latencyMs: how.generateMs } },
    storage,
  });
  return runNode([BINARY, 'pack', '--count', String(PICTURES), '--no-thumbnails', '--no-ink'], { cwd, env: how.env });
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
