/** A picture that has to be fetched, or made, once more. */
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { ProviderError } from '../../src/errors.ts';
import { stageBytes } from '../../src/images/part-file.ts';
import { makePicture } from '../emulators/picture.ts';
import { galleryShots } from '../support/jobs.ts';
import { openRig, picture, provider } from '../support/runner-rig.ts';

const expired = new ProviderError('403', { failure: 'unusable', expired: true });

it('is taken from the answer when its address is refused and the service now sends it whole', async () => {
  const rig = openRig();
  const job = rig.job({ shots: galleryShots(1) });
  let asked = 0;
  const service = provider({
    submit: async () => ({ state: 'accepted', remoteId: 'r1' }),
    collect: async () => {
      asked += 1;
      return asked === 1 ? { state: 'generated', image: { kind: 'url', url: 'u' } } : picture('whole');
    },
  });
  await rig.run(job, [service], { context: { download: () => Promise.reject(expired) } });
  expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ done: 1 });
});

it('is waited for at an address that is late, as long as the service names that one', async () => {
  const rig = openRig();
  const job = rig.job({ shots: galleryShots(1) });
  let tries = 0;
  const service = provider({
    submit: async () => ({ state: 'accepted', remoteId: 'r1' }),
    collect: async () => ({ state: 'generated', image: { kind: 'url', url: 'u' } }),
  });
  const startMs = rig.clock.elapsed();
  await rig.run(job, [service], {
    context: {
      download: async (url, part) => {
        tries += 1;
        if (rig.clock.elapsed() - startMs < 2_000) throw expired;
        await stageBytes(part, makePicture(16, 16, url));
        return { sizeBytes: 1 };
      },
    },
  });
  expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ done: 1 });
  expect(tries).toBeGreaterThan(2);
});

it('is described by its own facts when an earlier one was lost after it had got the name', async () => {
  const rig = openRig();
  const job = rig.job({ shots: galleryShots(1) });
  const service = (key: string) => provider({ submit: async () => picture(key) });
  const lose = async () => {
    for (const { path } of rig.ledger.images.gallery({ characterKey: job.characterKey }))
      if (path) rmSync(dirname(path), { recursive: true });
  };
  let broken = false;
  await rig
    .run(job, [service('first')], {
      context: {
        trace: (point) => {
          if (point !== 'generated' || broken) return;
          broken = true;
          throw new Error('the process ends here');
        },
      },
    })
    .catch(() => undefined);
  await lose();
  rmSync(rig.output, { recursive: true, force: true });
  await rig.run(job, [service('never')]);
  expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ failed: 1 });
  rig.ledger.jobs.requeue(job.id, ['failed']);
  await rig.run(job, [service('second')]);
  const [image] = rig.ledger.images.gallery({ characterKey: job.characterKey });
  const attempts = rig.ledger.attempts;
  expect(image?.attemptId).toBeDefined();
  expect(attempts.find(image?.attemptId ?? 0)).toMatchObject({ ordinal: 2 });
  expect(image?.number).toBe(1);
});
