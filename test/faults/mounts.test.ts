/** Real file systems that are full, or can't be written, before a run and in the middle of paid work. */
import { describe, expect, inject, it } from 'vitest';
import { type Ended, eventsOf } from '../support/harness/cli.ts';
import { findWay, openMounts } from '../support/harness/mounts.ts';
import { COUNT, type MountedHome, onMount, ROOMY } from '../support/harness/mounted-home.ts';

const way = findWay();
const allowed = !('refusal' in way);

const built = inject('builtPackage');

/** Plays on a disk of its own. */
const onDisk = (
  scene: Omit<Parameters<typeof onMount>[0], 'root' | 'mounts'>,
  play: Parameters<typeof onMount>[1],
): Promise<void> => onMount({ ...scene, root: built, mounts: openMounts(way) }, play);

/** The disk is named in one warning, and no stack is shown. */
function expectOneSentence({ stderr }: Ended, why: RegExp): void {
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(stderr.split('\n').filter((line) => why.test(line))).toHaveLength(1);
}

/** Every picture is there, of its one charge. */
async function expectComplete(home: MountedHome, mayLackMarks = false): Promise<void> {
  expect(home.charges()).toBe(COUNT);
  const { violations, figures } = await home.verify();
  const excused = (problem: string) => mayLackMarks && problem.endsWith('does not say what made it');
  expect(violations.filter((problem) => !excused(problem))).toEqual([]);
  expect(figures).toMatchObject({ images: COUNT, held: 0 });
}

describe.runIf(allowed).each(['openai', 'replicate'] as const)('in the middle of paid work of %s', (provider) => {
  it('a disk of the pictures that is full costs nothing: the space was reserved', async () => {
    await onDisk({ provider, what: 'the pictures' }, async (home) => {
      const first = await home.pack(home.fill);
      expect(first.code, first.stderr).toBe(0);
      expect(first.stderr).not.toMatch(/\n\s+at /);
      await expectComplete(home);
    });
  });

  it('a disk of the pictures without inodes loses nothing, and resume completes', async () => {
    await onDisk({ provider, what: 'the pictures' }, async (home) => {
      // tmpfs takes one for a second name, too; others would not.
      expect((await home.pack(home.leaveNoInodes)).stderr).not.toMatch(/\n\s+at /);
      await home.remount('nr_inodes=0');
      const second = await home.resume();
      expect(second.code, second.stderr).toBe(0);
      // What is downloaded is annotated in a second file: where that can't be made the picture stays as it came.
      await expectComplete(home, true);
    });
  });

  it('a disk of everything that is full loses nothing, and resume completes what is left', async () => {
    await onDisk({ provider, what: 'everything' }, async (home) => {
      const first = await home.pack(home.fill);
      // The ledger may have found space in what the pictures gave back.
      expect([0, 3, 6], first.stderr).toContain(first.code);
      if (first.code !== 0) expectOneSentence(first, /SQLITE_FULL|MiB free for/);
      const last = eventsOf(first.stdout).at(-1);
      expect(last).toMatchObject({ event: 'pack_completed', job_id: '1', image_count: 4 });
      await home.remount(ROOMY);
      const second = await home.resume();
      expect(second.code, second.stderr).toBe(0);
      await expectComplete(home);
    });
  });

  it('a disk of the pictures that can no longer be written loses nothing, exit 6, and resume completes', async () => {
    await onDisk({ provider, what: 'the pictures' }, async (home) => {
      const first = await home.pack(home.forbidWriting);
      expect(first.code, first.stderr).toBe(6);
      expectOneSentence(first, /EROFS/);
      expect(first.stderr).toMatch(/the disk: 0 of 4 pictures[^]* resume 1/);
      await home.allowWriting();
      const second = await home.resume();
      expect(second.code, second.stderr).toBe(0);
      await expectComplete(home);
    });
  });
});

describe.runIf(allowed)('before anything is paid', () => {
  const provider = 'openai';

  it.each(['the pictures', 'everything'] as const)(
    'a disk of %s that has too little space stops the run, exit 6, and the next one completes it',
    async (what) => {
      await onDisk({ provider, what }, async (home) => {
        await home.remount('size=32m');
        const first = await home.pack();
        expect(first.code, first.stderr).toBe(6);
        expect(home.charges()).toBe(0);
        expectOneSentence(first, /3[12] MiB free for .*, \d+ MiB needed/);
        await home.remount(ROOMY);
        const second = await home.resume();
        expect(second.code, second.stderr).toBe(0);
        await expectComplete(home);
      });
    },
  );

  it('a disk of the pictures without inodes is refused, exit 2', async () => {
    await onDisk({ provider, what: 'the pictures' }, async (home) => {
      await home.leaveNoInodes();
      const first = await home.pack();
      expect(first.code, first.stderr).toBe(2);
      expect(home.charges()).toBe(0);
      expectOneSentence(first, /the folder of the pictures can't be written: .*ENOSPC/);
    });
  });

  it.each([
    { what: 'the pictures', why: /the folder of the pictures can't be written: .*EROFS/ },
    { what: 'everything', why: /the folder of the pictures can't be written: .*EROFS/ },
  ] as const)('a disk of $what that is read-only is refused, exit 2', async ({ what, why }) => {
    await onDisk({ provider, what }, async (home) => {
      await home.forbidWriting();
      const first = await home.pack();
      expect(first.code, first.stderr).toBe(2);
      expect(home.charges()).toBe(0);
      expectOneSentence(first, why);
      await home.allowWriting();
      const second = await home.pack();
      expect(second.code, second.stderr).toBe(0);
      await expectComplete(home);
    });
  });
});

it.runIf(!allowed)('the kernel here lets nobody mount: what a full or read-only disk does is not shown', () => {
  expect(way).toEqual({ refusal: expect.stringMatching(/not permitted|denied|ENOENT/i) });
});
