/** `imggen retry --unknown` where the answer that nobody knew of lies on the disk by now. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { bfl } from '../emulators/bfl.ts';
import { startEmulator } from '../emulators/emulator.ts';
import { openai } from '../emulators/openai.ts';
import { makePicture } from '../emulators/picture.ts';
import { ask, imggen, newStudio } from '../support/cli/imggen.ts';

it.each([
  ['a whole picture is kept, and only the other one is paid again', 1, 3],
  ['half a picture is none', 0.5, 4],
])('%s', async (_, share, charges) => {
  const faults = [{ on: 'submit', kind: 'reset-after', times: 2 } as const];
  const emulator = await startEmulator(openai(), { faults });
  onTestFinished(() => emulator.close());
  const folder = newStudio({ provider: 'openai', size: '1024x1024', thumbnails: false });
  const env = { OPENAI_BASE_URL: `${emulator.url}/v1`, OPENAI_API_KEY: 'emulated' };
  const run = (...args: string[]) => imggen(folder, args, { env });
  expect(await run('pack', '--count', '2', '--yes')).toMatchObject({ exitCode: 75 });
  const [held] = ask<{ key: string }>(folder, 'SELECT key FROM attempts');
  const parts = join(folder, 'images', 'mira-sol', '.parts');
  mkdirSync(parts, { recursive: true });
  const picture = makePicture(1024, 1024, 'paid');
  writeFileSync(join(parts, `${held!.key}.part`), picture.subarray(0, Math.floor(picture.length * share)));
  expect(await run('retry', '--unknown', '1', '--yes')).toMatchObject({ exitCode: 0 });
  expect(emulator.charges()).toHaveLength(charges);
  expect(ask(folder, `SELECT 1 FROM images WHERE state = 'stored'`)).toHaveLength(2);
});

it.each([
  ['a remote id in a file that was not named yet is collected', '.part.id.reserved', (id: string) => id, 1],
  ['half a remote id is none', '.part.id', (id: string) => id.slice(0, 30), 2],
])('%s', async (_, suffix, kept, charges) => {
  const faults = [{ on: 'submit', kind: 'reset-after', times: 1 } as const];
  const emulator = await startEmulator(bfl(), { faults });
  onTestFinished(() => emulator.close());
  const folder = newStudio({ provider: 'bfl', size: '1024x1024', thumbnails: false });
  const env = { BFL_BASE_URL: emulator.url, BFL_API_KEY: 'emulated' };
  const run = (...args: string[]) => imggen(folder, args, { env });
  expect(await run('pack', '--count', '1', '--yes')).toMatchObject({ exitCode: 75 });
  const [held] = ask<{ key: string }>(folder, 'SELECT key FROM attempts');
  const parts = join(folder, 'images', 'mira-sol', '.parts');
  mkdirSync(parts, { recursive: true });
  const text = JSON.stringify({ provider: 'bfl', remoteId: emulator.charges()[0]!.id });
  writeFileSync(join(parts, `${held!.key}${suffix}`), kept(text));
  expect(await run('retry', '--unknown', '1', '--yes')).toMatchObject({ exitCode: 0 });
  expect(emulator.charges()).toHaveLength(charges);
  expect(ask(folder, `SELECT 1 FROM images WHERE state = 'stored'`)).toHaveLength(1);
});

it('what lies on the disk counts against no cap, and a canceled job is taken up with it', async () => {
  const faults = [{ on: 'submit', kind: 'reset-after', times: 2 } as const];
  const emulator = await startEmulator(openai(), { faults });
  onTestFinished(() => emulator.close());
  const folder = newStudio({ provider: 'openai', size: '1024x1024', thumbnails: false });
  const env = { OPENAI_BASE_URL: `${emulator.url}/v1`, OPENAI_API_KEY: 'emulated' };
  const run = (...args: string[]) => imggen(folder, args, { env });
  expect(await run('pack', '--count', '2', '--yes')).toMatchObject({ exitCode: 75 });
  const parts = join(folder, 'images', 'mira-sol', '.parts');
  mkdirSync(parts, { recursive: true });
  for (const { key } of ask<{ key: string }>(folder, 'SELECT key FROM attempts'))
    writeFileSync(join(parts, `${key}.part`), makePicture(1024, 1024, key));
  expect(await run('cancel', '1')).toMatchObject({ exitCode: 0 });
  const retried = await run('retry', '--unknown', '1', '--budget', '0.0001');
  expect(retried).toMatchObject({ exitCode: 0, stderr: '' });
  expect(retried.stdout).not.toMatch(/may cost|canceled/);
  expect(emulator.charges()).toHaveLength(2);
  expect(ask(folder, 'SELECT state FROM jobs')).toEqual([{ state: 'ended' }]);
});
