/** Drawings that are taken away when the pictures they stand in for are there. */
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { placeholders } from '../../src/runner/after/placeholders.ts';
import { fillWithPlaceholders } from '../../src/runner/placeholders.ts';
import { contextOf, galleryShots, ready } from '../support/jobs.ts';
import { failure, openRig, picture, provider } from '../support/runner-rig.ts';

const service = provider({ submit: (request) => Promise.resolve(picture(request.shot)) });
const refusing = provider({ submit: () => Promise.reject(failure('refused')) });

it('one that can not be removed keeps no other and no picture: it is told, and removed by the next run', async () => {
  const rig = openRig();
  const { ledger } = rig;
  const job = rig.job({ shots: galleryShots(2), settings: { concurrency: 1 } });
  await rig.run(job, [refusing]);
  const { now, elapsed, sleep } = rig.clock;
  const download = () => Promise.reject(new Error('no'));
  const context = contextOf({ ledger, now, elapsed, sleep, download, newKey: () => 'drawn', provide: [] });
  const drawing = ready({ ...service, name: 'local' });
  await fillWithPlaceholders(context, [job], { drawing, signal: rig.abort.signal });
  const drawn = ledger.placeholders.ofCharacter(job.characterKey);
  expect(drawn.map(({ path }) => existsSync(path))).toEqual([true, true]);

  const forget = ledger.placeholders.forget.bind(ledger.placeholders);
  let isRefused = true;
  ledger.placeholders.forget = (shotId) => {
    if (isRefused && shotId === drawn[0]?.shotId)
      throw Object.assign(new Error('permission denied'), { code: 'EACCES' });
    forget(shotId);
  };
  ledger.jobs.requeue(job.id, ['refused']);
  const after = () => [placeholders({ ledger, jobIds: [job.id], trace: () => {} })];
  const result = await rig.run(job, [service], { after: after() });
  expect(ledger.jobs.counts(job.id).done).toBe(2);
  expect(result.stop).toEqual({ reason: 'disk', message: 'permission denied' });
  expect(rig.heard).toContainEqual(
    expect.objectContaining({ message: 'placeholder failed, the pictures are safe on disk: permission denied' }),
  );
  expect(ledger.placeholders.replaced(job.id).map(({ shotId }) => shotId)).toEqual([drawn[0]?.shotId]);

  isRefused = false;
  expect((await rig.run(job, [service], { after: after() })).stop).toBeUndefined();
  expect(ledger.placeholders.replaced(job.id)).toEqual([]);
  expect(drawn.map(({ path }) => existsSync(path))).toEqual([false, false]);
});
