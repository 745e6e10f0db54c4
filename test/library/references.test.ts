/** Approved training pictures go along with gallery pictures: what the emulated Replicate sees, and what is kept. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bytesOf, replicateProject, type ReplicateProject } from '../support/replicate-project.ts';

/** File names of the pictures that went along with a request. */
async function sentIn({ imggen }: ReplicateProject, input: Record<string, unknown> | undefined): Promise<string[]> {
  const { images } = await imggen.gallery('mira');
  const names = new Map(images.map(({ sha256, filename }) => [sha256, filename]));
  const uris = (input?.['input_images'] ?? []) as unknown[];
  return uris.map((uri) => names.get(createHash('sha256').update(bytesOf(uri)).digest('hex')) ?? 'another file');
}

async function withTraining(own: object = {}): Promise<ReplicateProject> {
  const project = await replicateProject({ providers: { replicate: own } });
  expect(await project.imggen.createCharacter().result).toMatchObject({ status: 'done' });
  return project;
}

/** Training pictures of a character by their side, oldest first. */
async function trainingOf({ imggen }: ReplicateProject) {
  const { images } = await imggen.gallery('mira', { kind: 'training' });
  return images.toReversed().map(({ filename, prompt }) => ({ filename, prompt }));
}

describe('with a gallery picture', () => {
  it('go the avatar and the approved training pictures, best views first, up to what the model takes', async () => {
    const project = await withTraining();
    const { imggen, inputs } = project;
    const training = await trainingOf(project);
    await imggen.mark(
      training.map(({ filename }) => filename),
      { review: 'approved' },
    );
    const plan = await imggen.planPack({ count: 1 });
    expect(plan.shots[0]?.references).toHaveLength(7);
    await imggen.pack({ count: 1 }).result;
    const sent = await sentIn(project, inputs().at(-1));
    expect(sent).toHaveLength(8);
    expect(sent[0]).toBe('mira_image_00001.png');
    expect(new Set(sent).size).toBe(8);
    const promptOf = new Map(training.map(({ filename, prompt }) => [filename, prompt]));
    const sides = sent
      .slice(1)
      .map((name) => /profile|three-quarter|front|above|below/.exec(promptOf.get(name) ?? '')?.[0]);
    expect(sides.slice(0, 5)).toEqual(['front', 'three-quarter', 'three-quarter', 'profile', 'profile']);
    expect(plan.shots[0]?.worstCaseUsd).toBeCloseTo(0.03 + 8 * 0.015, 6);
  }, 60_000);

  it('never go rejected ones, gallery pictures or replaced takes; the request keeps what it took', async () => {
    const project = await withTraining();
    const { imggen, inputs } = project;
    await imggen.mark(['mira/3', 'mira/4', 'mira/5'], { review: 'approved' });
    await imggen.mark(['mira/2'], { review: 'rejected' });
    await imggen.reroll({ images: ['mira/5'] }).result;
    const told: string[] = [];
    const onEvent = (event: { event: string; message?: string }) => void told.push(event.message ?? '');
    await imggen.pack({ count: 1, onEvent }).result;
    expect(told).toContain(
      '2 approved training pictures go along with the face: a picture costs up to $0.075, without them $0.045',
    );
    await imggen.mark(['mira/13'], { review: 'approved' });
    await imggen.pack({ count: 1, fresh: true }).result;
    const sent = await sentIn(project, inputs().at(-1));
    expect(sent.toSorted()).toEqual(['mira_image_00001.png', 'mira_image_00003.png', 'mira_image_00004.png']);
    const shown = await imggen.show('mira/14');
    const references = sent.map((filename) => ({ role: 'face', filename }));
    expect(shown.attempts).toMatchObject([{ references }]);
    expect((await imggen.gallery('mira', { limit: 1 })).images).toMatchObject([{ references }]);
  }, 60_000);

  it('a job goes on with the pictures it was planned with, but for those that were rejected since', async () => {
    const project = await withTraining();
    const { imggen, inputs, emulator } = project;
    await imggen.mark(['mira/3', 'mira/4'], { review: 'approved' });
    emulator.faults.push({ on: 'submit', kind: 'status', status: 402, body: '{}' });
    await imggen.pack({ count: 1 }).result;
    emulator.faults.pop();
    await imggen.mark(['mira/6'], { review: 'approved' });
    await imggen.mark(['mira/4'], { review: 'rejected' });
    await imggen.resume().result;
    expect(await sentIn(project, inputs().at(-1))).toEqual(['mira_image_00001.png', 'mira_image_00003.png']);
  }, 60_000);
});

it('a model that paints over one picture gets the avatar alone', async () => {
  const project = await withTraining({ model: 'black-forest-labs/flux-dev', reference: 'repaint' });
  await project.imggen.mark(['mira/3'], { review: 'approved' });
  await project.imggen.pack({ count: 1 }).result;
  const { images } = await project.imggen.gallery('mira', { limit: 1 });
  expect(images[0]?.references.map(({ filename }) => filename)).toEqual(['mira_image_00001.png']);
}, 60_000);

it('drawings that were approved go to no paid model', async () => {
  const project = await replicateProject();
  const { imggen } = project;
  await imggen.createCharacter({ settings: { provider: 'local' } }).result;
  await imggen.mark(['mira/2', 'mira/3'], { review: 'approved' });
  expect(await imggen.avatar({ count: 1 }).result).toMatchObject({ status: 'done' });
  await imggen.pack({ count: 1 }).result;
  const { images } = await imggen.gallery('mira', { limit: 1 });
  expect(images[0]?.references.map(({ filename }) => filename)).toEqual(['mira_image_00012.png']);
}, 60_000);
