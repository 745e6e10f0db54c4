/** Training sets of a character, read back as the trainers read them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { foreignIn } from '../../src/dataset/ours.ts';
import { writeArchive } from '../../src/dataset/write-archive.ts';
import { writeFolder } from '../../src/dataset/write-folder.ts';
import { inspectImage } from '../../src/images/inspect.ts';
import type { ExportOptions } from '../../src/index.ts';
import { newHeldStudio } from '../support/cli/held.ts';
import { filesIn, imggen, newFolder, picturesIn } from '../support/cli/imggen.ts';
import { replicateProject, type ReplicateProject } from '../support/replicate-project.ts';
import { namesInZip, readFolder, readKohya, readZip } from '../support/trainer-readers.ts';

/** A character with an avatar and five training pictures: 2 to 5 approved, 6 not looked at. */
async function approvedSet(): Promise<ReplicateProject> {
  const project = await replicateProject({ character: { name: 'Mira Sol', outfitStyle: 'a blue shirt' } });
  const { status } = await project.imggen.createCharacter({ trainingCount: 5 }).result;
  expect(status).toBe('done');
  await project.imggen.mark(['mira-sol/2', 'mira-sol/3', 'mira-sol/4', 'mira-sol/5'], { review: 'approved' });
  return project;
}

const names = [2, 3, 4, 5].map((number) => `mira_sol_image_0000${number}.png`);

describe('a training set', () => {
  it('is what each trainer takes, with a caption for every approved picture', async () => {
    const { imggen: project, folder } = await approvedSet();
    const pictures = join(folder, 'images', 'mira-sol');
    const original = (name: string) => readFileSync(join(pictures, name));

    const kohya = await project.export('mira-sol', { repeats: 12 });
    expect(kohya.path).toBe(join(folder, 'training', 'mira-sol-kohya'));
    const subsets = readKohya(kohya.path);
    expect(subsets).toMatchObject([{ repeats: 12, classTokens: 'm1r4s0l woman' }]);
    const read = subsets[0]?.images ?? [];
    expect(read.map(({ name }) => name)).toEqual(names);
    for (const { name, bytes, caption } of read) {
      expect(bytes.equals(original(name)), name).toBe(true);
      expect(caption).toMatch(/^photo of m1r4s0l woman, .*wearing a blue shirt$/);
      expect(caption).toBe(kohya.images.find(({ filename }) => filename === name)?.caption);
    }
    expect(new Set(read.map(({ caption }) => caption)).size).toBe(4);
    expect(kohya.leftOut).toEqual([
      { filename: 'mira_sol_image_00001.png', why: 'not-approved', reason: 'nobody has approved it' },
      { filename: 'mira_sol_image_00006.png', why: 'not-approved', reason: 'nobody has approved it' },
    ]);
    expect(kohya.coverage).toMatchObject({ pictures: 4, warnings: ['the trainers ask for at least 10 pictures'] });

    for (const format of ['ai-toolkit', 'fluxgym'] as const) {
      const { path } = await project.export('mira-sol', { format, trigger: 'MIRA' });
      expect(readFolder(path).map(({ name }) => name)).toEqual(names);
      expect(readFolder(path).every(({ caption }) => caption?.startsWith('photo of MIRA woman, '))).toBe(true);
    }

    for (const format of ['replicate', 'fal'] as const) {
      const { path, isArchive } = await project.export('mira-sol', { format });
      expect([isArchive, path]).toEqual([true, join(folder, 'training', `mira-sol-${format}.zip`)]);
      const zipped = await readZip(path);
      expect(zipped.map(({ name }) => name)).toEqual(names);
      for (const { name, bytes, caption } of zipped) {
        expect(bytes.equals(original(name)), name).toBe(true);
        expect(caption).toMatch(/^photo of m1r4s0l woman, /);
      }
      // Nothing else: their trainers read all that is there.
      expect(await namesInZip(path)).toEqual(names.flatMap((name) => [name, name.replace('.png', '.txt')]));
    }
    expect(filesIn(join(folder, 'training')).filter((name) => /\.(?:part|old)/.test(name))).toEqual([]);
  }, 60_000);

  it('never has rejected or replaced pictures, or such that are gone or were changed', async () => {
    const { imggen: project, folder } = await approvedSet();
    const file = (number: number) => join(folder, 'images', 'mira-sol', `mira_sol_image_0000${number}.png`);
    await project.mark(['mira-sol/2'], { review: 'rejected' });
    await project.reroll({ images: ['mira-sol/3'] }).result;
    rmSync(file(4));
    writeFileSync(file(5), readFileSync(file(6)));
    await project.mark(['mira-sol/6'], { review: 'approved' });
    const { images, leftOut } = await project.export('mira-sol');
    expect(images.map(({ filename }) => filename)).toEqual(['mira_sol_image_00006.png']);
    expect(leftOut.map(({ why }) => why)).toEqual([
      'not-approved',
      'rejected',
      'superseded',
      'gone',
      'changed',
      'not-approved',
    ]);
    await project.mark(['mira-sol/6'], { review: 'rejected' });
    await expect(project.export('mira-sol')).rejects.toMatchObject({
      message: 'mira-sol has no picture that is good enough to train with:',
      problems: expect.arrayContaining(['mira_sol_image_00002.png: rejected']),
    });
  }, 60_000);

  it('is written as the format that was asked for', async () => {
    const { imggen: project } = await approvedSet();
    const { path, images } = await project.export('mira-sol', { format: 'ai-toolkit', imageFormat: 'jpg' });
    expect(images.map(({ file }) => file)).toEqual(names.map((name) => name.replace('.png', '.jpg')));
    for (const { bytes, caption } of readFolder(path)) {
      expect(inspectImage(bytes)).toMatchObject({ format: 'jpeg' });
      expect(caption).toBeDefined();
    }
  }, 60_000);

  it('writes nothing in a dry run, and nothing for bad options', async () => {
    const { imggen: project, folder } = await approvedSet();
    const told = await project.export('mira-sol', { dryRun: true });
    expect(told).toMatchObject({ written: false, images: { length: 4 } });
    const bad = { format: 'x', trigger: '../up', className: 'a/b', repeats: 0, minScore: 2, imageFormat: 'webp' };
    await expect(project.export('mira-sol', bad as unknown as ExportOptions)).rejects.toMatchObject({
      problems: { length: 6 },
    });
    expect(existsSync(join(folder, 'training'))).toBe(false);
  }, 60_000);
});

