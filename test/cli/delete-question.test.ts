/** A question of `imggen delete` can stand for hours: what has come meanwhile was not counted in it. */
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ImgGen } from '../../src/index.ts';
import { ask, filesIn } from '../support/cli/imggen.ts';
import { removeDrawn, trainStudio } from '../support/train-studio.ts';

afterAll(removeDrawn);

it.each([
  { what: 'a picture', args: ['pack', '--count', '1'] },
  { what: 'a LoRA', args: ['train', 'mira-sol', '--yes'] },
])('$what that was made meanwhile stays, and so does all else', async ({ args }) => {
  const { folder, env, run } = await trainStudio();
  const imggen = await ImgGen.open({ cwd: folder, env, config: join(folder, 'config.json') });
  const kept = () => [
    filesIn(folder).filter((name) => !name.includes('ledger.db')),
    ask(folder, `SELECT state, COUNT(*) n FROM images GROUP BY state`),
    ask(folder, `SELECT state, COUNT(*) n FROM loras GROUP BY state`),
    ask(folder, 'SELECT locked FROM characters'),
  ];
  let before: unknown;
  const confirm = async (): Promise<boolean> => {
    expect(await run(args)).toMatchObject({ exitCode: 0 });
    before = kept();
    return true;
  };
  await expect(imggen.delete(['mira-sol'], { confirm })).rejects.toThrow('nothing was deleted');
  expect(kept()).toEqual(before);
  await imggen.delete(['mira-sol'], { confirm: () => true });
  await imggen.close();
  expect(kept()[0]).not.toContainEqual(expect.stringContaining('mira'));
});
