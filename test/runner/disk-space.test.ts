/** A disk with too little space stops a run before it pays for more. */
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { galleryShots } from '../support/jobs.ts';
import { openRig, picture, provider } from '../support/runner-rig.ts';

const MIB = 1024 * 1024;

it.each([
  { disk: 'the pictures', free: 60 * MIB, says: /^60 MiB free for .*images, 64 MiB needed/ },
  { disk: 'the ledger', free: 15 * MIB, says: /^15 MiB free for the ledger in .*, 16 MiB needed/ },
])('sends nothing when there is no space for $disk', async ({ disk, free, says }) => {
  const rig = openRig();
  const job = rig.job({ shots: galleryShots(2) });
  const short = disk === 'the ledger' ? dirname(rig.output) : rig.output;
  let sent = 0;
  const service = provider({ submit: (request) => Promise.resolve(((sent += 1), picture(request.shot))) });
  const run = (bytes: number) =>
    rig.run(job, [service], { context: { freeBytes: (folder) => Promise.resolve(folder === short ? bytes : 1e12) } });
  expect((await run(free)).stop).toEqual({ reason: 'disk', message: expect.stringMatching(says) });
  expect([sent, rig.ledger.jobs.counts(job.id).queued]).toEqual([0, 2]);
  expect((await run(1e12)).stop).toBeUndefined();
  expect(sent).toBe(2);
});

it('stops between two shots when the disk fills up, and keeps what was made', async () => {
  const rig = openRig();
  const job = rig.job({ shots: galleryShots(4), settings: { concurrency: 1 } });
  let sent = 0;
  const service = provider({
    submit: async (request) => {
      sent += 1;
      await rig.clock.sleep(2_000);
      return picture(request.shot);
    },
  });
  const result = await rig.run(job, [service], {
    context: { freeBytes: () => Promise.resolve(sent < 2 ? 1e12 : MIB) },
  });
  expect(result.stop?.reason).toBe('disk');
  expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ done: 2, queued: 2 });
});
