/** Projects opened as programs open them, in front of an emulated Replicate. */
import { onTestFinished } from 'vitest';
import { ImgGen, type OpenOptions } from '../../src/index.ts';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import { replicate } from '../emulators/replicate.ts';
import type { ReplicateOptions } from '../emulators/replicate/options.ts';
import { temporaryFolder } from './temporary-folder.ts';

const TOKEN = 'emulated-token';

/** An open project, its folder, and what the service was sent. */
export interface ReplicateProject {
  imggen: ImgGen;
  folder: string;
  emulator: Emulator;
  /** Inputs of the paid requests, in their order. */
  inputs: () => Record<string, unknown>[];
}

/** Opens one in a folder of its own; all of it goes when the test has finished. */
export async function replicateProject(
  config: { character?: object; providers?: Record<string, object> } & Record<string, unknown> = {},
  more: { folder?: string; service?: ReplicateOptions; options?: OpenOptions } = {},
): Promise<ReplicateProject> {
  const folder = more.folder ?? temporaryFolder('imggen-project-');
  const emulator = await startEmulator(replicate({ token: TOKEN, ...more.service }));
  onTestFinished(() => emulator.close());
  const imggen = await ImgGen.open({
    cwd: folder,
    env: { IMGGEN_SCORE: 'false', REPLICATE_API_TOKEN: TOKEN, REPLICATE_BASE_URL: `${emulator.url}/v1` },
    ...more.options,
    config: {
      provider: 'replicate',
      thumbnails: false,
      staggerMs: 0,
      ...config,
      character: { name: 'Mira', gender: 'woman', seed: 7, ...config.character },
      providers: { ...config.providers, replicate: { pollMs: 20, ...config.providers?.['replicate'] } },
    },
  });
  onTestFinished(() => imggen.close());
  const inputs = () =>
    emulator.requests
      .filter(({ operation }) => operation === 'submit')
      .map(({ body }) => (body as { input: Record<string, unknown> }).input);
  return { imggen, folder, emulator, inputs };
}

/** The bytes of a picture that went as a data URI. */
export function bytesOf(uri: unknown): Buffer {
  return Buffer.from(String(uri).split(',')[1] ?? '', 'base64');
}
