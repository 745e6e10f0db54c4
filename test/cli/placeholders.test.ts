/** `--placeholders`: drawings stand in for pictures that failed, until a retry makes them. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import { openai } from '../emulators/openai.ts';
import { ask, imggen, linesOf, newStudio, picturesIn } from '../support/cli/imggen.ts';

const KEY = 'canary-openai-key-0123456789';
const running: Emulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});

const error = {
  message: 'Rejected by the safety system.',
  type: 'image_generation_user_error',
  code: 'moderation_blocked',
};
const refusal = { on: 'submit', kind: 'status', status: 400, body: JSON.stringify({ error }) } as const;

/** A studio in front of an emulated OpenAI that refuses the requests at these places. */
async function studio(positions: number[]) {
  const emulator = await startEmulator(openai({ apiKey: KEY }), { faults: [{ ...refusal, positions }] });
  running.push(emulator);
  const folder = newStudio({
    provider: 'openai',
    size: '1024x1024',
    quality: 'low',
    concurrency: 1,
    budget: { perRunUsd: 1 },
  });
  const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `${emulator.url}/v1` };
  const run = (...args: string[]) => imggen(folder, args, { env });
  return { folder, emulator, run };
}

interface Shown {
  filename: string;
  shot: string;
  placeholder: boolean;
  provider: string;
  costUsd: number;
}

async function shown(folder: string, ...args: string[]): Promise<{ totalCount: number; images: Shown[] }> {
  const { stdout } = await imggen(folder, ['gallery', 'mira-sol', '--json', ...args]);
  return JSON.parse(stdout) as Awaited<ReturnType<typeof shown>>;
}

const DRAWN = 'mira_sol_image_00003.placeholder.png';

describe('a pack with placeholders', () => {
  it('has a drawing where a picture failed, counts it as nothing, and drops it once a retry made it', async () => {
    const { folder, emulator, run } = await studio([2]);
    const packed = await run('pack', '--count', '3', '--placeholders', '--json');
    expect(packed.exitCode, packed.stderr).toBe(3);
    const events = linesOf(packed.stdout);
    expect(events.at(-1)).toMatchObject({ event: 'pack_completed', completed: 2, failed: 1 });
    const says = (await run('inspect', `images/mira-sol/${DRAWN}`)).stdout;
    expect(says).toContain('algorithmicMedia (made by an algorithm without a trained model)');
    // No trainer sees it.
    await run('mark', 'mira-sol/1', 'mira-sol/2', '--approve');
    const set = JSON.parse((await run('export', 'mira-sol', '--gallery', '--dry-run', '--json')).stdout) as object;
    expect(set).toMatchObject({ images: { length: 2 }, leftOut: [] });
    expect(events.filter(({ placeholder }) => placeholder)).toMatchObject([
      { event: 'image_stored', shot: 'gallery-0002', filename: DRAWN },
    ]);
    expect(picturesIn(folder)).toContain(DRAWN);
    expect(emulator.charges()).toHaveLength(2);
    expect(ask(folder, 'SELECT 1 FROM images')).toHaveLength(2);

    const { totalCount, images } = await shown(folder);
    expect([totalCount, images.length]).toEqual([2, 3]);
    expect(images.find(({ placeholder }) => placeholder)).toMatchObject({
      provider: 'local',
      costUsd: 0,
      filename: DRAWN,
    });
    expect((await shown(folder, '--provider', 'openai')).images).toHaveLength(2);
    expect((await shown(folder, '--mark', 'favorite')).images).toEqual([]);
    expect((await run('gallery', 'mira-sol')).stdout).toMatch(/placeholder/);
    expect((await run('show', 'mira-sol/3')).stdout).toMatch(
      /stands in for gallery-0002, which failed; a retry of job 1/,
    );
    expect((await run('status')).stdout).toMatch(/2 of 3 done, 1 refused, 1 with a placeholder/);
    await run('gallery', 'mira-sol', '--html');
    expect(readFileSync(join(folder, 'images', 'mira-sol', 'gallery.html'), 'utf8')).toContain('<li>placeholder</li>');

    for (const args of [
      ['use'],
      ['mark', '--approve'],
      ['edit', '--prompt', 'at night'],
      ['reroll'],
      ['delete', '--yes'],
    ]) {
      const [command = '', ...more] = args;
      const refused = await run(command, 'mira-sol/3', ...more);
      expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('a placeholder of a picture') });
    }

    const retried = await run('retry', '1');
    expect(retried.exitCode, retried.stderr).toBe(0);
    expect(picturesIn(folder)).toEqual([1, 2, 3].map((n) => `mira_sol_image_0000${n}.png`));
    expect((await shown(folder)).images.map(({ placeholder, shot }) => [placeholder, shot])).toEqual([
      [false, 'gallery-0002'],
      [false, 'gallery-0003'],
      [false, 'gallery-0001'],
    ]);
    expect(ask(folder, 'SELECT 1 FROM placeholders')).toEqual([]);
    expect(emulator.charges()).toHaveLength(3);
  });

  it('keeps the drawing while a retry fails; every picture failed is still said', async () => {
    const { folder, run } = await studio([1, 2]);
    expect(await run('pack', '--count', '1', '--placeholders')).toMatchObject({ exitCode: 6 });
    expect(await run('retry', '1')).toMatchObject({ exitCode: 6 });
    expect(picturesIn(folder)).toEqual(['mira_sol_image_00001.placeholder.png']);
    expect(linesOf((await run('retry', '1', '--json')).stdout).at(-1)).toMatchObject({ completed: 1 });
    expect(picturesIn(folder)).toEqual(['mira_sol_image_00001.png']);
  });

  it('is filled by a retry that asks for it, too; without the flag nothing is drawn', async () => {
    const { folder, run } = await studio([1, 2]);
    expect(await run('pack', '--count', '1')).toMatchObject({ exitCode: 6 });
    expect(picturesIn(folder)).toEqual([]);
    const retried = await run('retry', '1', '--placeholders');
    expect(retried).toMatchObject({
      exitCode: 6,
      stdout: expect.stringContaining('1 picture of job 1 that failed has a placeholder'),
    });
    expect(picturesIn(folder)).toEqual(['mira_sol_image_00001.placeholder.png']);
  });

  it('never takes away a file of the user that lies at the place of the drawing', async () => {
    const { folder, run } = await studio([1]);
    await run('pack', '--count', '1', '--placeholders');
    const path = join(folder, 'images', 'mira-sol', 'mira_sol_image_00001.placeholder.png');
    writeFileSync(path, 'my own notes');
    expect(await run('retry', '1')).toMatchObject({ exitCode: 0 });
    expect(readFileSync(path, 'utf8')).toBe('my own notes');
    expect(ask(folder, 'SELECT 1 FROM placeholders')).toEqual([]);
  });
});

