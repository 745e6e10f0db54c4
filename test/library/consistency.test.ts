/** Packs whose faces are compared while they are made: scores, other takes, caps, exit. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ImgGen, UserError, type RunEvent } from '../../src/index.ts';
import { ask } from '../support/cli/imggen.ts';
import { People } from '../support/people-provider.ts';

const ANA = fileURLToPath(new URL('../fixtures/faces/ana/01.jpg', import.meta.url));
let folder = '';
const opened: ImgGen[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'imggen-consistency-'));
});

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  rmSync(folder, { recursive: true });
});

/** A project of Ana, whose reference is her first picture, with a provider that answers with these pictures. */
async function project(people: People, faces: object, more: object = {}): Promise<ImgGen> {
  const character = { name: 'Ana', seed: 7, references: [ANA] };
  const config = { character, provider: 'people', size: '400x400', concurrency: 1, thumbnails: false, faces, ...more };
  const imggen = await ImgGen.open({ config, cwd: folder, env: {}, providers: people.registry });
  opened.push(imggen);
  return imggen;
}

function scored(events: readonly RunEvent[]): [string, number][] {
  return events.flatMap((event) =>
    event.event === 'image_scored' ? [[event.shot ?? '', event.score] as [string, number]] : [],
  );
}

describe('a pack with a gate', () => {
  it('makes a stranger again, keeps the better one, and records everything', async () => {
    const people = new People(['ana/06', 'kofi/01', 'ana/02']);
    const imggen = await project(people, { minConsistency: 0.85 });
    const events: RunEvent[] = [];
    const run = imggen.pack({ count: 2, onEvent: (event) => events.push(event) });
    const { status, jobs } = await run.result;
    expect(status).toBe('done');
    expect(people.asked.map(({ shot }) => shot)).toEqual(['gallery-0001', 'gallery-0002', 'gallery-0002-take-2']);
    expect(new Set(people.asked.map(({ seed }) => seed)).size).toBeGreaterThan(1);
    expect(jobs[0]).toMatchObject({ imageCount: 2, completed: 2, costUsd: 0.3, isInconsistent: false });
    expect(jobs[0]?.consistency).toBeGreaterThan(0.85);
    const scores = scored(events);
    expect(scores.map(([shot]) => shot)).toEqual(['gallery-0001', 'gallery-0002', 'gallery-0002-take-2']);
    expect(scores[1]?.[1]).toBeLessThan(0.5);
    expect(events.at(-1)).toMatchObject({ event: 'pack_completed', image_count: 2, completed: 2 });
    expect(events.at(-1)).toHaveProperty('consistency', jobs[0]?.consistency);
    const { images } = await imggen.gallery('ana');
    expect(images.toReversed().map(({ superseded, likeness }) => [superseded, (likeness ?? 0) > 0.85])).toEqual([
      [false, true],
      [true, false],
      [false, true],
    ]);
    const shown = await imggen.show('ana_image_00002');
    expect(shown.supersededBy).toBe('ana_image_00003.jpg');
    expect(shown.scores[0]).toMatchObject({ against: 'references', facesFound: 1, why: null });
    expect(shown.scores[0]?.distances['01.jpg']).toBeGreaterThan(0.6);
    const [model] = (await imggen.stats()).models;
    expect(model).toMatchObject({ scored: 3 });
    // An embedding is biometric data: it is kept only where that was asked for.
    expect(ask(folder, 'SELECT 1 FROM scores WHERE embedding IS NOT NULL')).toEqual([]);
  });

  it('that stays below after its takes does not pass, keeps the better picture, and may be let pass', async () => {
    const people = new People(['kenji/01', 'kofi/01']);
    const imggen = await project(people, { minConsistency: 0.85, keep: true });
    const { status, jobs } = await imggen.pack({ count: 1 }).result;
    expect(status).toBe('some-failed');
    expect(people.asked).toHaveLength(2);
    expect(jobs[0]).toMatchObject({ completed: 1, isInconsistent: true });
    const [take, first] = (await imggen.gallery('ana')).images;
    const better = (first?.likeness ?? 0) >= (take?.likeness ?? 0) ? first : take;
    expect([first, take].filter((image) => image?.superseded === false)).toEqual([better]);
    expect(ask(folder, 'SELECT 1 FROM scores WHERE embedding IS NOT NULL')).toHaveLength(2);
    const settings = { allowInconsistent: true, rerolls: 0 };
    const passed = await imggen.pack({ count: 1, fresh: true, settings }).result;
    expect(passed.status).toBe('done');
  });

  it('never buys a take that was not agreed to: its worst case counts, and its cap holds', async () => {
    const people = new People(['kofi/01']);
    const faces = { minConsistency: 0.85, rerolls: 3 };
    const imggen = await project(people, faces, { budget: { perRunUsd: 0.2 } });
    const plan = await imggen.planPack({ count: 1 });
    expect(plan.worstCaseUsd).toBeCloseTo(0.4);
    const said = '1 picture, and up to 3 other takes where the face is not the same, may cost up to $0.40 in all';
    expect(plan.notices.map(({ message }) => message)).toContain(said);
    const refused = await imggen.pack({ count: 1 }).result.catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(UserError);
    expect(String(refused)).toContain('up to 3 other takes where the face is not the same');
    expect(people.asked).toEqual([]);
    const { status, jobs } = await imggen.pack({ count: 1, confirm: () => true }).result;
    expect(status).toBe('budget');
    expect(people.asked).toHaveLength(2);
    expect(jobs[0]?.costUsd).toBeCloseTo(0.2);
    // What was asked for is there; what waits is another take of it.
    expect(jobs[0]).toMatchObject({ completed: 1, remaining: 1, takesLeft: 1 });
  });
});

