/** Pictures of the user's own scenes, clothes and context. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ask, filesIn, imggen, newStudio, picturesIn } from '../support/cli/imggen.ts';

const LISBON = 'on a balcony in Lisbon at sunset, holding a coffee';
const WHO = 'Mira Sol, a woman with auburn hair';

interface Dry {
  jobs: { shots: { shot: string; prompt: string; seed: number; size: string }[] }[];
}

async function planned(folder: string, args: readonly string[], command = 'pack') {
  const ran = await imggen(folder, [command, ...args, '--dry-run', '--json']);
  expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
  return (JSON.parse(ran.stdout) as Dry).jobs.flatMap(({ shots }) => shots);
}

function prompts(folder: string): string[] {
  return ask<{ prompt: string }>(folder, 'SELECT prompt FROM shots ORDER BY id').map(({ prompt }) => prompt);
}

function write(folder: string, name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

describe('imggen pack --scene', () => {
  it('makes the pictures of the scene; who is in them stays the same to the letter', async () => {
    const folder = newStudio();
    expect(await imggen(folder, ['pack', '--scene', LISBON, '--count', '4'])).toMatchObject({ exitCode: 0 });
    expect(picturesIn(folder)).toHaveLength(4);
    for (const prompt of prompts(folder)) {
      expect(prompt).toContain(`${WHO}. `);
      expect(prompt).toContain(`Scene: ${LISBON}. `);
    }
    expect(new Set(prompts(folder)).size).toBe(4);
  });

  it('deals the count to several scenes in turn; without a count each gets one', async () => {
    const folder = newStudio();
    const scenes = ['--scene', 'at sea', '--scene', 'in a library', '--scene', 'on a train'];
    const five = await planned(folder, [...scenes, '--count', '5']);
    expect(five.map(({ prompt }) => /Scene: ([^.]+)/.exec(prompt)?.[1])).toEqual([
      'at sea',
      'in a library',
      'on a train',
      'at sea',
      'in a library',
    ]);
    expect(await planned(folder, scenes)).toHaveLength(3);
  });

  it('refuses a count that is too small for all scenes, and makes nothing', async () => {
    const folder = newStudio();
    const before = filesIn(folder);
    const ran = await imggen(folder, ['pack', '--scene', 'at sea', '--scene', 'on a train', '--count', '1']);
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toContain('the scenes (2) ask for at least 2, and the count is 1');
    expect(filesIn(folder)).toEqual(before);
  });

  it('makes other pictures of the same scene the next time', async () => {
    const folder = newStudio();
    for (const _ of [1, 2]) await imggen(folder, ['pack', '--scene', LISBON, '--count', '9']);
    const made = ask<{ prompt: string; seed: number }>(folder, 'SELECT prompt, seed FROM shots');
    expect(made).toHaveLength(18);
    expect(new Set(made.map(({ prompt, seed }) => `${prompt}#${seed}`)).size).toBe(18);
  });

  it('dresses the character, and says place, mood and story in every prompt', async () => {
    const folder = newStudio({}, { outfitStyle: 'casual streetwear' });
    const context = write(folder, 'trip.yaml', 'story: She waits for a letter.\nplace: Lisbon\nmood: hopeful\n');
    const shots = await planned(folder, ['--count', '3', '--outfit', 'a red dress', '--context', context]);
    for (const { prompt } of shots) {
      expect(prompt).toContain(`${WHO}, wearing a red dress. `);
      expect(prompt).toContain('Setting: Lisbon. ');
      expect(prompt).toContain('Story: She waits for a letter. Mood: hopeful. ');
      expect(prompt).not.toContain('streetwear');
    }
  });
});

describe('a job of scenes', () => {
  it('is gone on with by the same command, and only by that', async () => {
    const folder = newStudio();
    await imggen(folder, ['pack', '--scene', LISBON, '--count', '2', '--key', 'trip']);
    const again = await imggen(folder, ['pack', '--scene', LISBON, '--count', '2', '--key', 'trip', '--json']);
    expect(again).toMatchObject({ exitCode: 0 });
    expect(picturesIn(folder)).toHaveLength(2);
    const other = await imggen(folder, ['pack', '--scene', 'at sea', '--count', '2', '--key', 'trip']);
    expect(other).toMatchObject({ exitCode: 2, stdout: '' });
    expect(other.stderr).toContain('names job 1 already');
    expect(other.stderr).toContain('of other scenes');
  });

  it('is another one for other scenes, other clothes and another context', async () => {
    const folder = newStudio();
    const context = write(folder, 'story.txt', 'She waits for a letter.');
    for (const more of [[], ['--outfit', 'a red dress'], ['--context', context]]) {
      await imggen(folder, ['pack', '--scene', LISBON, ...more]);
    }
    expect(ask(folder, 'SELECT DISTINCT fingerprint FROM jobs')).toHaveLength(3);
  });
});

describe('a file of scenes', () => {
  it('has one a line', async () => {
    const folder = newStudio();
    const file = write(folder, 'trip.txt', '# Lisbon\non a balcony\n\nin a tram\n');
    expect(await planned(folder, ['--scenes', file])).toHaveLength(2);
  });

  it('gives each its own clothes, light, framing, size, seed and count', async () => {
    const folder = newStudio();
    const file = write(
      folder,
      'trip.yaml',
      '- on a balcony\n- prompt: in a tram\n  outfit: raincoat\n  pose: holding on to a strap\n  light: neon\n' +
        '  expression: laughing\n  framing: waist up\n  angle: front\n  size: 128x64\n  seed: 5\n  count: 2\n',
    );
    const shots = await planned(folder, ['--scenes', file, '--count', '4']);
    expect(shots.map(({ size }) => size)).toEqual(['64x64', '128x64', '64x64', '128x64']);
    const [, first, , second] = shots;
    expect(first?.seed).toBe(5);
    expect(second?.seed).not.toBe(5);
    expect(first?.prompt).toContain('wearing a raincoat. Waist-up portrait, seen from the front. Scene: in a tram');
    expect(first?.prompt).toContain('Pose: holding on to a strap. Lighting: neon. ');
    expect(await imggen(folder, ['pack', '--scenes', file])).toMatchObject({ exitCode: 0 });
    expect(ask(folder, 'SELECT width, height FROM images ORDER BY shot')).toEqual([
      { width: 64, height: 64 },
      { width: 128, height: 64 },
      { width: 128, height: 64 },
    ]);
  });

  it('may stand under `scenes`, as in a config; what is wrong is told where it stands', async () => {
    const folder = newStudio();
    const file = write(folder, 'trip.yaml', 'scenes:\n  - at sea\n  - prompt: in a tram\n');
    expect(await planned(folder, ['--scenes', file])).toHaveLength(2);
    const wrong = write(folder, 'wrong.yaml', 'scenes:\n  - at sea\n  - promt: x\n');
    const { stderr } = await imggen(folder, ['pack', '--scenes', wrong]);
    expect(stderr).toMatch(/\[1\]\.promt: unknown key; did you mean prompt\? \(line 3, column \d\)/);
  });

  it.each([
    ['trip.yaml', '- promt: at sea\n- 5\n- prompt: x\n  size: big\n'],
    ['trip.jsonc', '[{ "promt": "at sea" }, // typed\n5,\n{ "prompt": "x",\n"size": "big" }]'],
  ])('is refused with every problem, its line and its column: %s', async (name, text) => {
    const folder = newStudio();
    const ran = await imggen(folder, ['pack', '--scenes', write(folder, name, text), '--outfit', '']);
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toContain(`${name}: 4 problems:`);
    expect(ran.stderr).toMatch(/\[0\]\.promt: unknown key; did you mean prompt\? \(line 1, column \d\)/);
    expect(ran.stderr).toMatch(/\[1\]: expected a scene: .*, got 5 \(line 2, column \d\)/);
    expect(ran.stderr).toMatch(/\[2\]\.size: expected WIDTHxHEIGHT .* \(line 4, column \d\)/);
    expect(ran.stderr).toContain('outfit: expected 1 to 200 characters');
  });
});

describe('scenes of the config', () => {
  it('are what a pack shows, unless the command has its own', async () => {
    const folder = newStudio({ scenes: ['at sea', { prompt: 'in a library', count: 2 }] });
    expect(await planned(folder, [])).toHaveLength(3);
    expect((await planned(folder, ['--scene', LISBON]))[0]?.prompt).toContain(LISBON);
    expect((await planned(folder, ['--no-scenes', '--count', '1']))[0]?.prompt).not.toContain('Scene:');
  });
});

describe('another training set', () => {
  it('is made in place of the ten, and gone on with without naming it', async () => {
    const folder = newStudio();
    const file = write(folder, 'set.txt', 'against a white wall\nat a desk\n');
    expect(await imggen(folder, ['create-character', '--training', file])).toMatchObject({ exitCode: 0 });
    expect(picturesIn(folder)).toHaveLength(3);
    expect(await imggen(folder, ['create-character'])).toMatchObject({ exitCode: 0 });
    expect(picturesIn(folder)).toHaveLength(3);
  });

  it('has as many pictures as asked for, no two alike', async () => {
    const folder = newStudio();
    const shots = await planned(folder, ['--training-count', '100'], 'create-character');
    expect(new Set(shots.map(({ prompt }) => prompt)).size).toBe(101);
  });

  it('is made beside the pictures that are there, which are not made again', async () => {
    const folder = newStudio();
    await imggen(folder, ['create-character', '--training-count', '1']);
    await imggen(folder, ['create-character', '--training', write(folder, 'set.txt', 'at a desk\n')]);
    const kinds = ask<{ kind: string }>(folder, 'SELECT kind FROM images ORDER BY number').map(({ kind }) => kind);
    expect(kinds).toEqual(['avatar', 'training', 'training']);
  });
});
