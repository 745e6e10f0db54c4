/** Other takes of finished pictures. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shown } from '../support/cli/edits.ts';
import { ask, filesIn, imggen, newStudio, picturesIn } from '../support/cli/imggen.ts';

async function withPack(count: number): Promise<string> {
  const folder = newStudio();
  expect(await imggen(folder, ['pack', '--count', String(count)])).toMatchObject({ exitCode: 0 });
  return folder;
}

describe('reroll', () => {
  it('makes another take with a new seed and a new number; the old picture stays and is marked', async () => {
    const folder = await withPack(2);
    const ran = await imggen(folder, ['reroll', 'mira-sol/2', 'mira_sol_image_00002.png']);
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    const [first, old, take, ...more] = await shown(folder);
    expect(more).toEqual([]);
    expect([first?.superseded, old?.superseded, take?.superseded]).toEqual([false, true, false]);
    expect(take?.filename).toBe('mira_sol_image_00003.png');
    expect(take?.prompt).toBe(old?.prompt);
    expect(take?.seed).not.toBe(old?.seed);
    expect(take?.sha256).not.toBe(old?.sha256);
    expect(existsSync(join(folder, 'images', 'mira-sol', 'mira_sol_image_00002.png'))).toBe(true);
    expect((await imggen(folder, ['gallery', 'mira-sol'])).stdout).toContain('superseded');
    expect((await imggen(folder, ['jobs'])).stdout).toContain('reroll');
  });

  it('gives every take of a picture a seed of its own, also a take of a take', async () => {
    const folder = await withPack(1);
    for (const name of ['mira-sol/1', 'mira-sol/1', 'mira-sol/2']) {
      expect(await imggen(folder, ['reroll', name])).toMatchObject({ exitCode: 0 });
    }
    const seeds = (await shown(folder)).map(({ seed }) => seed);
    expect(new Set(seeds).size).toBe(4);
  });

  it('makes pictures of several jobs in one run, and refuses one key for them', async () => {
    const folder = await withPack(1);
    await imggen(folder, ['pack', '--count', '1', '--size', '96x96']);
    const refused = await imggen(folder, ['reroll', 'mira-sol/1', 'mira-sol/2', '--key', 'again']);
    expect(refused).toMatchObject({ exitCode: 2 });
    expect(refused.stderr).toContain('a key names one job');
    expect(picturesIn(folder)).toHaveLength(2);
    expect(await imggen(folder, ['reroll', 'mira-sol/1', 'mira-sol/2'])).toMatchObject({ exitCode: 0 });
    const sizes = ask<{ width: number }>(folder, 'SELECT width FROM images ORDER BY number').map(({ width }) => width);
    expect(sizes.toSorted()).toEqual([64, 64, 96, 96]);
  });

  it('shows what it would make and writes nothing', async () => {
    const folder = await withPack(1);
    const before = filesIn(folder);
    const dry = await imggen(folder, ['reroll', 'mira-sol/1', '--dry-run']);
    expect(dry).toMatchObject({ exitCode: 0, stderr: '' });
    expect(dry.stdout).toContain('gallery-0001');
    expect(filesIn(folder)).toEqual(before);
    expect(ask(folder, 'SELECT 1 FROM jobs')).toHaveLength(1);
  });

  it('lists every name that is no picture, and makes nothing', async () => {
    const folder = await withPack(1);
    const ran = await imggen(folder, ['reroll', 'mira-sol/1', 'mira-sol/8', 'nobody']);
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toContain('mira-sol/8');
    expect(ran.stderr).toContain('nobody');
    expect(picturesIn(folder)).toHaveLength(1);
  });
});
