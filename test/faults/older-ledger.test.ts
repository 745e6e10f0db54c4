/** A ledger that was replaced by an older copy: what was made since is looked for before anything is paid again. */
import { copyFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, inject, it } from 'vitest';
import type { Emulator } from '../emulators/emulator.ts';
import { runHere, type Ended, type Home } from '../support/harness/cli.ts';
import { play, PRICE_USD } from '../support/harness/scene.ts';

const built = inject('builtPackage');
const COUNT = 6;
/** Stops after two. OpenAI tells that a picture cost $0.006, and $0.1 are held for the next. */
const CAP_USD = { replicate: 2.5 * PRICE_USD.replicate, openai: PRICE_USD.openai + 0.009 };

/** Makes 2 of 6 pictures, keeps a copy of the ledger, makes the other 4, and puts the copy back. */
async function restored(
  provider: 'replicate' | 'openai',
  then: (home: Home, resume: (...more: string[]) => Promise<Ended>, emulator: Emulator) => Promise<void>,
): Promise<void> {
  await play({
    root: built,
    provider,
    count: COUNT,
    args: ['--budget', String(CAP_USD[provider])],
    after: async (home, first, emulator) => {
      expect(first.code, first.stderr).toBe(4);
      copyFileSync(home.ledger, `${home.ledger}.bak`);
      const resume = (...more: string[]) => runHere(home, ['resume', '--budget', '5', ...more]);
      expect((await resume('--yes')).code).toBe(0);
      expect(emulator.charges()).toHaveLength(COUNT);
      copyFileSync(`${home.ledger}.bak`, home.ledger);
      await then(home, resume, emulator);
    },
  });
}

function donePictures(home: Home): unknown {
  const db = new Sqlite(home.ledger, { readonly: true });
  try {
    return db.prepare(`SELECT COUNT(*) FROM images WHERE state = 'stored'`).pluck().get();
  } finally {
    db.close();
  }
}

it('at Replicate the predictions are found in its list: six are paid for six', async () => {
  await restored('replicate', async (home, resume, emulator) => {
    const { code, stderr, stdout } = await resume();
    expect(code, stderr + stdout).toBe(0);
    expect(stdout).toMatch(/older than the pictures/);
    expect(emulator.charges()).toHaveLength(COUNT);
    expect(donePictures(home)).toBe(COUNT);
  });
});

it('at OpenAI, which can not be asked, nothing is sent without a yes: exit 2', async () => {
  await restored('openai', async (_home, resume, emulator) => {
    const { code, stderr } = await resume();
    expect(code, stderr).toBe(2);
    expect(stderr).toMatch(/4 pictures.*older[^]*→ .*--yes/);
    expect(emulator.charges()).toHaveLength(COUNT);
    expect((await resume('--yes')).code).toBe(0);
    expect(emulator.charges()).toHaveLength(COUNT + 4);
  });
});

/** The pictures that were made after the copy go, too: the whole folder was put back. */
function restorePictures(home: Home): string {
  const folder = join(home.folder, 'images', 'mira-sol');
  for (const name of readdirSync(folder)) if (/0000[3-6]\.png$/.test(name)) rmSync(join(folder, name));
  return folder;
}

it('at Replicate its list tells where no file does: a whole folder that was put back pays nothing twice', async () => {
  await restored('replicate', async (home, resume, emulator) => {
    restorePictures(home);
    const { code, stderr, stdout } = await resume();
    expect(code, stderr + stdout).toBe(0);
    expect(stdout).toMatch(/replicate lists 4 predictions for pictures of job 1, and the ledger does not know them/);
    expect(emulator.charges()).toHaveLength(COUNT);
    expect(donePictures(home)).toBe(COUNT);
  });
});

it('at OpenAI what a request leaves on the disk is enough to ask', async () => {
  await restored('openai', async (home, resume, emulator) => {
    writeFileSync(join(restorePictures(home), '.parts', 'a-key-of-nobody.part.id'), '{}');
    const { code, stderr } = await resume();
    expect(code, stderr).toBe(2);
    expect(stderr).toMatch(/1 request has left a file in .*older[^]*→ .*--yes/);
    expect(emulator.charges()).toHaveLength(COUNT);
  });
});
