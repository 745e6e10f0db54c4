/** Commands that are printed work as they are printed, however the program was started. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { programName } from '../../src/terminal/program-name.ts';
import {
  BINARY,
  binary,
  imggen,
  newFolder,
  newStudio,
  picturesIn,
  spawnOptions,
  writeConfig,
} from '../support/cli/imggen.ts';

const PATH = dirname(process.execPath);

/** Types a line into a shell. */
function typed(cwd: string, line: string, env: Record<string, string>) {
  const { PATH: path, ...more } = { PATH, ...env };
  return execa('/bin/sh', ['-c', line], { ...spawnOptions(cwd), env: { HOME: cwd, ...more, PATH: `${path}:/bin` } });
}

/** Starts the program with a mistake, and types the command that it advises. */
async function followed(cwd: string, start: string, env: Record<string, string> = {}): Promise<string> {
  const wrong = await typed(cwd, `${start} pack --count 0`, env);
  const advised = /for example: (.+)$/m.exec(wrong.stderr)?.[1] ?? wrong.stderr;
  const right = await typed(cwd, advised.replace('--count 8', '--count 1'), env);
  expect(right, `${advised}\n${right.stderr}`).toMatchObject({ exitCode: 0 });
  return advised;
}

/** A folder with imggen among its packages, and a config below it. */
function withPackages(): { folder: string; pictures: string; bin: string } {
  const folder = newFolder();
  const bin = join(folder, 'node_modules', '.bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"name":"mine","private":true}');
  symlinkSync(dirname(dirname(BINARY)), join(folder, 'node_modules', 'imggen'));
  symlinkSync('../imggen/bin/imggen.js', join(bin, 'imggen'));
  const pictures = join(folder, 'pictures');
  mkdirSync(pictures);
  writeConfig(pictures);
  return { folder, pictures, bin };
}

describe('a command that is advised', () => {
  it('is `imggen` where the shell finds it', async () => {
    const [folder, bin] = [newStudio(), newFolder()];
    symlinkSync(BINARY, join(bin, 'imggen'));
    expect(await followed(folder, 'imggen', { PATH: `${bin}:${PATH}` })).toBe('imggen pack --count 8');
    expect(picturesIn(folder)).toHaveLength(1);
  });

  it('is `npx imggen` after npx, in a folder below that of the packages, too', async () => {
    const { pictures } = withPackages();
    expect(await followed(pictures, 'npx --no-install imggen')).toBe('npx imggen pack --count 8');
  });

  it('is `npx imggen` in a script of npm, and after the file in node_modules itself', () => {
    const { folder, pictures, bin } = withPackages();
    const start = { script: join(bin, 'imggen'), cwd: pictures, env: { PATH: `${bin}:${PATH}` } };
    expect(programName(start)).toBe('npx imggen');
    const script = { ...start, cwd: folder, env: { ...start.env, npm_lifecycle_event: 'start' } };
    expect(programName(script)).toBe('npx imggen');
    expect(programName({ ...script, env: { ...script.env, npm_config_user_agent: 'pnpm/10.0 node/v22' } })).toBe(
      'pnpm exec imggen',
    );
  });

  it('is `npx imggen` in a clone, and not in a package that does not have it', () => {
    const clone = dirname(dirname(BINARY));
    const start = { script: BINARY, env: { PATH } };
    expect(programName({ ...start, cwd: join(clone, 'test', 'cli') })).toBe('npx imggen');
    const other = newFolder();
    writeFileSync(join(other, 'package.json'), '{}');
    expect(programName({ ...start, cwd: other })).toMatch(/^node /);
  });

  it('is the file itself where nothing else would find it, in quotes where its folder needs them', async () => {
    const folder = newStudio();
    mkdirSync(join(folder, "mira's tools"));
    symlinkSync(BINARY, join(folder, "mira's tools", 'imggen.js'));
    const start = "node 'mira'\\''s tools/imggen.js'";
    expect(await followed(folder, start)).toBe(`${start} pack --count 8`);
  });

  it('names the config, the ledger and the owner that were named', async () => {
    const folder = newFolder();
    writeConfig(folder, {}, {}, "mira's.json");
    const place = ['--config', "mira's.json", '--ledger', 'of/anna.db', '--owner', 'anna'];
    const { stderr } = await imggen(folder, ['pack', '--count', '0', ...place]);
    const advised = /for example: (.+)$/m.exec(stderr)?.[1] ?? '';
    expect(advised).toBe(`imggen pack --count 8 --config 'mira'\\''s.json' --ledger of/anna.db --owner anna`);
  });

  it('names the config that create-character was given', async () => {
    const folder = newFolder();
    writeConfig(folder, {}, {}, 'mira.json');
    const { stderr } = await imggen(folder, ['create-character', 'mira.json', '--training-count', '0']);
    expect(stderr).toContain('for example: imggen create-character --training-count 20 --config mira.json');
  });

  it('stays bare where it needs no config', async () => {
    const folder = newFolder();
    const { stderr } = await imggen(folder, ['pack', '--count', '1', '--config', 'none.json']);
    expect(stderr).toMatch(/or write one: imggen init$/);
  });
});

describe('help', () => {
  it('of all commands, which the build has written, names none in another way', async () => {
    const { stdout } = await binary(newFolder(), ['--help'], { env: { PATH, npm_lifecycle_event: 'npx' } });
    expect(stdout).toContain('`npx imggen use`');
    expect(stdout.replaceAll('npx imggen ', '')).not.toMatch(/\bimggen [a-z]/);
  });

  it.each([[['--help']], [['pack', '--help']], [['avatar', '--help']], [['completion', '--help']]])(
    '%s: its examples are typed as the program was',
    async (words) => {
      const { pictures, bin } = withPackages();
      const env = { PATH: `${bin}:${PATH}`, npm_lifecycle_event: 'npx' };
      const { stdout } = await imggen(pictures, words, { env });
      expect(stdout).toMatch(/^Usage: npx imggen /m);
      expect(stdout).toContain('npx imggen ');
      expect(stdout.replaceAll('npx imggen ', '')).not.toMatch(/\bimggen [a-z]/);
      expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    },
  );
});
