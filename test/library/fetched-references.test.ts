/** References that were fetched for a run: what was not agreed to, or was stopped, leaves none of them behind. */
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makePicture } from '../emulators/picture.ts';
import { replicateProject } from '../support/replicate-project.ts';

const FACE = makePicture(320, 320, 'face');
const MUG = makePicture(300, 300, 'mug');
const data = (bytes: Buffer) => `data:image/png;base64,${bytes.toString('base64')}`;
/** A public address, so that no name is looked up. */
const AT = 'https://93.184.216.34/face.png';

/** A project whose one reference is what `answer` gives. */
function studio(answer: (init: RequestInit | undefined) => Response | Promise<Response>, config: object = {}) {
  const fetching: typeof fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    return url === AT ? answer(init) : fetch(input, init);
  };
  return replicateProject({ character: { references: [AT] }, ...config }, { options: { fetch: fetching } });
}

const picture = () => new Response(new Uint8Array(FACE));
const referencesIn = (folder: string) => join(folder, '.imggen', 'references');

it('a run that is refused at a cap leaves nothing, not even a folder', async () => {
  const { imggen, folder, inputs } = await studio(picture, { budget: { perRunUsd: 0.01 } });
  await expect(imggen.pack({ count: 2 }).result).rejects.toMatchObject({ kind: 'budget' });
  expect(readdirSync(folder)).toEqual([]);
  expect(inputs()).toEqual([]);
});

it('a run that is declined leaves those of other jobs, and no new one', async () => {
  const { imggen, folder } = await studio(picture, { budget: { perRunUsd: 0.1 } });
  await imggen.pack({ count: 1 }).result;
  const before = readdirSync(referencesIn(folder));
  expect(before).toHaveLength(1);
  const scenes = [{ prompt: 'with her mug', references: [{ picture: data(MUG), role: 'product' as const }] }];
  const declined = imggen.pack({ scenes, count: 9, confirm: () => false });
  await expect(declined.result).rejects.toMatchObject({ kind: 'declined' });
  expect(readdirSync(referencesIn(folder))).toEqual(before);
  await expect(imggen.pack({ count: 9 }).result).rejects.toMatchObject({ kind: 'budget' });
  expect(readdirSync(referencesIn(folder))).toEqual(before);
});

it('a run that is stopped while a reference is fetched ends at once, and leaves nothing', async () => {
  let isAsked = () => {};
  const asked = new Promise<void>((resolve) => (isAsked = resolve));
  const { imggen, folder, inputs } = await studio((init) => {
    isAsked();
    return new Promise((_, reject) =>
      init?.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError'))),
    );
  });
  const run = imggen.pack({ count: 1 });
  const ended = expect(run.result).rejects.toMatchObject({ kind: 'declined', message: /stopped.*nothing was sent/ });
  await asked;
  run.stop('SIGINT');
  await ended;
  expect(readdirSync(folder)).toEqual([]);
  expect(inputs()).toEqual([]);
});

it('clean lists what a killed run has fetched and no job refers to, once it is old', async () => {
  const { imggen, folder } = await studio(picture);
  await imggen.pack({ count: 1 }).result;
  const [kept = ''] = readdirSync(referencesIn(folder));
  const left = (name: string, hoursOld: number) => {
    const path = join(referencesIn(folder), name);
    mkdirSync(referencesIn(folder), { recursive: true });
    writeFileSync(path, MUG);
    const at = Date.now() / 1000 - hoursOld * 3600;
    utimesSync(path, at, at);
    return path;
  };
  utimesSync(join(referencesIn(folder), kept), 1, 1);
  const old = [left(`${'a'.repeat(64)}.png`, 2), left('0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f.part.reserved', 2)];
  left(`${'b'.repeat(64)}.png`, 0);
  left('notes.txt', 2);
  const { items } = await imggen.leftovers();
  const facts = { kind: 'unused reference', characterId: null, sizeBytes: MUG.length };
  expect(items).toMatchObject(old.toSorted().map((what) => ({ ...facts, what })));
  await imggen.clean(items);
  expect(readdirSync(referencesIn(folder)).toSorted()).toEqual([`${'b'.repeat(64)}.png`, kept, 'notes.txt'].toSorted());
  expect(existsSync(old[0] ?? '')).toBe(false);
});