describe('a character whose avatar failed', () => {
  it('has a drawing of it, which is no face: the training pictures wait for the real one', async () => {
    const { folder, emulator, run } = await studio([1]);
    const created = await run('create-character', '--training-count', '1', '--placeholders');
    expect(created.stdout + created.stderr).toMatch(/waits for the avatar/);
    expect(picturesIn(folder)).toEqual(['mira_sol_image_00001.placeholder.png']);
    expect(emulator.charges()).toEqual([]);
    const characters = JSON.parse((await run('characters', '--json')).stdout) as unknown;
    expect(JSON.stringify(characters)).not.toContain('placeholder.png');
    expect(await run('retry')).toMatchObject({ exitCode: 0 });
    expect(picturesIn(folder)).toEqual(['mira_sol_image_00001.png', 'mira_sol_image_00002.png']);
    expect((await shown(folder)).images[1]).toMatchObject({ shot: 'avatar', placeholder: false });
  });

  it('leaves nothing that clean does not find, where a crash came between picture and placeholder', async () => {
    const { folder, run } = await studio([1]);
    await run('pack', '--count', '1', '--placeholders');
    const db = new Sqlite(join(folder, '.imggen', 'ledger.db'));
    db.exec("UPDATE shots SET state = 'done'");
    db.close();
    expect((await shown(folder)).images).toEqual([]);
    expect((await run('clean')).stdout).toMatch(/placeholder of a picture/);
    expect(picturesIn(folder)).toHaveLength(1);
    expect(await run('clean', '--yes')).toMatchObject({ exitCode: 0 });
    expect(picturesIn(folder)).toEqual([]);
  });

  it('takes its placeholders along when it is deleted', async () => {
    const { folder, run } = await studio([1]);
    await run('pack', '--count', '1', '--placeholders');
    expect(await run('delete', 'mira-sol', '--yes')).toMatchObject({ exitCode: 0 });
    expect(existsSync(join(folder, 'images', 'mira-sol'))).toBe(false);
    expect(ask(folder, 'SELECT 1 FROM placeholders')).toEqual([]);
  });
});
