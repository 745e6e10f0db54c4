/** What plans say before anything is paid: what there is already, what it costs, and which job a key names. */
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/index.ts';
import { makePicture } from '../emulators/picture.ts';
import { replicateProject } from '../support/replicate-project.ts';

const messages = (heard: readonly RunEvent[]) =>
  heard.flatMap((event) => (event.event === 'notice' ? [event.message] : [])).join('\n');

describe('a plan of create-character', () => {
  it('names a worst case that is enough as a budget', async () => {
    const { imggen } = await replicateProject({ size: '1024x1024' });
    const { worstCaseUsd } = await imggen.planCharacter();
    expect(worstCaseUsd).toBeCloseTo(0.03 + 10 * 0.045, 6);
    const run = imggen.createCharacter({ settings: { budgetUsd: worstCaseUsd ?? 0 } });
    expect(await run.result).toMatchObject({ status: 'done', jobs: [{ completed: 11 }] });
  }, 30_000);

  it('has only what is missing, and says what there is', async () => {
    const { imggen, inputs } = await replicateProject({ size: '1024x1024' });
    expect(await imggen.createCharacter({ trainingCount: 2 }).result).toMatchObject({ status: 'done' });
    const complete = await imggen.planCharacter({ trainingCount: 2 });
    expect(complete).toMatchObject({ shots: [], worstCaseUsd: 0 });
    expect(complete.notices[0]?.message).toMatch(/mira is complete: 3 of 3 pictures/);
    const more = await imggen.planCharacter({ trainingCount: 3 });
    expect(more.shots.map(({ shot }) => shot)).toEqual(['training-01', 'training-02', 'training-03']);
    expect(inputs()).toHaveLength(3);
  });
});

describe('create-character with another provider', () => {
  it('says what there is and asks before it pays; whoever says no has no second set', async () => {
    const { imggen, inputs } = await replicateProject({ size: '1024x1024' });
    await imggen.createCharacter({ trainingCount: 2, settings: { provider: 'local' } }).result;
    const plan = await imggen.planCharacter({ trainingCount: 2 });
    expect(plan.shots).toHaveLength(3);
    expect(plan.notices[0]?.message).toMatch(/3 pictures made with local[^]*making 3 with replicate/);
    const asked: string[] = [];
    const run = (yes: boolean) =>
      imggen.createCharacter({ trainingCount: 2, confirm: (question) => (asked.push(question), yes) }).result;
    await expect(run(false)).rejects.toMatchObject({ kind: 'declined' });
    expect(inputs()).toHaveLength(0);
    expect(asked).toEqual([expect.stringMatching(/3 pictures made with local[^]*up to \$0\.12/)]);
    expect(await run(true)).toMatchObject({ status: 'done' });
    expect(inputs()).toHaveLength(3);
  });
});

describe('a key', () => {
  it('names the same job to the plan when a scene has a picture that is no file yet', async () => {
    const { imggen } = await replicateProject({ size: '1024x1024' });
    const picture = `data:image/png;base64,${makePicture(16, 16, 'mug').toString('base64')}`;
    const same = {
      scenes: [{ prompt: 'on a balcony', references: [{ picture, role: 'product' as const }] }],
      key: 'trip',
    };
    expect(await imggen.pack(same).result).toMatchObject({ status: 'done' });
    expect(await imggen.planPack(same)).toMatchObject({
      shots: [],
      notices: [{ message: expect.stringMatching(/job 1/) }],
    });
  });

  it('names one job: what differs is listed, by the plan too, and nothing is made', async () => {
    const { imggen, inputs } = await replicateProject({ size: '1024x1024' });
    const scenes = ['on a balcony'];
    expect(await imggen.pack({ scenes, key: 'trip' }).result).toMatchObject({ status: 'done' });
    expect(await imggen.pack({ scenes, key: 'trip' }).result).toMatchObject({ status: 'done' });
    const other = { scenes: ['at sea'], count: 2, key: 'trip' };
    const problems = ['pictures: 1, now 2', 'scenes: others'];
    await expect(imggen.pack(other).result).rejects.toMatchObject({ kind: 'usage', problems });
    await expect(imggen.planPack(other)).rejects.toMatchObject({ kind: 'usage', problems });
    const settings = { size: '512x512', provider: 'local' };
    await expect(imggen.pack({ scenes, key: 'trip', settings }).result).rejects.toMatchObject({
      message: expect.stringContaining('"trip" names job 1 already'),
      problems: [
        'provider: replicate, now local',
        expect.stringMatching(/^model: black-forest-labs\/flux-2-pro, now /),
        'size: 1024x1024, now 512x512',
      ],
    });
    await imggen.createCharacter({ trainingCount: 1, key: 'set' }).result;
    const again = imggen.createCharacter({ trainingCount: 1, key: 'set', settings: { size: '512x512' } });
    await expect(again.result).rejects.toMatchObject({ problems: ['size: 1024x1024, now 512x512'] });
    expect(inputs()).toHaveLength(3);
  });
});

it('a finished pack that is repeated says that it is a new job, in the plan and in the run', async () => {
  const { imggen } = await replicateProject({ size: '1024x1024' });
  await imggen.pack({ count: 1 }).result;
  const said = /job 1[^]*complete[^]*new job/;
  expect((await imggen.planPack({ count: 1 })).notices[0]?.message).toMatch(said);
  const heard: RunEvent[] = [];
  await imggen.pack({ count: 1, onEvent: (event) => heard.push(event) }).result;
  expect(messages(heard)).toMatch(said);
  expect((await imggen.planPack({ count: 2 })).notices).toEqual([]);
});

describe('the seed of a scene', () => {
  it('is the locked one, however many gallery pictures there are', async () => {
    const { imggen } = await replicateProject({ provider: 'local', size: '64x64' });
    await imggen.pack({ count: 16 }).result;
    const plan = await imggen.planPack({ scenes: ['in a library'] });
    expect(plan.shots.map(({ seed }) => seed)).toEqual([7]);
    expect(plan.warnings).toEqual([]);
  });

  it('is another one only where the same prompt was asked for with it, and the plan says so', async () => {
    const { imggen } = await replicateProject({ provider: 'local', size: '64x64' });
    const scenes = [{ prompt: 'in a library', framing: 'waist up', angle: 'front' }] as const;
    await imggen.pack({ scenes }).result;
    const again = await imggen.planPack({ scenes, count: 2 });
    const seeds = again.shots.map(({ seed }) => seed);
    expect(new Set([7, ...seeds]).size).toBe(3);
    expect(again.warnings[0]?.message).toMatch(/2 of these pictures[^]*another seed than 7/);
    await imggen.pack({ scenes, count: 2 }).result;
    const { images } = await imggen.gallery('mira');
    expect(images.map(({ seed }) => seed).toSorted()).toEqual([7, ...seeds].toSorted());
  });
});

it('a plan has no negative prompt where the model takes none', async () => {
  const { imggen } = await replicateProject({
    size: '1024x1024',
    character: { negativePrompt: 'extra fingers' },
  });
  expect((await imggen.planPack({ count: 1 })).shots[0]?.negativePrompt).toBeNull();
});
