/** Pictures that refer to the avatar are not bought without it: the avatar in doubt, refused or failed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ImgGen, type RunEvent } from '../../src/index.ts';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import type { Fault } from '../emulators/faults.ts';
import { openai } from '../emulators/openai.ts';

let folder = '';
const running: Emulator[] = [];
const opened: ImgGen[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'imggen-face-'));
});

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
  rmSync(folder, { recursive: true });
});

const REFUSED = JSON.stringify({
  error: { message: 'no', type: 'image_generation_user_error', code: 'moderation_blocked' },
});
const refusal = (positions: number[]): Fault => ({
  on: 'submit',
  kind: 'status',
  status: 400,
  body: REFUSED,
  positions,
});

async function studio(faults: Fault[]) {
  const emulator = await startEmulator(openai({ apiKey: 'emulated-key' }), { faults });
  running.push(emulator);
  const imggen = await ImgGen.open({
    config: {
      character: { name: 'Mira', gender: 'woman', seed: 7 },
      provider: 'openai',
      quality: 'low',
      size: '1024x1024',
      thumbnails: false,
      attemptsMax: 1,
      staggerMs: 0,
    },
    cwd: folder,
    env: { IMGGEN_SCORE: 'false', OPENAI_API_KEY: 'emulated-key', OPENAI_BASE_URL: `${emulator.url}/v1` },
  });
  opened.push(imggen);
  const sent = () => emulator.requests.filter(({ operation }) => operation === 'submit').length;
  return { imggen, sent };
}

const messages = (heard: readonly RunEvent[]) =>
  heard.flatMap((event) => (event.event === 'notice' ? [event.message] : [])).join('\n');

describe('create-character whose avatar is held in doubt', () => {
  it('stops behind it, and the rest is made with the face once a person has had the avatar sent again', async () => {
    const { imggen, sent } = await studio([{ on: 'submit', kind: 'reset-after', positions: [1] }]);
    const result = await imggen.createCharacter({ trainingCount: 3 }).result;
    expect(sent()).toBe(1);
    expect(result).toMatchObject({
      status: 'unsettled',
      jobs: [{ held: 1, completed: 0, remaining: 3, waitingForAvatar: 3 }],
    });
    // OpenAI can't be asked: going on changes nothing, whoever agrees to whatever.
    expect(await imggen.resume({ confirm: () => true }).result).toMatchObject({ status: 'unsettled' });
    expect(sent()).toBe(1);
    expect(await imggen.retry({ unknown: true }).result).toMatchObject({ status: 'done', jobs: [{ completed: 4 }] });
    const { images } = await imggen.gallery('mira');
    for (const { filename, kind } of images) {
      const { attempts } = await imggen.show(filename);
      expect(attempts.at(-1)?.references, kind).toHaveLength(kind === 'avatar' ? 0 : 1);
    }
  });
});

describe('create-character whose avatar was refused', () => {
  it('buys no picture without the face, and asks before it does', async () => {
    const { imggen, sent } = await studio([refusal([1])]);
    const result = await imggen.createCharacter({ trainingCount: 3 }).result;
    expect(result).toMatchObject({ status: 'all-failed', jobs: [{ refused: 1, remaining: 3, waitingForAvatar: 3 }] });
    const heard: RunEvent[] = [];
    await imggen.resume({ onEvent: (event) => heard.push(event) }).result;
    await imggen.createCharacter({ trainingCount: 3 }).result;
    expect(sent()).toBe(1);
    expect(messages(heard)).toMatch(/mira[^\n]*refused[^\n]*3 pictures/);
    const asked: string[] = [];
    const agreed = imggen.resume({ confirm: (question) => asked.push(question) > 0 });
    expect(await agreed.result).toMatchObject({ status: 'some-failed', jobs: [{ completed: 3, waitingForAvatar: 0 }] });
    expect(asked).toEqual([expect.stringMatching(/3 pictures[^]*without the face/)]);
    expect(sent()).toBe(4);
  });

  it('makes the rest with the face when the avatar is tried again', async () => {
    const { imggen, sent } = await studio([refusal([1])]);
    await imggen.createCharacter({ trainingCount: 2 }).result;
    expect(await imggen.retry().result).toMatchObject({ status: 'done', jobs: [{ completed: 3 }] });
    expect(sent()).toBe(4);
  });

  it('makes the rest with another face that was made meanwhile', async () => {
    const { imggen, sent } = await studio([refusal([1])]);
    await imggen.createCharacter({ trainingCount: 2 }).result;
    expect(await imggen.avatar().result).toMatchObject({ status: 'done' });
    expect(await imggen.resume().result).toMatchObject({ jobs: [{ completed: 2, waitingForAvatar: 0 }] });
    expect(sent()).toBe(4);
    const { images } = await imggen.gallery('mira', { kind: 'training' });
    for (const { filename } of images) {
      const { attempts } = await imggen.show(filename);
      expect(attempts.at(-1)?.references).toHaveLength(1);
    }
  });

  it('keeps the avatar first when the job was canceled and is taken up again', async () => {
    const { imggen } = await studio([refusal([1])]);
    await imggen.createCharacter({ trainingCount: 2 }).result;
    await imggen.cancel('1');
    expect(await imggen.retry({ job: '1' }).result).toMatchObject({ status: 'done', jobs: [{ completed: 3 }] });
    const { images } = await imggen.gallery('mira', { kind: 'training' });
    for (const { filename } of images) {
      const { attempts } = await imggen.show(filename);
      expect(attempts.at(-1)?.references).toHaveLength(1);
    }
  });
});

it('a canceled job of which only doubt is left leads to the one command that helps', async () => {
  const { imggen } = await studio([{ on: 'submit', kind: 'reset-after', positions: [1] }]);
  expect(await imggen.pack({ count: 1 }).result).toMatchObject({ status: 'unsettled' });
  await imggen.cancel('1');
  const advice = { code: 'retry-unknown', jobId: '1' };
  await expect(imggen.resume({ job: '1' }).result).rejects.toMatchObject({ advice });
});

it('a pack without an avatar says once that the face is missing', async () => {
  const { imggen } = await studio([]);
  const heard: RunEvent[] = [];
  await imggen.pack({ count: 2, onEvent: (event) => heard.push(event) }).result;
  expect(messages(heard).match(/seed alone/g)).toHaveLength(1);
});
