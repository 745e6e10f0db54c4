/** Drawings of the local provider in a training set. */
import { expect, it } from 'vitest';
import { imggen, newStudio } from '../support/cli/imggen.ts';

it('drawings are training pictures when a person approved them, with a note; nowhere to write is no bug', async () => {
  const drawn = newStudio();
  await imggen(drawn, ['create-character', '--training-count', '1']);
  const refused = await imggen(drawn, ['export', 'mira-sol']);
  expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
  expect(refused.stderr).toMatch(/a drawing that nobody has approved[^]*imggen mark mira-sol\/2 --approve/);
  await imggen(drawn, ['mark', 'mira-sol/1', 'mira-sol/2', '--approve']);
  const taken = await imggen(drawn, ['export', 'mira-sol']);
  expect(taken, taken.stderr).toMatchObject({ exitCode: 0 });
  expect(taken.stdout).toMatch(
    /2 pictures of Mira Sol[^]*note: 2 of them are drawings: what is trained with them draws, too/,
  );
  for (const format of ['kohya', 'fal']) {
    const nowhere = await imggen(drawn, ['export', 'mira-sol', '--format', format, '--to', '/proc/nowhere']);
    expect(nowhere.exitCode).toBe(2);
    expect(nowhere.stderr).toMatch(/nothing can be written at \/proc\/nowhere[^]*--to PATH/);
  }
});
