/** What an attacker of the promises found: links, keys, changed prices, jobs that were canceled after a crash. */
import { linkSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../emulators/emulator.ts';
import { replicate } from '../emulators/replicate.ts';
import { newHeldStudio } from '../support/cli/held.ts';
import { ask, imggen, newStudio, picturesIn, start, until, writeConfig } from '../support/cli/imggen.ts';

/** A studio in front of an emulated Replicate whose clock stands still until the test moves it. */
async function replicateStudio() {
  const clock = { nowMs: Date.now() };
  const emulator = await startEmulator(replicate({ token: 'emulated-token' }), {
    latencyMs: 1_000,
    now: () => clock.nowMs,
  });
  onTestFinished(() => emulator.close());
  const config = {
    provider: 'replicate',
    size: '1024x1024',
    thumbnails: false,
    providers: { replicate: { pollMs: 50 } },
  };
  const env = { REPLICATE_API_TOKEN: 'emulated-token', REPLICATE_BASE_URL: `${emulator.url}/v1` };
  return { folder: newStudio(config), config, env, emulator, clock };
}

describe('a ledger that is reached by another name', () => {
  it('is the same ledger through a symbolic link: work of a running process is never taken', async () => {
    const { folder, env, sent, arrived, open } = await newHeldStudio();
    const child = start(folder, ['pack', '--count', '2'], { env });
    await arrived(2);
    mkdirSync(join(folder, 'other'));
    symlinkSync(join(folder, '.imggen', 'ledger.db'), join(folder, 'other', 'ledger.db'));
    const resuming = start(folder, ['resume', '--ledger', 'other/ledger.db', '--json'], { env });
    await until('the second process at work', () => ask(folder, 'SELECT 1 FROM owners').length === 2);
    open();
    expect(await child).toMatchObject({ exitCode: 0 });
    expect(await resuming).toMatchObject({ exitCode: 0 });
    expect(sent()).toBe(2);
    expect(picturesIn(folder)).toHaveLength(2);
  });

  it('is refused through a hard link or a link that leads nowhere', async () => {
    const folder = newStudio();
    await imggen(folder, ['pack', '--count', '1']);
    linkSync(join(folder, '.imggen', 'ledger.db'), join(folder, 'second.db'));
    symlinkSync(join(folder, 'nowhere.db'), join(folder, 'third.db'));
    for (const [file, words] of [
      ['second.db', /2 names/],
      ['third.db', /leads nowhere/],
    ] as const) {
      const ran = await imggen(folder, ['pack', '--count', '1', '--ledger', file]);
      expect(ran.exitCode).toBe(2);
      expect(ran.stderr).toMatch(words);
    }
    expect(picturesIn(folder)).toHaveLength(1);
  });
});

describe('a key', () => {
  it.each(['', '7', '0042', 'a\u001b[2Jb', 'x'.repeat(201), ' a', 'a\u202eb'])('%j is refused', async (key) => {
    const folder = newStudio();
    const ran = await imggen(folder, ['pack', '--count', '1', '--key', key]);
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toContain('no key for a job');
    expect(picturesIn(folder)).toEqual([]);
  });
});

describe('a job that was canceled after its process was killed', () => {
  it('has its finished pictures fetched by `cancel`, once, and leaves nothing to resume', async () => {
    const { folder, env, emulator, clock } = await replicateStudio();
    const child = start(folder, ['pack', '--count', '2'], { env });
    await until('both accepted', () => ask(folder, 'SELECT 1 FROM attempts WHERE remote_id IS NOT NULL').length === 2);
    child.kill('SIGKILL');
    await child;
    clock.nowMs += 1_000;
    expect(await imggen(folder, ['cancel', '1'], { env })).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('2 pictures finished at the provider: fetched'),
    });
    expect(picturesIn(folder)).toHaveLength(2);
    expect(emulator.charges()).toHaveLength(2);
    expect(JSON.parse((await imggen(folder, ['status', '1', '--json'])).stdout)).toMatchObject({ reservedUsd: 0 });
    expect((await imggen(folder, ['resume'], { env })).stdout).toContain('nothing is unfinished');
  });
});

describe('a price that was set for another model', () => {
  it('does not count for pictures of this one', async () => {
    const { folder, config, env, emulator, clock } = await replicateStudio();
    const child = start(folder, ['pack', '--count', '1'], { env });
    await until('accepted', () => ask(folder, 'SELECT 1 FROM attempts WHERE remote_id IS NOT NULL').length === 1);
    clock.nowMs += 1_000;
    expect(await child).toMatchObject({ exitCode: 0 });
    const other = { model: 'black-forest-labs/flux-schnell', providers: { replicate: { priceUsd: 0.0001 } } };
    writeConfig(folder, { ...config, ...other });
    const refused = await imggen(folder, ['reroll', 'mira-sol/1', '--budget', '0.0001'], { env });
    expect(refused.exitCode, refused.stdout).toBe(4);
    expect(emulator.charges()).toHaveLength(1);
  });
});

describe('commands that go on with a job', () => {
  it.each([
    ['resume', '--dry-run'],
    ['retry', '--dry-run'],
    ['resume', '--provider', 'local'],
    ['resume', '--key', 'k'],
    ['reroll', 'mira-sol/1', '--seed', '5'],
  ])('%s does not take %s: it would do nothing, or not what it says', async (...args) => {
    const folder = newStudio();
    const ran = await imggen(folder, args);
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toContain('unknown option');
  });
});

describe('reroll of pictures of several jobs that were made in the same way', () => {
  it('is one job with one cap', async () => {
    const folder = newStudio();
    for (const key of ['a', 'b']) await imggen(folder, ['pack', '--count', '1', '--key', key]);
    expect(await imggen(folder, ['reroll', 'mira-sol/1', 'mira-sol/2', '--key', 'both'])).toMatchObject({
      exitCode: 0,
    });
    expect(ask(folder, "SELECT 1 FROM jobs WHERE kind = 'reroll'")).toHaveLength(1);
    expect(picturesIn(folder)).toHaveLength(4);
  });
});
