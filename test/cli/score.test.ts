/** `imggen score`: the face of pictures in any folder, without a config or a ledger. */
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { whyWords } from '../../src/commands/score.ts';
import { imggen, newFolder } from '../support/cli/imggen.ts';

const FACES = fileURLToPath(new URL('../fixtures/faces/', import.meta.url));

/** A folder with pictures of people: `ana/01` becomes `album/ana-01.jpg`. */
function album(names: readonly string[]): string {
  const folder = newFolder();
  mkdirSync(join(folder, 'album'));
  for (const name of names) cpSync(join(FACES, `${name}.jpg`), join(folder, 'album', `${name.replace('/', '-')}.jpg`));
  return folder;
}

describe('imggen score', () => {
  it('tells who is a stranger in a folder, leaves nothing behind, and exits 3 below the gate', async () => {
    const folder = album(['ana/01', 'ana/06', 'kofi/01']);
    const { exitCode, stdout } = await imggen(folder, ['score', 'album', '--min-consistency', '0.85']);
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/^kofi-01\.jpg +0\.0\d .*the lowest$/m);
    expect(stdout).toContain('in album/');
    expect(stdout).toContain('3 pictures, each against the others');
    expect(stdout).toContain('a gate, not a verdict');
    expect(existsSync(join(folder, '.imggen'))).toBe(false);
  });

  it('compares the pictures of several folders as one set, says so, and follows links to pictures', async () => {
    const folder = album(['ana/01', 'ana/06']);
    mkdirSync(join(folder, 'links'));
    symlinkSync(join(FACES, 'kofi/01.jpg'), join(folder, 'links', 'kofi.jpg'));
    const nowhere = ['/nowhere', '/dev/zero', folder];
    for (const [index, target] of nowhere.entries()) symlinkSync(target, join(folder, 'links', `${index}.png`));
    const { exitCode, stdout } = await imggen(folder, ['score', 'album', 'links']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^links\/kofi\.jpg +0\.0\d .*the lowest$/m);
    expect(stdout).toContain('3 pictures, each against the others');
    expect(stdout).toContain('The pictures of 2 folders were compared as one set');
    mkdirSync(join(folder, 'empty'));
    expect((await imggen(folder, ['score', 'empty'])).stderr).toContain('no pictures to score in "empty"');
  });

  it('compares with a reference, as one JSON document with raw distances and the model’s name', async () => {
    const folder = album(['ana/01', 'ana/06']);
    const args = [
      'score',
      'album/ana-06.jpg',
      '--reference',
      'album/ana-01.jpg',
      '--json',
      '--min-consistency',
      '0.85',
    ];
    const { exitCode, stdout } = await imggen(folder, args);
    const report = JSON.parse(stdout) as { images: { score: number; distances: Record<string, number> }[] };
    expect(exitCode).toBe(0);
    expect(report).toMatchObject({
      model: expect.stringMatching(/^face-api-\d/),
      characterId: null,
      against: 'references',
      references: ['album/ana-01.jpg'],
      notFound: [],
      images: [{ name: 'album/ana-06.jpg', why: null, facesFound: 1 }],
    });
    expect(report.images[0]?.score).toBeGreaterThan(0.9);
    expect(report.images[0]?.distances['album/ana-01.jpg']).toBeLessThan(0.4);
    // An embedding is biometric data: it is not told.
    expect(stdout).not.toContain('descriptor');
  });

  it('lists everything that is none, and reads nothing', async () => {
    const folder = album(['ana/01']);
    const { exitCode, stderr } = await imggen(folder, ['score', 'album', 'nobody', 'mira-sol/7']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('"nobody"');
    expect(stderr).toContain('"mira-sol/7"');
    const none = await imggen(folder, ['score', 'album', '--reference', 'none.png', '--reference', 'other']);
    expect(none.exitCode).toBe(2);
    expect(none.stderr).toMatch(/none\.png[^]*other/);
    for (const value of ['1.5', 'much', '-1', ''])
      expect((await imggen(folder, ['score', 'album', `--min-consistency=${value}`])).exitCode, value).toBe(2);
  });

  it('says which file can’t be read, and scores the others', async () => {
    const folder = album(['ana/01']);
    writeFileSync(join(folder, 'album', 'broken.png'), 'no picture');
    const { exitCode, stdout } = await imggen(folder, ['score', 'album']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ana-01\.jpg +n\/a .*nothing to compare with$/m);
    expect(stdout).toContain("album/broken.png can't be read");
  });

  it('says of a drawn character n/a, and no number', async () => {
    const folder = newFolder();
    writeFileSync(
      join(folder, 'config.json'),
      JSON.stringify({ character: { name: 'Mira Sol' }, size: '128x128', provider: 'local' }),
    );
    await imggen(folder, ['pack', '--count', '2', '--quiet']);
    const known = await imggen(folder, ['score', 'mira-sol']);
    expect(known.exitCode).toBe(0);
    expect(known.stdout.match(/n\/a +a drawing/g)).toHaveLength(2);
    expect(known.stdout).toContain('same face: n/a (0 pictures');
  });

  it('tells why a picture has no score in words', () => {
    expect(['no-face', 'drawing', 'something new'].map(whyWords)).toEqual([
      'no face found',
      'a drawing',
      'something new',
    ]);
  });
});
