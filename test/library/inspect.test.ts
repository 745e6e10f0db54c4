/** What a file says of itself, of imggen or of anybody, told without harm. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../src/images/hash.ts';
import { imggen, newFolder, newStudio } from '../support/cli/imggen.ts';
import { replicateProject } from '../support/replicate-project.ts';
import { makePicture } from '../emulators/picture.ts';

function withText(png: Buffer, keyword: string, value: string): Buffer {
  const typeAndData = Buffer.from(`tEXt${keyword}\0${value}`, 'latin1');
  const chunk = Buffer.alloc(typeAndData.length + 8);
  chunk.writeUInt32BE(typeAndData.length - 4);
  typeAndData.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(typeAndData), chunk.length - 4);
  return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
}

describe('a picture of imggen', () => {
  it('says who made it with which seed, and whether it is as it was made', async () => {
    const { imggen: project, folder } = await replicateProject();
    await project.createCharacter({ trainingCount: 1 }).result;
    const file = join(folder, 'images', 'mira', 'mira_image_00001.png');
    const { prompt, seed, sha256 } = (await project.gallery('mira', { kind: 'avatar' })).images[0] ?? {};
    const found = await project.inspect('images/mira/mira_image_00001.png');
    expect(found).toMatchObject({
      path: file,
      format: 'png',
      sha256,
      made: {
        provider: 'replicate',
        model: 'black-forest-labs/flux-2-pro',
        seed: String(seed),
        promptSha256: sha256Of(Buffer.from(prompt ?? '')),
      },
      sourceTypes: ['trainedAlgorithmicMedia'],
      c2paBytes: null,
      sidecar: null,
      ledger: { characterId: 'mira', shot: 'avatar', isUnchanged: true },
    });
    writeFileSync(file, makePicture(16, 16, 'another'));
    expect(await project.inspect(file)).toMatchObject({ made: null, ledger: { isUnchanged: false } });
    // What lies beside a signed picture goes with it.
    const beside = file.replace('.png', '.xmp');
    writeFileSync(beside, Buffer.from('x'));
    await project.delete(['mira/1'], { confirm: () => true });
    expect([existsSync(file), existsSync(beside)]).toEqual([false, false]);
  }, 60_000);

  it('that was drawn here says that no trained model made it; provenance: false leaves it as drawn', async () => {
    const folder = newStudio();
    await imggen(folder, ['create-character', '--training-count', '1']);
    const file = 'images/mira-sol/mira_sol_image_00001.png';
    const { stdout } = await imggen(folder, ['inspect', file]);
    for (const words of [
      'algorithmicMedia (made by an algorithm without a trained model)',
      'made by      imggen with local',
      'seed         7 (used: yes)',
      'credentials  no C2PA',
      'ledger       avatar of mira-sol, as it was made',
    ])
      expect(stdout).toContain(words);
    const bare = newStudio({ provenance: false });
    await imggen(bare, ['create-character', '--training-count', '1']);
    expect((await imggen(bare, ['inspect', file])).stdout).toContain('source type  it names none');
    const marked = readFileSync(join(folder, file));
    const unmarked = readFileSync(join(bare, file));
    expect((await sharp(marked).raw().toBuffer()).equals(await sharp(unmarked).raw().toBuffer())).toBe(true);
  }, 60_000);
});

describe('a file of anybody', () => {
  it('is told in one harmless line each, without a ledger or a config', async () => {
    const folder = newFolder();
    const evil = 'a woman\n\u001b]0;owned\u0007\u001b[31mSteps: 20 \u009b2J'.padEnd(900, 'x');
    writeFileSync(join(folder, 'theirs.png'), withText(makePicture(16, 16, 'k'), 'parameters', evil));
    const told = await imggen(folder, ['inspect', 'theirs.png']);
    expect(told).toMatchObject({ exitCode: 0, stderr: '' });
    expect(told.stdout).toMatch(/parameters {3}a woman Steps: 20 x+… \(\d+ characters\)/);
    expect(told.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    const { texts, ledger, made } = JSON.parse((await imggen(folder, ['inspect', 'theirs.png', '--json'])).stdout) as {
      texts: { name: string }[];
      ledger: null;
      made: null;
    };
    expect([texts.map(({ name }) => name), ledger, made]).toEqual([['parameters', 'key'], null, null]);
    expect(existsSync(join(folder, '.imggen'))).toBe(false);
  });

  it.each([
    ['nowhere.png', 'there is no such file'],
    ['.', 'can not be inspected'],
    ['text.png', 'can not be inspected'],
  ])('%s is refused in a sentence', async (file, words) => {
    const folder = newFolder();
    writeFileSync(join(folder, 'text.png'), '<html>');
    const refused = await imggen(folder, ['inspect', file]);
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
    expect(refused.stderr).toContain(words);
  });
});
