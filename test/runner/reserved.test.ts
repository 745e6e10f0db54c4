/** An answer that was written whole and not yet named when its process was killed. */
import { existsSync, mkdirSync, rmdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makePicture } from '../emulators/picture.ts';
import { galleryShots } from '../support/jobs.ts';
import { failure, openRig, provider } from '../support/runner-rig.ts';

/** A request went out, its answer came, and its process was killed before anybody was told; `leave` puts it there. */
async function afterKill(leave: (file: string, bytes: Buffer) => void) {
  const rig = openRig();
  const sent: string[] = [];
  const service = provider({
    submit: ({ prompt }) => {
      sent.push(prompt);
      return Promise.reject(failure('unknown'));
    },
  });
  const job = rig.job({ shots: galleryShots(1) });
  await rig.run(job, [service]);
  const file = join(rig.output, 'mira', '.parts', 'key-1.part.reserved');
  leave(file, makePicture(16, 16, 'paid'));
  const run = async () => {
    await rig.run(job, [service]);
    return { ...rig.ledger.jobs.counts(job.id), sent: sent.length };
  };
  return { rig, file, run };
}

it.each([
  ['a whole picture is kept, and not called in doubt', 1, { done: 1, held: 0 }],
  ['half a picture stays in doubt, and its file goes', 0.5, { done: 0, held: 1 }],
])('%s', async (_, share, counts) => {
  const { file, run } = await afterKill((path, bytes) =>
    writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * share))),
  );
  expect(await run()).toMatchObject({ ...counts, sent: 1 });
  expect(existsSync(file)).toBe(false);
});

it('a whole picture that can not be kept now stays where it is, and is kept when that is possible', async () => {
  const { file, run } = await afterKill((path, bytes) => {
    writeFileSync(path, bytes);
    mkdirSync(path.replace('.reserved', ''));
  });
  expect(await run()).toMatchObject({ done: 0, sent: 1 });
  expect(existsSync(file)).toBe(true);
  rmdirSync(file.replace('.reserved', ''));
  expect(await run()).toMatchObject({ done: 1, sent: 1 });
});

it('a link to a picture is no answer: its target stays, and the request stays in doubt', async () => {
  const { rig, file, run } = await afterKill((path, bytes) => {
    writeFileSync(`${path}.mine`, bytes);
    symlinkSync(`${path}.mine`, path);
  });
  expect(await run()).toMatchObject({ held: 1, sent: 1 });
  expect(await run()).toMatchObject({ held: 1, sent: 1 });
  expect(existsSync(`${file}.mine`)).toBe(true);
  expect(rig.told('image_stored')).toEqual([]);
});
