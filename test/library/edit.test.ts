/** Edits, as programs ask for them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makePicture } from '../emulators/picture.ts';
import { replicateProject } from '../support/replicate-project.ts';

const SIZED = { size: '640x960' };

describe('an edit', () => {
  it('that was stopped goes on from its own source, and only while that is what it was', async () => {
    const { imggen, folder, inputs } = await replicateProject(SIZED);
    expect(await imggen.pack({ count: 1 }).result).toMatchObject({ status: 'done' });
    const plan = await imggen.planEdit({ image: 'mira/1', prompt: 'a red coat', count: 2 });
    expect(plan).toMatchObject({ size: '640x960', worstCaseUsd: expect.any(Number), warnings: [] });
    expect(plan.shots.map(({ references }) => references)).toEqual([[expect.any(String)], [expect.any(String)]]);
    const stop = new AbortController();
    const edited = imggen.edit({
      image: 'mira/1',
      prompt: 'a red coat',
      count: 2,
      settings: { concurrency: 1 },
      signal: stop.signal,
      onEvent: ({ event }) => event === 'generation_started' && stop.abort(),
    });
    expect(await edited.result).toMatchObject({ status: 'interrupted' });
    const before = inputs().length;
    const file = join(folder, 'images', 'mira', 'mira_image_00001.png');
    const bytes = readFileSync(file);
    writeFileSync(file, makePicture(640, 960, 'another'));
    await expect(imggen.resume().result).rejects.toThrow(/has changed since it was made/);
    expect(inputs()).toHaveLength(before);
    writeFileSync(file, bytes);
    expect(await imggen.resume().result).toMatchObject({ status: 'done', jobs: [{ kind: 'edit', completed: 2 }] });
    expect(inputs()).toHaveLength(3);
    const { images } = await imggen.gallery('mira');
    expect(images.map(({ source }) => source)).toEqual(['mira_image_00001.png', 'mira_image_00001.png', null]);
  });

  it('asks before a drawing goes to a model of photographs: a no leaves nothing behind', async () => {
    const { imggen, inputs } = await replicateProject(SIZED);
    await imggen.pack({ count: 1, settings: { provider: 'local' } }).result;
    const wanted = { image: 'mira/1', prompt: 'a red coat' };
    const asked: string[] = [];
    const refuse = (question: string) => {
      asked.push(question);
      return false;
    };
    await expect(imggen.edit({ ...wanted, confirm: refuse }).result).rejects.toMatchObject({ kind: 'declined' });
    expect(asked).toEqual([expect.stringContaining('mira_image_00001.png is a drawing')]);
    await expect(imggen.edit(wanted).result).rejects.toMatchObject({ advice: { code: 'agree-to-drawing' } });
    expect([inputs(), await imggen.jobs()]).toEqual([[], [expect.anything()]]);
    // Whoever made it the face of the character wants it to be sent.
    await imggen.use('mira/1');
    expect(await imggen.edit(wanted).result).toMatchObject({ status: 'done' });
  });
});
