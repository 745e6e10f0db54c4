/** Space that is set aside leaves nothing behind, whenever the process is killed. */
import { mkdtempSync, readdirSync, readlinkSync, rmSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { SpareSpace } from '../../src/images/spare-space.ts';

/** What the system says that this process has open in a folder. */
function openIn(folder: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return target.startsWith(folder) ? [target.slice(folder.length + 1)] : [];
    } catch {
      return [];
    }
  });
}

it.runIf(process.platform === 'linux')('never has a name, not even for a moment', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'imggen-spare-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const parts = join(folder, '.parts');
  const space = new SpareSpace();
  const spare = await space.take(parts, 4096);
  const [open, ...more] = openIn(parts);
  expect(more).toEqual([]);
  // The system's own number in place of a name that was taken away.
  expect(open).toMatch(/^#\d+ \(deleted\)$/);
  expect(readdirSync(parts)).toEqual([]);
  expect(await spare.free()).toBe(true);
  expect(openIn(parts)).toEqual([]);
  await space.close();
});

it.each([
  ['takes the name of an open file away', unlinkSync],
  [
    'keeps it as long as the file is open',
    () => {
      throw Object.assign(new Error('busy'), { code: 'EBUSY' });
    },
  ],
])('leaves no file behind where the system has none without a name and %s', async (_, unlink) => {
  const folder = mkdtempSync(join(tmpdir(), 'imggen-spare-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const parts = join(folder, '.parts');
  const space = new SpareSpace({ hasNameless: false, unlink });
  const [given, handedOn] = [await space.take(parts, 4096), await space.take(parts, 4096)];
  expect(await given.free()).toBe(true);
  handedOn.done();
  await space.close();
  expect(readdirSync(parts)).toEqual([]);
});
