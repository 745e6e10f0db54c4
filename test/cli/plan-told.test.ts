/** What a plan tells of each picture before anything is paid. */
import { copyFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../emulators/emulator.ts';
import { replicate } from '../emulators/replicate.ts';
import { imggen, newStudio } from '../support/cli/imggen.ts';

async function studio() {
  const emulator = await startEmulator(replicate());
  onTestFinished(() => emulator.close());
  const env = { REPLICATE_API_TOKEN: 'emulated', REPLICATE_BASE_URL: `${emulator.url}/v1` };
  const folder = newStudio({ provider: 'replicate', size: '1024x1024', thumbnails: false });
  const run = (...args: string[]) => imggen(folder, args, { env });
  return { folder, run };
}

it('the avatar, products and sizes of its own, picture by picture, as text and as JSON', async () => {
  const { folder, run } = await studio();
  expect(await run('avatar', '--count', '2')).toMatchObject({ exitCode: 0 });
  copyFileSync(join(folder, 'images/mira-sol/mira_sol_image_00001.png'), join(folder, 'bag.png'));
  const scenes = [
    { prompt: 'in a kitchen', size: '768x1024', references: [{ picture: 'bag.png', role: 'product' }] },
    'on a roof',
  ];
  writeFileSync(join(folder, 'scenes.json'), JSON.stringify(scenes));
  const { stdout } = await run('pack', '--scenes', 'scenes.json', '--dry-run');
  expect(stdout).toMatch(/^gallery-0001 {2}seed 7 {2}768x1024\n.+\n {2}sent along: the avatar, bag\.png$/m);
  expect(stdout).toMatch(/^gallery-0002 {2}seed 7\n.+\n {2}sent along: the avatar$/m);
  const plan = JSON.parse((await run('pack', '--scenes', 'scenes.json', '--dry-run', '--json')).stdout) as unknown;
  const bag = expect.stringContaining('bag.png') as string;
  expect(plan).toMatchObject({
    jobs: [
      {
        shots: [
          { avatar: true, references: [bag] },
          { avatar: true, references: [] },
        ],
      },
    ],
  });
  expect((await run('pack', '--count', '2', '--dry-run')).stdout).toMatch(/\n\nsent along: the avatar\n/);
});

it('without an avatar none, also of the avatar that is to be made; then with the pictures behind it', async () => {
  const { run } = await studio();
  expect((await run('pack', '--count', '1', '--dry-run')).stdout).not.toContain('sent along');
  const { stdout } = await run('create-character', '--training-count', '1', '--dry-run');
  expect(stdout).toMatch(/^avatar {2}seed 7\n.+\ntraining-01 {2}seed 7\n.+\n {2}sent along: the avatar$/m);
});

it('what is not known of the model before its schema is read', async () => {
  const { run } = await studio();
  const { stdout } = await run('pack', '--count', '1', '--transparent', '--dry-run');
  expect(stdout).toMatch(/warning: .*flux-2-pro.* is not known to make a transparent background/);
});

it('a training picture that is the face goes along once, as in the run; so does one that is edited', async () => {
  const { run } = await studio();
  expect(await run('create-character', '--training-count', '3')).toMatchObject({ exitCode: 0 });
  await run('mark', 'mira-sol/2', 'mira-sol/3', 'mira-sol/4', '--approve');
  await run('use', 'mira-sol/3');
  const { stdout } = await run('pack', '--count', '1', '--dry-run', '--json');
  const { jobs } = JSON.parse(stdout) as { jobs: { shots: { avatar: boolean; references: string[] }[] }[] };
  const [shot] = jobs.flatMap(({ shots }) => shots);
  expect(shot?.avatar).toBe(true);
  const planned = (shot?.references ?? []).map((path) => basename(path));
  expect(planned.toSorted()).toEqual(['mira_sol_image_00002.png', 'mira_sol_image_00004.png']);
  expect(await run('pack', '--count', '1')).toMatchObject({ exitCode: 0 });
  const shown = JSON.parse((await run('show', 'mira-sol/5', '--json')).stdout) as {
    references: { filename: string }[];
  };
  expect(shown.references.map(({ filename }) => filename)).toEqual(['mira_sol_image_00003.png', ...planned]);
  const edit = (await run('edit', 'mira-sol/3', '--prompt', 'a red coat', '--dry-run')).stdout;
  expect(edit).toMatch(/^sent along: images\/mira-sol\/mira_sol_image_00003\.png$/m);
});