describe('what lies where a training set would', () => {
  it('is replaced when it is an export as it was, and is left alone else', async () => {
    const { imggen: project, folder } = await approvedSet();
    const { path } = await project.export('mira-sol');
    await project.mark(['mira-sol/2'], { review: 'rejected' });
    await project.export('mira-sol', { trigger: 'MIRA' });
    expect(readdirSync(path)).toEqual(['.imggen-export.json', '10_MIRA woman']);
    expect(readKohya(path)[0]?.images).toHaveLength(3);

    // A caption that a person has corrected is theirs.
    const caption = join(path, '10_MIRA woman', 'mira_sol_image_00003.txt');
    writeFileSync(caption, 'photo of MIRA woman, my own words');
    await expect(project.export('mira-sol')).rejects.toMatchObject({
      problems: ['10_MIRA woman/mira_sol_image_00003.txt was changed'],
    });
    expect(readFileSync(caption, 'utf8')).toContain('my own words');

    const foreign = join(folder, 'mine');
    mkdirSync(foreign);
    writeFileSync(join(foreign, 'holiday.png'), 'mine');
    await expect(project.export('mira-sol', { to: 'mine' })).rejects.toMatchObject({
      message: expect.stringContaining('it was left as it is'),
    });
    for (const format of ['kohya', 'fal'] as const) {
      symlinkSync(foreign, join(folder, `link-${format}`));
      await expect(project.export('mira-sol', { format, to: `link-${format}` })).rejects.toMatchObject({
        problems: [expect.stringContaining('is a link')],
      });
    }
    await expect(project.export('mira-sol', { format: 'fal', to: 'mine/holiday.png' })).rejects.toMatchObject({
      problems: [expect.stringContaining('is not an export')],
    });
    expect(filesIn(foreign)).toEqual(['holiday.png']);
  }, 60_000);

  it('stays whole, with nothing beside it, when a picture can not be read', async () => {
    const folder = newFolder();
    const good = { name: 'a/1.png', atMs: 0, isText: false, read: async () => Buffer.from('first') };
    const bad = { ...good, name: 'a/2.png', read: () => Promise.reject(new Error('it was changed')) };
    for (const [name, write] of [['set.zip', writeArchive] as const, ['set', writeFolder] as const]) {
      const target = join(folder, name);
      await write(target, [good], 'key1');
      const before = filesIn(folder);
      await expect(write(target, [good, bad], 'key2')).rejects.toThrow('it was changed');
      expect(filesIn(folder)).toEqual(before);
      expect(await foreignIn(target, name.endsWith('.zip'))).toEqual([]);
    }
    expect(await namesInZip(join(folder, 'set.zip'))).toEqual(['a/1.png']);
  });
});

describe('imggen export', () => {
  it('tells coverage, what is left out and why', async () => {
    const { folder, env, open } = await newHeldStudio();
    open();
    await imggen(folder, ['create-character', '--training-count', '2'], { env });
    await imggen(folder, ['mark', 'mira-sol/2', 'mira-sol/3', '--approve']);
    const told = await imggen(folder, ['export', 'mira-sol', '--dry-run']);
    expect(told, told.stderr).toMatchObject({ exitCode: 0, stderr: '' });
    for (const words of [
      '2 pictures of Mira Sol (mira-sol) for kohya: trigger word m1r4s0l, class woman',
      'would be in training/mira-sol-kohya',
      '--train_data_dir training/mira-sol-kohya --caption_extension .txt',
      'angles       front 1, three-quarter left 1; none: three-quarter right, profile left',
      'note: the trainers ask for at least 10 pictures',
      'mira_sol_image_00001.png: nobody has approved it',
      'a plain white studio backdrop, soft even frontal studio light',
    ])
      expect(told.stdout).toContain(words);
    expect(picturesIn(folder, 'mira-sol-kohya', 'training')).toEqual([]);
    await imggen(folder, ['use', 'mira-sol/1']);
    const { stdout } = await imggen(folder, ['export', 'mira-sol', '--format', 'fal', '--to', 'set.zip', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ format: 'fal', written: true, images: { length: 3 }, leftOut: [] });
    expect(await readZip(join(folder, 'set.zip'))).toHaveLength(3);
  }, 60_000);
});
