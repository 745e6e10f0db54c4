/** A studio in front of a service that holds every paid request until the test lets it go. */
import { onTestFinished } from 'vitest';
import { type Emulator, startEmulator } from '../../emulators/emulator.ts';
import { type Gated, gated } from '../../emulators/gate.ts';
import { openai } from '../../emulators/openai.ts';
import { newStudio } from './imggen.ts';

const KEY = 'canary-openai-key-0123456789';

/** The studio, and the service's side of it. */
export interface HeldStudio extends Pick<Gated, 'arrived' | 'open'> {
  folder: string;
  env: Record<string, string>;
  emulator: Emulator;
  /** How many paid requests were sent. */
  sent: () => number;
}

/** Makes it; two requests at a time. */
export async function newHeldStudio(): Promise<HeldStudio> {
  const { service, arrived, open } = gated(openai({ apiKey: KEY }));
  const emulator = await startEmulator(service);
  onTestFinished(() => emulator.close());
  return {
    folder: newStudio({
      provider: 'openai',
      size: '1024x1024',
      quality: 'low',
      thumbnails: false,
      concurrency: 2,
      staggerMs: 0,
    }),
    env: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `${emulator.url}/v1` },
    emulator,
    sent: () => emulator.requests.filter(({ operation }) => operation === 'submit').length,
    arrived,
    open,
  };
}
