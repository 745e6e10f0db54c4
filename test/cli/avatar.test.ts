/** Candidates of the avatar. */
import { describe, expect, it } from 'vitest';
import { newHeldStudio } from '../support/cli/held.ts';
import { ask, imggen, newStudio, picturesIn } from '../support/cli/imggen.ts';

const seeds = (folder: string) => ask<{ seed: number }>(folder, 'SELECT seed FROM images').map(({ seed }) => seed);

async function faceOf(folder: string): Promise<string | null> {
  const { stdout } = await imggen(folder, ['characters', '--json']);
  const { characters } = JSON.parse(stdout) as { characters: { avatar: string | null }[] };
  return characters[0]?.avatar ?? null;
}

describe('imggen avatar', () => {
  it('makes candidates with a seed each, again and again, and with rerolls between', async () => {
    const folder = newStudio();
    expect(await imggen(folder, ['avatar', '--count', '3'])).toMatchObject({ exitCode: 0 });
    expect(await imggen(folder, ['reroll', 'mira-sol/1'])).toMatchObject({ exitCode: 0 });
    expect(await imggen(folder, ['avatar', '--count', '2'])).toMatchObject({ exitCode: 0 });
    expect(seeds(folder)).toContain(7);
    expect(new Set(seeds(folder)).size).toBe(6);
  });

  it('leaves the face that is there until another is chosen', async () => {
    const { folder, env, open } = await newHeldStudio();
    open();
    await imggen(folder, ['create-character', '--training-count', '1'], { env });
    const ran = await imggen(folder, ['avatar', '--count', '2'], { env });
    expect(ran.stdout).toContain('mira_sol_image_00001.png stays the face of mira-sol until another is chosen');
    expect(ran.stdout).toContain('imggen use <image>');
    expect(await faceOf(folder)).toBe('mira_sol_image_00001.png');
    await imggen(folder, ['use', 'mira-sol/4']);
    expect(await faceOf(folder)).toBe('mira_sol_image_00004.png');
  });

  it('a drawing is no face for a paid model unless it was chosen', async () => {
    const { folder, env, open, emulator } = await newHeldStudio();
    open();
    await imggen(folder, ['avatar', '--count', '2', '--provider', 'local'], { env });
    const pack = ['pack', '--count', '1'];
    expect(await imggen(folder, pack, { env })).toMatchObject({ exitCode: 2 });
    await imggen(folder, ['use', 'mira-sol/1']);
    expect(await imggen(folder, pack, { env })).toMatchObject({ exitCode: 0 });
    expect(emulator.requests.find(({ operation }) => operation === 'submit')?.path).toBe('/v1/images/edits');
  });

  it('is not made again by create-character', async () => {
    const folder = newStudio();
    await imggen(folder, ['avatar']);
    expect(await imggen(folder, ['create-character', '--training-count', '2'])).toMatchObject({ exitCode: 0 });
    expect(ask(folder, `SELECT 1 FROM images WHERE kind = 'avatar'`)).toHaveLength(1);
    expect(picturesIn(folder)).toHaveLength(3);
  });

  it('that was rejected before there was a training set is made anew with another seed, and then the set', async () => {
    const folder = newStudio();
    await imggen(folder, ['avatar']);
    await imggen(folder, ['mark', 'mira-sol/1', '--reject']);
    expect(await imggen(folder, ['create-character', '--training-count', '1'])).toMatchObject({ exitCode: 0 });
    const avatars = ask<{ seed: number }>(folder, `SELECT seed FROM images WHERE kind = 'avatar'`);
    expect(new Set(avatars.map(({ seed }) => seed)).size).toBe(2);
    expect(picturesIn(folder)).toHaveLength(3);
  });

  it('shows its plan, and refuses what is no count', async () => {
    const folder = newStudio();
    const dry = await imggen(folder, ['avatar', '--count', '2', '--dry-run']);
    expect(dry.stdout).toMatch(/avatar {2}seed 7\n[^]*avatar-02 {2}seed \d+/);
    expect(await imggen(folder, ['avatar', '--count', '0'])).toMatchObject({ exitCode: 2, stdout: '' });
  });
});
