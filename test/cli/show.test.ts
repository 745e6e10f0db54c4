/** The face is chosen; a picture, and the characters, are shown with all that is known. */
import { describe, expect, it } from 'vitest';
import { newHeldStudio } from '../support/cli/held.ts';
import { imggen, newStudio } from '../support/cli/imggen.ts';

describe('imggen use and show', () => {
  it('the picture that was chosen goes along with the next ones, and is shown with the request', async () => {
    const { folder, env, open } = await newHeldStudio();
    open();
    await imggen(folder, ['create-character', '--training-count', '1'], { env });
    const used = await imggen(folder, ['use', 'mira-sol/2'], { env });
    expect(used).toMatchObject({ exitCode: 0, stderr: '' });
    expect(used.stdout).toContain('mira_sol_image_00002.png is the face of mira-sol from now on');
    await imggen(folder, ['pack', '--count', '1'], { env });
    const shown = await imggen(folder, ['show', 'mira-sol/3', '--json'], { env });
    const image = JSON.parse(shown.stdout) as { attempts: object[]; prompt: string };
    expect(image.attempts).toMatchObject([
      { outcome: 'done', provider: 'openai', references: [{ role: 'face', filename: 'mira_sol_image_00002.png' }] },
    ]);
    const told = (await imggen(folder, ['show', 'mira-sol/3'], { env })).stdout;
    expect(told).toContain('sent with it: face mira_sol_image_00002.png');
    expect(told).toContain(image.prompt);
    expect(told).toContain('seed         7 (not used by the service)');
  });

  it('another take of the chosen face is the face', async () => {
    const folder = newStudio();
    await imggen(folder, ['create-character', '--training-count', '1']);
    await imggen(folder, ['use', 'mira-sol/2']);
    await imggen(folder, ['reroll', 'mira-sol/2']);
    const list = JSON.parse((await imggen(folder, ['characters', '--json'])).stdout) as { characters: object[] };
    expect(list.characters).toMatchObject([
      { characterId: 'mira-sol', seed: 7, images: 3, avatar: 'mira_sol_image_00003.png', costUsd: 0 },
    ]);
    expect((await imggen(folder, ['characters'])).stdout).toContain('mira_sol_image_00003.png');
  });

  it.each([
    [['use', 'mira-sol/9'], 'no such picture'],
    [['use', 'mira-sol/1'], 'is rejected'],
    [['show', 'nobody'], 'there is nothing to be shown:\n  "nobody": no such picture'],
  ])('%j is refused', async (args, words) => {
    const folder = newStudio();
    await imggen(folder, ['create-character', '--training-count', '1']);
    await imggen(folder, ['mark', 'mira-sol/1', '--reject']);
    const ran = await imggen(folder, args);
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toContain(words);
  });
});
