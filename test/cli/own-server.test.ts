/** A server of the user's own: no key, no price, asked only where the config tells of it. */
import { afterEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import { localai } from '../emulators/localai.ts';
import { imggen, newStudio, picturesIn } from '../support/cli/imggen.ts';

const running: Emulator[] = [];
afterEach(() => Promise.all(running.splice(0).map((emulator) => emulator.close())));

interface Told {
  provider: string;
  key: string;
  health?: { ok: boolean };
}

async function told(folder: string): Promise<Told[]> {
  const { stdout } = await imggen(folder, ['providers', '--check', '--json']);
  return (JSON.parse(stdout) as { providers: Told[] }).providers;
}

describe('a server of the user’s own', () => {
  it('makes a pack for nothing, keeps what it answered, and is healthy', async () => {
    const emulator = await startEmulator(localai());
    running.push(emulator);
    const own = { baseUrl: `${emulator.url}/v1`, takes: ['seed'] };
    const folder = newStudio({ provider: 'openai-compatible', providers: { 'openai-compatible': own } });
    const pack = await imggen(folder, ['pack', '--count', '2']);
    expect(pack, pack.stderr).toMatchObject({ exitCode: 0 });
    expect(picturesIn(folder)).toHaveLength(2);
    expect(emulator.charges()).toHaveLength(2);
    const found = (await told(folder)).find(({ provider }) => provider === 'openai-compatible');
    expect(found).toMatchObject({ key: 'not needed', health: { ok: true } });
  });

  it('is asked for its health by nobody who has not told of it', async () => {
    const found = (await told(newStudio())).find(({ provider }) => provider === 'openai-compatible');
    expect(found?.key).toBe('not needed');
    expect(found?.health).toBeUndefined();
  });
});
