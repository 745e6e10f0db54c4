/** The gate of a pack at the command line: what a terminal shows, and how it ends. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import { localai } from '../emulators/localai.ts';
import { atTerminal, HAS_TERMINAL } from '../support/cli/at-terminal.ts';
import { imggen, linesOf, newStudio } from '../support/cli/imggen.ts';

const FACES = fileURLToPath(new URL('../fixtures/faces/', import.meta.url));
const SCORED = { IMGGEN_SCORE: 'true' };
const running: Emulator[] = [];
afterEach(() => Promise.all(running.splice(0).map((emulator) => emulator.close())));

/** A studio of Ana, whose reference is her first picture, with a server that answers with these pictures. */
async function studioOf(answers: readonly (string | Buffer)[], faces: object = {}): Promise<string> {
  const pictures = answers.map((one) => (typeof one === 'string' ? readFileSync(`${FACES}${one}.jpg`) : one));
  const emulator = await startEmulator(localai({ answers: pictures }));
  running.push(emulator);
  const providers = { 'openai-compatible': { baseUrl: `${emulator.url}/v1`, takes: ['seed', 'ref_images'] } };
  const change = { provider: 'openai-compatible', providers, size: '512x512', concurrency: 1, faces };
  return newStudio({ ...change, thumbnails: false }, { name: 'Ana', references: [`${FACES}ana/01.jpg`] });
}

describe('a pack with --min-consistency', () => {
  it.skipIf(!HAS_TERMINAL)(
    'shows the likeness of each picture, and ends with 3 where the pack stays below',
    async () => {
      const folder = await studioOf(['ana/06', 'kofi/01']);
      const args = ['pack', '--count', '2', '--min-consistency', '0.85', '--rerolls', '0'];
      const { exitCode, stdout } = await atTerminal(folder, args, [], SCORED);
      expect(exitCode).toBe(3);
      expect(stdout).toMatch(/gallery-0001 +same face 0\.9\d/);
      expect(stdout).toMatch(/gallery-0002 +same face 0\.0\d/);
      expect(stdout).toMatch(/2 of 2 pictures.*same face 0\.\d\d/);
      expect(stdout).toContain('--allow-inconsistent');
      const gallery = await imggen(folder, ['gallery', 'ana']);
      expect(gallery.stdout).toMatch(/same face[^]*0\.0\d[^]*0\.9\d/);
      expect((await imggen(folder, ['show', 'ana/2'])).stdout).toMatch(/same face +0\.0\d against the references/);
      expect((await imggen(folder, ['stats'])).stdout).toContain('same face');
    },
  );

  it('says in plain lines that it compares faces, while the networks are loaded', async () => {
    const folder = await studioOf(['ana/06']);
    const { stdout } = await imggen(folder, ['pack', '--count', '1'], { env: SCORED });
    expect(stdout).toMatch(
      /gallery-0001 done [^]*comparing the face in 1 picture, on this machine\n[^]*same face 0\.9/,
    );
  });

  it('names pictures in which no face was found, instead of saying nothing of the comparison', async () => {
    // In the noise of the emulator's own pictures a face is found now and then.
    const flat = sharp({ create: { width: 512, height: 512, channels: 3, background: '#777' } });
    const folder = await studioOf([await flat.png().toBuffer()]);
    const { exitCode, stdout } = await imggen(folder, ['pack', '--count', '4'], { env: SCORED });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/comparing the faces in \d pictures, on this machine\n/);
    expect(stdout).toMatch(
      /no face was found in (ana_image_0000\d\.\w+(, )?){3} and 1 more: nothing was compared there\n/,
    );
  });

  it('tells programs of every face, of the near-duplicate, and of the pack', async () => {
    const folder = await studioOf(['ana/06', 'ana/06']);
    const { exitCode, stdout, stderr } = await imggen(folder, ['pack', '--count', '2', '--json'], { env: SCORED });
    const events = linesOf(stdout);
    const scored = events.filter(({ event }) => event === 'image_scored');
    expect(exitCode, stderr).toBe(0);
    expect(scored).toMatchObject([
      { shot: 'gallery-0001', character_id: 'ana', filename: 'ana_image_00001.jpg' },
      { shot: 'gallery-0002', looks_like: 'ana_image_00001.jpg' },
    ]);
    expect(events.at(-1)).toMatchObject({ event: 'pack_completed', lowest: 'ana_image_00001.jpg' });
    expect(events.at(-1)?.['consistency']).toBeGreaterThan(0.85);
  });

  it.each([
    ['--min-consistency', '2'],
    ['--rerolls', '11'],
  ])('%s %s: is refused, and nothing is sent', async (flag, value) => {
    const folder = await studioOf(['ana/06']);
    const { exitCode, stderr } = await imggen(folder, ['pack', '--count', '1', flag, value]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(flag);
    expect(running.at(-1)?.requests).toEqual([]);
  });
});
