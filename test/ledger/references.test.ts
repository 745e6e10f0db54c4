/** The pictures that go along with an attempt are kept with it. */
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Ledger } from '../../src/ledger/ledger.ts';
import { absolutePath, keptPath } from '../../src/ledger/paths.ts';
import type { Reference } from '../../src/shot.ts';
import { galleryShots, makeJob, newFolder, removeFolder } from '../support/jobs.ts';
import { openLedgers } from '../support/ledgers.ts';

const face = (path: string): Reference => ({ path, mime: 'image/png', sha256: 'f'.repeat(64), sizeBytes: 9 });

it('an attempt is read with its references, in their order and with their roles', () => {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(1) });
  const references: Reference[] = [
    face(join(ledgers.folder, 'face.png')),
    { ...face('/elsewhere/chair.webp'), mime: 'image/webp', role: 'product' },
  ];
  const request = { width: 16, height: 16, quality: 'high', references };
  const { attempt } = ledgers.claimed(ledger, [job.id], { route: { request } });
  const kept = { ...request, references: [{ ...references[0], role: 'face' }, references[1]] };
  expect(attempt.request).toEqual(kept);
  expect(ledger.attempts.find(attempt.id)?.request).toEqual(kept);
  expect(ledgers.count(`SELECT COUNT(*) FROM attempts WHERE request LIKE '%references%'`)).toBe(0);
});

it('moves with its project', () => {
  const folder = newFolder('references');
  const [before, after] = [join(folder, 'before'), join(folder, 'after')];
  const open = (project: string) => new Ledger({ file: join(project, '.imggen', 'ledger.db'), now: Date.now });
  let ledger = open(before);
  const job = makeJob(ledger, join(before, 'images'), { shots: galleryShots(1) });
  const candidate = ledger.claims.candidate([job.id]);
  if (candidate.kind !== 'candidate') throw new Error('nothing to claim');
  const references = [face(join(before, 'images', 'mira', 'mira_image_00001.png')), face(join(folder, 'far.png'))];
  const route = {
    ...openLedgers().route(),
    request: { width: 16, height: 16, references },
  };
  const claimed = ledger.claims.claim(candidate, [route]);
  const id = claimed.kind === 'claimed' ? claimed.attempt.id : 0;
  ledger.close();
  renameSync(before, after);
  ledger = open(after);
  expect(ledger.attempts.find(id)?.request.references.map(({ path }) => path)).toEqual([
    join(after, 'images', 'mira', 'mira_image_00001.png'),
    join(folder, 'far.png'),
  ]);
  ledger.close();
  removeFolder(folder);
});

it.each([
  ['/project/.imggen', '/project/faces/a.png', '../faces/a.png'],
  ['/project/.imggen', '/project/.imggen/a.png', 'a.png'],
  ['/project/.imggen', '/projects/a.png', '/projects/a.png'],
  ['/project/.imggen', '/a.png', '/a.png'],
  ['/project/.imggen', '/project/..a/a.png', '../..a/a.png'],
  [undefined, '/project/a.png', '/project/a.png'],
])('in %s, %s is kept as %s', (folder, path, kept) => {
  expect(keptPath(folder, path)).toBe(kept);
  expect(absolutePath(folder, kept)).toBe(path);
});
