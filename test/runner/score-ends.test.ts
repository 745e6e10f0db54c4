/** A ledger that fails as faces are compared. */
import { expect, it } from 'vitest';
import { scores } from '../../src/runner/after/score.ts';
import { makePicture } from '../emulators/picture.ts';
import { contextOf, galleryShots, optionsOf } from '../support/jobs.ts';
import { openRig, picture, provider } from '../support/runner-rig.ts';

it('what reads the faces is ended all the same', async () => {
  const rig = openRig();
  const job = rig.job({ shots: galleryShots(1), settings: { score: 'always' } });
  const { now, elapsed, sleep } = rig.clock;
  const quiet = { download: () => Promise.reject(new Error('no')), newKey: () => 'k' };
  let closed = 0;
  const embedder = {
    model: 'paper',
    read: () => Promise.resolve({ faces: [], facesFound: 0, hash: '0'.repeat(64), width: 128, height: 128 }),
    close: () => Promise.resolve(void (closed += 1)),
  };
  const after = scores({
    ...contextOf({ ledger: rig.ledger, now, elapsed, sleep, ...quiet, provide: [] }),
    ...optionsOf([job.id]),
    stores: new Map(),
    faces: { startEmbedder: () => Promise.resolve(embedder), takeSeed: (seed) => seed },
  });
  const bytes = makePicture(128, 128, 'face');
  const service = provider({ submit: async () => picture('face', { image: { kind: 'bytes', bytes } }) });
  const write = rig.ledger.scores.write.bind(rig.ledger.scores);
  rig.ledger.scores.write = (...row) => {
    write(...row);
    rig.ledger.queries.workersBeside = () => {
      throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' });
    };
  };
  await rig.run(job, [service], { after: after ? [after] : [] });
  expect(closed).toBe(1);
});
