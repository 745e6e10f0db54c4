/** `imggen delete` of a character where a process was killed before: nothing of it stays on the disk. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../emulators/emulator.ts';
import { openai } from '../emulators/openai.ts';
import { ask, filesIn, imggen, newStudio, start } from '../support/cli/imggen.ts';
import { removeDrawn, trainStudio } from '../support/train-studio.ts';

afterAll(removeDrawn);

/** Kills the program right after a picture has its name. */
const KILL_AT_LINK = `import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const { link } = fs.promises;
fs.promises.link = async (from, to) => {
  await link(from, to);
  process.kill(process.pid, 'SIGKILL');
};
syncBuiltinESMExports();
`;

const picturesOf = (folder: string) => filesIn(folder).filter((name) => name.startsWith('images'));

async function openaiStudio(faults: Parameters<typeof startEmulator>[1] = {}) {
  const emulator = await startEmulator(openai(), faults);
  onTestFinished(() => emulator.close());
  const folder = newStudio({ provider: 'openai', size: '1024x1024', thumbnails: false });
  return { folder, env: { OPENAI_BASE_URL: `${emulator.url}/v1`, OPENAI_API_KEY: 'emulated' } };
}

it('a picture that had its file and was not finished goes with its character, and stays paid', async () => {
  const { folder, env } = await openaiStudio();
  const preload = join(folder, 'kill.mjs');
  writeFileSync(preload, KILL_AT_LINK);
  const killed = await start(folder, ['pack', '--count', '1', '--yes'], {
    env: { ...env, NODE_OPTIONS: `--import ${preload}` },
  });
  expect(killed.signal).toBe('SIGKILL');
  expect(picturesOf(folder)).toContain('images/mira-sol/mira_sol_image_00001.png');
  const spent = () => ask(folder, 'SELECT scope, spent_micros + reserved_micros micros FROM totals');
  const before = spent();
  const deleted = await imggen(folder, ['delete', 'mira-sol', '--uncollected', '--yes'], { env });
  expect(deleted).toMatchObject({ exitCode: 0, stderr: '' });
  expect(picturesOf(folder)).toEqual([]);
  expect(spent()).toEqual(before);
});

it('what lies there of a held request goes, and what another ledger left stays', async () => {
  const { folder, env } = await openaiStudio({ faults: [{ on: 'submit', kind: 'reset-after' }] });
  await imggen(folder, ['pack', '--count', '1', '--yes'], { env });
  const [held] = ask<{ key: string }>(folder, 'SELECT key FROM attempts');
  const parts = join(folder, 'images', 'mira-sol', '.parts');
  mkdirSync(parts, { recursive: true });
  for (const name of [`${held!.key}.part`, 'another.part']) writeFileSync(join(parts, name), 'half');
  expect(await imggen(folder, ['delete', 'mira-sol', '--yes'], { env })).toMatchObject({ exitCode: 0 });
  expect(picturesOf(folder)).toEqual(['images/mira-sol/.parts/another.part']);
});

it('weights that a killed deletion has left go with the next one; another file of that name stays', async () => {
  const { run, train, folder } = await trainStudio();
  expect(await train('--yes')).toMatchObject({ exitCode: 0 });
  const weights = join('images', 'mira-sol', 'lora', 'mira_sol_lora_2.safetensors');
  copyFileSync(join(folder, weights), join(folder, 'kept'));
  const left = async (from: string) => {
    expect(await run(['delete', 'mira-sol', '--yes'])).toMatchObject({ exitCode: 0 });
    mkdirSync(join(folder, weights, '..'), { recursive: true });
    copyFileSync(join(folder, from), join(folder, weights));
    expect(await run(['delete', 'mira-sol', '--yes'])).toMatchObject({ exitCode: 0 });
    return picturesOf(folder);
  };
  expect(await left('kept')).toEqual([]);
  expect(await left('config.json')).toEqual([weights]);
});
