/** A path for the gallery page that no file can have. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { imggen, newStudio } from '../support/cli/imggen.ts';

it('is told as such: space is not all that can be missing', async () => {
  const folder = newStudio();
  await imggen(folder, ['pack', '--count', '1']);
  const page = join('images', 'mira-sol', 'mira_sol_image_00001.png', 'page.html');
  const { exitCode, stderr } = await imggen(folder, ['gallery', 'mira-sol', '--html', page]);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/mira_sol_image_00001\.png[^]*→ free some space, or correct the path or its permissions;/);
});
