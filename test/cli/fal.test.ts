/** A run with fal whose answers are hostile: no half of the key is kept or shown, nothing is paid twice. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Emulator, type EmulatorOptions, startEmulator } from '../emulators/emulator.ts';
import { fal } from '../emulators/fal.ts';
import { filesIn, imggen, newStudio, picturesIn } from '../support/cli/imggen.ts';

const running: Emulator[] = [];
afterEach(() => Promise.all(running.splice(0).map((emulator) => emulator.close())));

const [ID, SECRET] = ['0d1f7c1e-canary-4b7e', 'canary5ecret9f8e7d6c'];
const KEY = `${ID}:${SECRET}`;

async function open(options: EmulatorOptions) {
  const emulator = await startEmulator(fal({ key: KEY }), options);
  running.push(emulator);
  const env = { FAL_KEY: KEY, FAL_BASE_URL: emulator.url };
  const providers = { fal: { pollMs: 10 } };
  const folder = newStudio({
    provider: 'fal',
    size: '1024x1024',
    thumbnails: false,
    staggerMs: 0,
    concurrency: 1,
    providers,
  });
  return { emulator, folder, run: (...args: string[]) => imggen(folder, args, { env }) };
}
const everything = (folder: string): string =>
  filesIn(folder)
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join('\n');

describe('a run with fal', () => {
  it('keeps and shows no half of the key that an answer tells', async () => {
    const body = JSON.stringify({
      status: 'COMPLETED',
      error: `no user ${ID} with ${SECRET}`,
      error_type: 'bad_request',
    });
    const { folder, run } = await open({ faults: [{ on: 'poll', kind: 'status', status: 200, body }] });
    const { stdout, stderr } = await run('pack', '--count', '1', '--yes');
    const all = stdout + stderr + everything(folder);
    expect(all).toContain('bad_request');
    expect(all).not.toContain(SECRET);
    expect(all).not.toContain(ID);
  });

  it('pays once when a gateway answers in place of the result', async () => {
    const { emulator, folder, run } = await open({
      faults: [{ on: 'result', kind: 'status', status: 502, times: 1, body: '{"status":"error"}' }],
    });
    const r = await run('pack', '--count', '1', '--yes', '--json');
    expect(r.exitCode, r.stderr).toBe(0);
    expect(picturesIn(folder)).toHaveLength(1);
    expect(emulator.charges()).toHaveLength(1);
  });
});
