/** A run that ends between a picture and its comparison: what was paid is compared later, and no gate passes unread. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { ImgGen, type Run, type RunEvent } from '../../src/index.ts';
import { ask, newFolder } from '../support/cli/imggen.ts';
import { People, UNDECODABLE } from '../support/people-provider.ts';

const FACES = fileURLToPath(new URL('../fixtures/faces/', import.meta.url));

/** A project of Ana with a gate, whose provider answers with these pictures. */
async function project(answers: readonly string[]) {
  const people = new People(answers);
  const folder = newFolder();
  const character = { name: 'Ana', seed: 7, references: [`${FACES}ana/01.jpg`] };
  const faces = { minConsistency: 0.85 };
  const config = { character, provider: 'people', size: '400x400', concurrency: 1, thumbnails: false, faces };
  const imggen = await ImgGen.open({ config, cwd: folder, env: {}, providers: people.registry });
  onTestFinished(() => imggen.close());
  const scores = () => ask<{ score: number }>(folder, 'SELECT score FROM scores ORDER BY image_id');
  const counting = async () =>
    (await imggen.gallery('ana')).images.filter(({ superseded }) => !superseded).map(({ filename }) => filename);
  return { folder, people, imggen, scores, counting };
}

/** Stops a run as soon as that picture is on disk, and so before it is compared. */
function stopBehind(shot: string, start: (onEvent: (event: RunEvent) => void) => Run): Run {
  const run = start((event) => void (event.event === 'image_stored' && event.shot === shot && run.stop()));
  return run;
}

it('a pack whose pictures were not compared is no success: resuming it compares them, and buys nothing', async () => {
  const { people, imggen, scores } = await project(['kofi/01']);
  const run = stopBehind('gallery-0001', (onEvent) => imggen.pack({ count: 1, onEvent }));
  expect(await run.result).toMatchObject({ status: 'interrupted', jobs: [{ completed: 1, uncompared: 1 }] });
  expect(scores()).toEqual([]);
  const { status, jobs } = await imggen.resume().result;
  expect({ status, jobs }).toMatchObject({ status: 'some-failed', jobs: [{ uncompared: 0, isInconsistent: true }] });
  expect(people.asked).toHaveLength(1);
  expect((await imggen.resume().result).jobs).toEqual([]);
});

it('another take that was paid and not compared is compared by a resume, and counts if it is better', async () => {
  const { people, imggen, counting } = await project(['kofi/01', 'ana/06']);
  const run = stopBehind('gallery-0001-take-2', (onEvent) => imggen.pack({ count: 1, onEvent }));
  expect((await run.result).status).toBe('interrupted');
  expect(await counting()).toEqual(['ana_image_00001.jpg']);
  expect((await imggen.resume().result).status).toBe('done');
  expect(await counting()).toEqual(['ana_image_00002.jpg']);
  expect(people.asked).toHaveLength(2);
});

it('`score` compares such a take, too; a file that was changed is told, and its score is not kept', async () => {
  const { folder, imggen, counting, scores } = await project(['kofi/01', 'ana/06']);
  const run = stopBehind('gallery-0001-take-2', (onEvent) => imggen.pack({ count: 1, onEvent }));
  await run.result;
  const { images, score } = await imggen.score({ what: ['ana'] });
  expect(images.map(({ name }) => name)).toEqual(['ana_image_00002.jpg']);
  expect(score).toBeGreaterThan(0.85);
  expect(await counting()).toEqual(['ana_image_00002.jpg']);
  const before = scores();
  writeFileSync(join(folder, 'images', 'ana', 'ana_image_00002.jpg'), readFileSync(`${FACES}kofi/01.jpg`));
  const again = await imggen.score({ what: ['ana'] });
  expect(again).toMatchObject({ changed: ['ana_image_00002.jpg'], images: [{ name: 'ana_image_00002.jpg' }] });
  expect(again.score).toBeLessThan(0.5);
  expect(scores()).toEqual(before);
});

it('`score` keeps each reading as it is made: a process that ends has kept what it has read', async () => {
  const { folder, imggen, scores } = await project(['ana/06', 'ana/02']);
  await imggen.pack({ count: 2 }).result;
  const db = new Sqlite(join(folder, '.imggen', 'ledger.db'));
  db.exec('DELETE FROM scores');
  db.close();
  // The reference, and one of the two pictures.
  const onRead = (done: number) => {
    if (done === 2) throw new Error('the process ended');
  };
  await expect(imggen.score({ what: ['ana'], onRead })).rejects.toThrow('the process ended');
  expect(scores()).toHaveLength(1);
});

it('a picture that can not be decoded is told and made again as one without a face; nothing waits', async () => {
  const { people, imggen, scores } = await project(['ana/06', UNDECODABLE]);
  const told: string[] = [];
  const onEvent = (event: RunEvent) => void (event.event === 'notice' && told.push(event.message));
  const { status, jobs } = await imggen.pack({ count: 2, onEvent }).result;
  expect({ status, jobs }).toMatchObject({ status: 'done', jobs: [{ completed: 2, uncompared: 0 }] });
  expect(told.filter((message) => /can't be decoded \(.+\): .* without a face/.test(message))).toHaveLength(
    people.asked.length - 1,
  );
  expect(people.asked.map(({ shot }) => shot)).toContain('gallery-0002-take-2');
  expect(scores().map(({ score }) => score)).toContain(null);
  expect((await imggen.resume().result).jobs).toEqual([]);
});
