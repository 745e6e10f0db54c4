/** An answer that was written whole and not yet named when its process was killed. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makePicture } from '../emulators/picture.ts';
import { galleryShots } from '../support/jobs.ts';
import { failure, openRig, provider } from '../support/runner-rig.ts';

it.each([
  ['a whole picture is kept, and not called in doubt', 1, { done: 1, held: 0 }],
  ['half a picture stays in doubt, and its file goes', 0.5, { done: 0, held: 1 }],
])('%s', async (_, share, counts) => {
  const rig = openRig();
  let sent = 0;
  const service = provider({
    submit: () => {
      sent += 1;
      return Promise.reject(failure('unknown'));
    },
  });
  const job = rig.job({ shots: galleryShots(1) });
  await rig.run(job, [service]);
  const bytes = makePicture(16, 16, 'paid');
  const file = join(rig.output, 'mira', '.parts', 'key-1.part.reserved');
  writeFileSync(file, bytes.subarray(0, Math.floor(bytes.length * share)));
  await rig.run(job, [service]);
  expect([rig.ledger.jobs.counts(job.id), sent]).toMatchObject([counts, 1]);
  expect(existsSync(file)).toBe(false);
});
