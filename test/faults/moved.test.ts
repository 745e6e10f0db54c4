/** Folders and ledgers that are moved, between two runs and in the middle of one: paid answers and references stay. */
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../emulators/emulator.ts';
import { openai } from '../emulators/openai.ts';
import { newHeldStudio } from '../support/cli/held.ts';
import { ask, imggen, picturesIn, start } from '../support/cli/imggen.ts';
import { changeBuilt, freezePackage } from '../support/harness/built-package.ts';
import { openHome, runCli, runHere, writeConfig } from '../support/harness/cli.ts';

/** Where the built program dies: with the answer on the disk, and the ledger told of it or not. */
const DEATHS = {
  'told to the ledger': 'async function saveAnswer(context, open, staged) {',
  'not told yet': `context.trace('staged', { shot: lease.shot });`,
} as const;

/** A home in which a run has died with one paid answer staged. */
async function homeWithStagedAnswer(death: keyof typeof DEATHS) {
  const emulator = await startEmulator(openai());
  onTestFinished(() => emulator.close());
  const dying = await freezePackage();
  onTestFinished(() => dying.remove());
  changeBuilt(dying.root, { from: DEATHS[death], to: `$& process.kill(process.pid, 'SIGKILL');` });
  const config = { provider: 'openai', size: '1024x1024', quality: 'low' };
  const env = { OPENAI_API_KEY: 'emulated-key', OPENAI_BASE_URL: `${emulator.url}/v1` };
  const home = openHome(dying.root, config, env);
  expect((await runCli(home, ['pack', '--count', '1', '--yes'])).signal).toBe('SIGKILL');
  expect(emulator.charges()).toHaveLength(1);
  return { home, config, emulator };
}

describe.each(['told to the ledger', 'not told yet'] as const)('a paid answer that is staged, %s', (death) => {
  it('is kept when the folder of the project is renamed', async () => {
    const { home, emulator } = await homeWithStagedAnswer(death);
    const folder = `${home.folder}-renamed`;
    renameSync(home.folder, folder);
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const ended = await runHere({ ...home, folder }, ['resume', '--json', '--yes']);
    expect(ended.code, ended.stderr).toBe(0);
    expect(picturesIn(folder)).toHaveLength(1);
    expect(emulator.charges()).toHaveLength(1);
    expect(() => readdirSync(home.folder)).toThrow('ENOENT');
  });

  it('is kept when the pictures were moved and `output` was changed', async () => {
    const { home, config, emulator } = await homeWithStagedAnswer(death);
    onTestFinished(home.close);
    renameSync(join(home.folder, 'images'), join(home.folder, 'pictures'));
    writeConfig(home.folder, { ...config, output: 'pictures' });
    const ended = await runHere(home, ['resume', '--json', '--yes']);
    expect(ended.code, ended.stderr).toBe(0);
    expect(picturesIn(home.folder)).toHaveLength(1);
    expect(emulator.charges()).toHaveLength(1);
  });
});

it('finished pictures and identical requests are the same after the project was renamed', async () => {
  const { folder, env, open } = await newHeldStudio();
  open();
  expect(await imggen(folder, ['pack', '--count', '1'], { env })).toMatchObject({ exitCode: 0 });
  const renamed = `${folder}-renamed`;
  renameSync(folder, renamed);
  onTestFinished(() => rmSync(renamed, { recursive: true, force: true }));
  const [picture] = (JSON.parse((await imggen(renamed, ['gallery', 'mira-sol', '--json'])).stdout) as { images: [] })
    .images as { path: string }[];
  expect(picture?.path).toBe(join(renamed, 'images', 'mira-sol', 'mira_sol_image_00001.png'));
  expect(await imggen(renamed, ['delete', 'mira-sol/1', '--yes'])).toMatchObject({ exitCode: 0 });
  expect(picturesIn(renamed)).toEqual([]);
});

describe('a ledger that vanishes during a run', () => {
  it.each(['deleted', 'renamed', 'replaced'] as const)(
    '(%s) stops it before it pays more; what was paid is saved, and a copy of the ledger goes on with the rest',
    async (how) => {
      const { folder, env, sent, arrived, open } = await newHeldStudio();
      const child = start(folder, ['pack', '--count', '6'], { env });
      await arrived(2);
      const ledger = join(folder, '.imggen', 'ledger.db');
      if (how === 'deleted') for (const end of ['', '-wal', '-shm']) rmSync(ledger + end);
      else renameSync(ledger, `${ledger}.away`);
      if (how === 'replaced') writeFileSync(ledger, '');
      open();
      const { exitCode, stdout, stderr } = await child;
      expect(exitCode, stderr).toBe(3);
      expect(stdout + stderr).toContain("the ledger's file was deleted, renamed or replaced during the run");
      expect(sent()).toBe(2);
      expect(picturesIn(folder)).toHaveLength(2);
      const copy = readdirSync(join(folder, '.imggen')).find((name) => name.endsWith('.bak'));
      for (const end of ['', '-wal', '-shm']) rmSync(ledger + end, { force: true });
      renameSync(join(folder, '.imggen', copy ?? ''), ledger);
      expect(await imggen(folder, ['resume'], { env })).toMatchObject({ exitCode: 0 });
      expect(sent()).toBe(6);
      expect(ask(folder, "SELECT 1 FROM images WHERE state = 'stored'")).toHaveLength(6);
      expect(picturesIn(folder)).toHaveLength(6);
    },
  );
});