describe('a run that is stopped between a stranger and its other take', () => {
  it('leaves the take to the next, which makes it once', async () => {
    const people = new People(['kofi/01', 'ana/06']);
    const imggen = await project(people, { minConsistency: 0.85 });
    const run = imggen.pack({ count: 1, onEvent: ({ event }) => void (event === 'image_scored' && run.stop()) });
    expect((await run.result).status).toBe('interrupted');
    expect(people.asked).toHaveLength(1);
    const { status, jobs } = await imggen.resume().result;
    expect({ status, completed: jobs[0]?.completed, costUsd: jobs[0]?.costUsd }).toEqual({
      status: 'done',
      completed: 1,
      costUsd: 0.2,
    });
    expect(people.asked.map(({ shot }) => shot)).toEqual(['gallery-0001', 'gallery-0001-take-2']);
    expect((await imggen.gallery('ana')).images.map(({ superseded }) => superseded)).toEqual([false, true]);
    expect((await imggen.resume().result).jobs).toEqual([]);
  });
});

describe('a pack without anything to compare with', () => {
  it('is judged by itself: a stranger is found and made again, the others are not', async () => {
    const people = new People(['maya/01', 'maya/06', 'kofi/01', 'maya/05']);
    const imggen = await project(people, { minConsistency: 0.85 }, { character: { name: 'Ana', seed: 7 } });
    const { status, jobs } = await imggen.pack({ count: 3 }).result;
    expect(people.asked.map(({ shot }) => shot).at(-1)).toBe('gallery-0003-take-2');
    expect(people.asked).toHaveLength(4);
    expect({ status, completed: jobs[0]?.completed }).toEqual({ status: 'done', completed: 3 });
    expect(jobs[0]?.consistency).toBeGreaterThan(0.85);
  });
});

describe('comparing faces', () => {
  it('is left out where that was asked for; a person has it done later', async () => {
    const people = new People(['ana/06', 'ana/06']);
    const imggen = await project(people, { score: false });
    await imggen.pack({ count: 2 }).result;
    expect(ask(folder, 'SELECT 1 FROM scores')).toEqual([]);
    const report = await imggen.score({ what: ['ana'] });
    expect(report).toMatchObject({ characterId: 'ana', against: 'references', notFound: [] });
    expect(report.nearDuplicates).toEqual([['ana_image_00001.jpg', 'ana_image_00002.jpg']]);
    expect(ask(folder, 'SELECT 1 FROM scores WHERE score > 0.85')).toHaveLength(2);
  });

  it('takes no time where there is no face to compare with, unless it is asked for', async () => {
    const nobody = { character: { name: 'Ana', seed: 7 } };
    const people = new People(['maya/01', 'maya/06', 'maya/05', 'maya/02']);
    await (await project(people, {}, nobody)).pack({ count: 2 }).result;
    expect(ask(folder, 'SELECT 1 FROM scores')).toEqual([]);
    await (await project(people, { score: true }, nobody)).pack({ count: 2, fresh: true }).result;
    expect(ask(folder, 'SELECT 1 FROM scores WHERE score > 0.85')).toHaveLength(2);
  });
});
