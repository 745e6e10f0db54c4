/** What was rejected is made anew with another seed, and packs say that the face is missing. */
import { describe, expect, it } from 'vitest';
import { newHeldStudio } from '../support/cli/held.ts';
import { ask, imggen, newStudio, picturesIn } from '../support/cli/imggen.ts';

interface Made {
  seed: number;
  prompt: string;
  kind: string;
}

const made = (folder: string) => ask<Made>(folder, 'SELECT seed, prompt, kind FROM images ORDER BY number');

/** A character with an avatar and a training picture. */
async function created(): Promise<string> {
  const folder = newStudio();
  expect(await imggen(folder, ['create-character', '--training-count', '1'])).toMatchObject({ exitCode: 0 });
  return folder;
}

describe('a rejected picture', () => {
  it('that was cleaned away is made with another seed each time', async () => {
    const folder = await created();
    for (const name of ['mira-sol/1', 'mira-sol/3']) {
      await imggen(folder, ['mark', name, '--reject']);
      await imggen(folder, ['clean', '--yes']);
      expect(await imggen(folder, ['create-character'])).toMatchObject({ exitCode: 0 });
    }
    const avatars = made(folder).filter(({ kind }) => kind === 'avatar');
    expect(avatars).toHaveLength(3);
    expect(new Set(avatars.map(({ prompt }) => prompt)).size).toBe(1);
    expect(new Set(avatars.map(({ seed }) => seed)).size).toBe(3);
  });

  it('that was deleted, and not rejected, is made as it was', async () => {
    const folder = await created();
    await imggen(folder, ['delete', 'mira-sol/1', '--yes']);
    await imggen(folder, ['create-character']);
    expect(new Set(made(folder).map(({ seed }) => seed)).size).toBe(1);
  });
});

it('another training set asks for no picture that is there: the same prompt has another seed', async () => {
  const folder = await created();
  expect(await imggen(folder, ['create-character', '--training-count', '2'])).toMatchObject({ exitCode: 0 });
  const training = made(folder).filter(({ kind }) => kind === 'training');
  expect(new Set(training.map(({ prompt }) => prompt)).size).toBe(2);
  expect(new Set(training.map(({ prompt, seed }) => `${seed} ${prompt}`)).size).toBe(3);
});

it('the avatar of a new job has another seed than one that an earlier job is still to make', async () => {
  const { folder, env, open, emulator } = await newHeldStudio();
  open();
  emulator.faults.push({ on: 'submit', kind: 'status', status: 400, body: '{"error":{}}', times: 1 });
  expect(await imggen(folder, ['avatar'], { env })).toMatchObject({ exitCode: 6 });
  await imggen(folder, ['create-character', '--training-count', '1'], { env });
  await imggen(folder, ['retry', '1'], { env });
  const avatars = made(folder).filter(({ kind }) => kind === 'avatar');
  expect(avatars.map(({ prompt }) => prompt)).toEqual([avatars[0]?.prompt, avatars[0]?.prompt]);
  expect(new Set(avatars.map(({ seed }) => seed)).size).toBe(2);
});

describe('a rejected avatar', () => {
  it('is not complete: there is another take of it, once, and the old one stays', async () => {
    const folder = await created();
    await imggen(folder, ['mark', 'mira-sol/1', '--reject']);
    const again = await imggen(folder, ['create-character']);
    expect(again).toMatchObject({ exitCode: 0 });
    expect(again.stdout).toContain('the avatar of mira-sol is rejected (mira_sol_image_00001.png)');
    expect(again.stdout).not.toContain('is complete');
    expect(picturesIn(folder)).toHaveLength(3);
    const [old, , take] = made(folder);
    expect(take).toMatchObject({ kind: 'avatar', prompt: old?.prompt });
    expect(take?.seed).not.toBe(old?.seed);
    expect((await imggen(folder, ['create-character'])).stdout).toContain('is complete');
    expect(picturesIn(folder)).toHaveLength(3);
  });

  it('is the face of the training pictures that are still to be made', async () => {
    const { folder, env, open, emulator } = await newHeldStudio();
    open();
    await imggen(folder, ['create-character', '--training-count', '1'], { env });
    await imggen(folder, ['mark', 'mira-sol/1', 'mira-sol/2', '--reject']);
    await imggen(folder, ['delete', 'mira-sol/2', '--yes'], { env });
    const before = emulator.requests.length;
    expect(await imggen(folder, ['create-character'], { env })).toMatchObject({ exitCode: 0 });
    const paths = emulator.requests.slice(before).filter(({ operation }) => operation === 'submit');
    expect(paths.map(({ path }) => path)).toEqual(['/v1/images/generations', '/v1/images/edits']);
  });

  it('is told by packs before they pay, and by their plans', async () => {
    const { folder, env, open, sent } = await newHeldStudio();
    open();
    await imggen(folder, ['create-character', '--training-count', '1'], { env });
    await imggen(folder, ['mark', 'mira-sol/1', '--reject']);
    const before = sent();
    const dry = await imggen(folder, ['pack', '--count', '1', '--dry-run'], { env });
    expect(dry.stdout).toContain('warning: the avatar of mira-sol is rejected (mira_sol_image_00001.png)');
    expect(sent()).toBe(before);
    const pack = await imggen(folder, ['pack', '--count', '1'], { env });
    const lines = pack.stdout.split('\n');
    const warned = lines.findIndex((line) => line.includes('the avatar of mira-sol is rejected'));
    expect(warned).toBeGreaterThan(-1);
    expect(lines.findIndex((line) => line.includes(' done in '))).toBeGreaterThan(warned);
  });
});
