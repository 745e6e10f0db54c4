/** A LoRA that was trained with an export: later packs ask for it with its trigger word. */
import { afterEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import { fal } from '../emulators/fal.ts';
import { replicate } from '../emulators/replicate.ts';
import { fluxDevLora } from '../emulators/replicate/flux-dev-lora.ts';
import type { Service } from '../emulators/service.ts';
import { imggen, newStudio, picturesIn, writeConfig } from '../support/cli/imggen.ts';

const running: Emulator[] = [];
afterEach(() => Promise.all(running.splice(0).map((emulator) => emulator.close())));

async function open(service: Service): Promise<Emulator> {
  const emulator = await startEmulator(service);
  running.push(emulator);
  return emulator;
}

const bodies = ({ requests }: Emulator) =>
  requests.filter(({ operation }) => operation === 'submit').map(({ body }) => body as Record<string, unknown>);
const loras = [{ path: 'https://files.test/mira.safetensors', scale: 1 }];
const lora = { provider: 'fal', size: '1024x1024', thumbnails: false, staggerMs: 0 };

describe('with character.trigger', () => {
  it('a pack asks fal for the LoRA, the word in place of the name; the character stays locked as it was', async () => {
    const emulator = await open(fal({ key: 'id-0123:secret-456' }));
    const env = { FAL_KEY: 'id-0123:secret-456', FAL_BASE_URL: emulator.url };
    const folder = newStudio({ ...lora, providers: { fal: { pollMs: 10, model: 'fal-ai/flux/dev' } } });
    const before = await imggen(folder, ['create-character', '--training-count', '1', '--yes'], { env });
    expect(before, before.stderr).toMatchObject({ exitCode: 0 });
    expect(JSON.stringify(bodies(emulator))).toContain('of Mira Sol, a woman');
    writeConfig(
      folder,
      { ...lora, providers: { fal: { pollMs: 10, model: 'fal-ai/flux-lora', input: { loras } } } },
      { trigger: 'm1r4s0l' },
    );
    const packed = await imggen(folder, ['pack', '--count', '2'], { env });
    expect(packed, packed.stderr).toMatchObject({ exitCode: 0 });
    expect(packed.stdout + packed.stderr).toContain('only by a LoRA that was trained with m1r4s0l');
    const sent = bodies(emulator).slice(2);
    expect(sent).toHaveLength(2);
    for (const body of sent) {
      expect(body).toMatchObject({ loras });
      expect(body['prompt']).toMatch(/ of m1r4s0l, a woman with auburn hair/);
      expect(body['prompt']).not.toContain('Mira');
    }
    expect(picturesIn(folder)).toHaveLength(4);
    // The next set is for the same word.
    await imggen(folder, ['mark', 'mira-sol/2', '--approve']);
    expect((await imggen(folder, ['export', 'mira-sol', '--dry-run'])).stdout).toContain('trigger word m1r4s0l');
  }, 60_000);

  it('a pack asks Replicate for its weights', async () => {
    const emulator = await open(replicate({ token: 'emulated-token', models: [fluxDevLora] }));
    const env = { REPLICATE_API_TOKEN: 'emulated-token', REPLICATE_BASE_URL: `${emulator.url}/v1` };
    const options = {
      pollMs: 20,
      model: 'black-forest-labs/flux-dev-lora',
      reference: 'none',
      input: { lora_weights: 'owner/mira-lora' },
    };
    const config = { ...lora, provider: 'replicate', providers: { replicate: options } };
    const folder = newStudio(config, { trigger: 'm1r4s0l' });
    const packed = await imggen(folder, ['pack', '--count', '1', '--scene', 'on a balcony'], { env });
    expect(packed, packed.stderr).toMatchObject({ exitCode: 0 });
    const [sent] = bodies(emulator);
    expect(sent?.['input']).toMatchObject({
      lora_weights: 'owner/mira-lora',
      prompt: expect.stringMatching(/ of m1r4s0l, a woman with auburn hair.*Scene: on a balcony/),
    });
  }, 60_000);

  it('a word that is none is refused with the rest of the config', async () => {
    const folder = newStudio({}, { trigger: '../up', seed: -1 });
    const refused = await imggen(folder, ['create-character']);
    expect(refused).toMatchObject({ exitCode: 2 });
    expect(refused.stderr).toMatch(/character\.trigger: expected one word[^]*/);
    expect(refused.stderr).toContain('character.seed');
  });
});
