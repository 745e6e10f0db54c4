/** The same character with another provider: a finished job never changes, and a drawing is no face. */
import { afterEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import { replicate } from '../emulators/replicate.ts';
import { ask, imggen, newStudio, picturesIn } from '../support/cli/imggen.ts';

const running: Emulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});

async function drawn() {
  const emulator = await startEmulator(replicate({ token: 'emulated-token' }));
  running.push(emulator);
  const env = { REPLICATE_API_TOKEN: 'emulated-token', REPLICATE_BASE_URL: `${emulator.url}/v1` };
  const folder = newStudio({ size: '256x256', providers: { replicate: { pollMs: 20 } } });
  const made = await imggen(folder, ['create-character', '--training-count', '2']);
  expect(made, made.stderr).toMatchObject({ exitCode: 0 });
  const inputs = () =>
    emulator.requests
      .filter(({ operation }) => operation === 'submit')
      .map(({ body }) => (body as { input: Record<string, unknown> }).input);
  return { folder, env, inputs };
}

const jobs = (folder: string) =>
  ask<{ provider: string; images: number }>(
    folder,
    `SELECT settings ->> 'provider' provider, image_count images FROM jobs ORDER BY id`,
  );

describe('a character that was drawn', () => {
  it('is not sent to a paid model as a face: the pack is refused with the way out, nothing is left', async () => {
    const { folder, env, inputs } = await drawn();
    const pack = await imggen(folder, ['pack', '--count', '2', '--provider', 'replicate'], { env });
    expect(pack).toMatchObject({ exitCode: 2 });
    expect(pack.stderr).toMatch(/is a drawing[^]*create-character --provider replicate/);
    expect(inputs()).toEqual([]);
    expect(jobs(folder)).toHaveLength(1);
  });

  it('is made anew by a paid provider that is asked for, with its own avatar; the drawn one stays', async () => {
    const { folder, env, inputs } = await drawn();
    const args = ['create-character', '--training-count', '2', '--provider', 'replicate'];
    const made = await imggen(folder, args, { env });
    expect(made, made.stderr).toMatchObject({ exitCode: 0 });
    expect(made.stdout).toMatch(/3 pictures[^\n]*made with local/);
    expect(jobs(folder)).toEqual([
      { provider: 'local', images: 3 },
      { provider: 'replicate', images: 3 },
    ]);
    expect(picturesIn(folder)).toHaveLength(6);
    expect(inputs().filter((input) => 'input_images' in input)).toHaveLength(2);
    const pack = await imggen(folder, ['pack', '--count', '2', '--provider', 'replicate'], { env });
    expect(pack, pack.stderr).toMatchObject({ exitCode: 0 });
    expect(
      inputs()
        .slice(-2)
        .every((input) => 'input_images' in input),
    ).toBe(true);
    // Both are complete now: neither makes anything more.
    expect((await imggen(folder, args, { env })).stdout).toContain('made with replicate: nothing to make');
    const again = await imggen(folder, ['create-character', '--training-count', '2']);
    expect(again.stdout).toContain('made with local: nothing to make');
    expect(picturesIn(folder)).toHaveLength(8);
  }, 60_000);
});
