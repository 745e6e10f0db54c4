/** What safety costs on a paid service: a pack of large pictures against a bare script on the official package. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { atMost, BINARY, inFolder, inTurns, middle, ROOT, runNode, type Benchmark, type Ended } from './bench.ts';
import { writeConfig } from './config.ts';

const SHOTS = 200;
const CONCURRENCY = 16;
const LATENCY_MS = 1000;
const PICTURE_BYTES = 1_500_000;
const ROUNDS = 3;

export const paid: Benchmark = {
  name: 'paid',
  says:
    `${SHOTS} pictures of ${PICTURE_BYTES / 1e6} MB at concurrency ${CONCURRENCY}, ${LATENCY_MS} ms latency, ` +
    'against a bare script on the openai package',
  run: () =>
    withEmulator(async (baseUrl) => {
      const env = { OPENAI_API_KEY: 'emulated', OPENAI_BASE_URL: baseUrl };
      const ours = (flags: readonly string[]) => () =>
        inFolder(async (cwd): Promise<Ended> => {
          await writeConfig(cwd, {
            provider: 'openai',
            model: 'gpt-image-2',
            quality: 'low',
            size: '1024x1024',
            concurrency: CONCURRENCY,
            staggerMs: 0,
          });
          return runNode([BINARY, 'pack', '--count', String(SHOTS), '--no-ink', '--yes', ...flags], {
            cwd,
            env,
            usage: true,
          });
        });
      const bare = () =>
        inFolder((cwd) =>
          runNode([join(ROOT, 'test/programs/bare-openai.ts'), cwd, String(SHOTS), String(CONCURRENCY)], {
            cwd,
            env,
            usage: true,
          }),
        );
      const runs = await inTurns(ROUNDS, { bare, plain: ours(['--no-thumbnails']), whole: ours([]) });
      const of = (name: Parameters<typeof runs>[0], what: 'wallMs' | 'cpuMs' | 'peakMiB') => middle(runs(name), what);
      const ratio = (what: 'wallMs' | 'cpuMs' | 'peakMiB') => of('plain', what) / of('bare', what);
      const more = (what: 'wallMs' | 'cpuMs' | 'peakMiB') => `${(of('whole', what) / of('bare', what)).toFixed(2)}×`;
      return [
        atMost(`wall (${seconds(of('plain', 'wallMs'))}), thumbnails off`, ratio('wallMs'), 1.05, {
          unit: '×',
          digits: 3,
          floor: `bare script: ${seconds(of('bare', 'wallMs'))}`,
        }),
        atMost(`CPU (${seconds(of('plain', 'cpuMs'))}), thumbnails off`, ratio('cpuMs'), 1.3, {
          unit: '×',
          floor: `bare script: ${seconds(of('bare', 'cpuMs'))}`,
        }),
        atMost(`peak memory (${of('plain', 'peakMiB').toFixed(0)} MiB), thumbnails off`, ratio('peakMiB'), 1, {
          unit: '×',
          floor: `bare script: ${of('bare', 'peakMiB').toFixed(0)} MiB`,
        }),
        {
          what: 'with thumbnails: wall, CPU, peak memory',
          measured: `${more('wallMs')}, ${more('cpuMs')}, ${more('peakMiB')}`,
          floor: 'bare script, which makes none',
        },
      ];
    }),
};

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

/** Runs the emulated service in a process of its own, so that neither side pays for it. */
async function withEmulator<T>(work: (baseUrl: string) => Promise<T>): Promise<T> {
  const child = spawn(
    process.execPath,
    [join(ROOT, 'test/programs/large-pictures.ts'), String(PICTURE_BYTES), String(LATENCY_MS)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    for await (const line of createInterface({ input: child.stdout })) return await work(line);
    throw new Error('the emulator did not start');
  } finally {
    child.kill();
  }
}
