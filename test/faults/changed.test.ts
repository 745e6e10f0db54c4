/** What changed between a process that was killed and the next command: nothing of it makes a prediction another's. */
import { expect, it, inject } from 'vitest';
import { CHARACTER, type Home, runHere, writeConfig } from '../support/harness/cli.ts';
import { play } from '../support/harness/scene.ts';

const built = inject('builtPackage');

/** Kills the program while its one request is charged and not answered, changes something, and goes on. */
async function afterTheKill(change: (home: Home, config: Record<string, unknown>) => void): Promise<number[]> {
  const codes: (number | null)[] = [];
  let charges = 0;
  await play({
    root: built,
    provider: 'replicate',
    count: 1,
    config: { character: { ...CHARACTER, negativePrompt: 'a hat' } },
    emulator: { faults: [{ on: 'submit', kind: 'hang', positions: [1] }] },
    meanwhile: async (running, emulator) => {
      await expect.poll(() => emulator.charges().length).toBe(1);
      running.kill('SIGKILL');
    },
    after: async (home, _, emulator) => {
      const own = { baseUrl: `${emulator.url}/v1`, priceUsd: 0.025, pollMs: 20, settleMs: 100 };
      change(home, { provider: 'replicate', providers: { replicate: own } });
      for (let i = 0; i < 2; i += 1) codes.push((await runHere(home, ['resume', '--yes'])).code);
      charges = emulator.charges().length;
    },
  });
  return [charges, ...codes.map(Number)];
}

it.concurrent.each<[string, Record<string, unknown>]>([
  ['nothing', {}],
  ['the negative prompt', { character: { ...CHARACTER, negativePrompt: 'glasses' } }],
  ['the size', { size: '1024x1024' }],
  ['the time-out', { timeoutMs: 30_000 }],
])('%s: the picture is found and fetched, and paid once', async (_, more) => {
  expect(await afterTheKill((home, config) => writeConfig(home.folder, { ...config, ...more }))).toEqual([1, 0, 0]);
});

it.concurrent("the model's own input: the picture is found and fetched, and paid once", async () => {
  const answer = await afterTheKill((home, config) => {
    const { replicate } = config['providers'] as { replicate: object };
    writeConfig(home.folder, { ...config, providers: { replicate: { ...replicate, input: { guidance: 5 } } } });
  });
  expect(answer).toEqual([1, 0, 0]);
});
