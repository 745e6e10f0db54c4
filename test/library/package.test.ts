/**
 * The library as its users get it: packed, installed into an empty TypeScript project, compiled with `strict`, and run.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmulator, type Emulator } from '../emulators/emulator.ts';
import { replicate } from '../emulators/replicate.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const TOKEN = 'library-token-0123456789';
let project = '';
let emulator: Emulator;

/** Installs what `npm pack` makes; its dependencies are the ones that are installed here. */
async function install(): Promise<void> {
  const { stdout } = await execa('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {
    cwd: root,
  });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  const target = join(project, 'node_modules', 'imggen');
  mkdirSync(target, { recursive: true });
  await execa('tar', ['-xzf', join(project, filename), '-C', target, '--strip-components=1']);
  const { dependencies } = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of [...Object.keys(dependencies), '@types/node', 'undici-types']) {
    const link = join(project, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link);
  }
}

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'imggen-library-'));
  emulator = await startEmulator(replicate({ token: TOKEN }));
  await install();
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    module: 'nodenext',
    target: 'es2023',
    types: ['node'],
    outDir: 'out',
  };
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: NAMES.map((name) => `${name}.ts`) }),
  );
  const config = { character: { name: 'Mira Sol', seed: 7 }, provider: 'replicate', size: '64x64' };
  const providers = {
    replicate: { model: 'black-forest-labs/flux-schnell', baseUrl: `${emulator.url}/v1`, pollMs: 10 },
  };
  writeFileSync(join(project, 'config.json'), JSON.stringify({ ...config, providers }));
  await compile();
});

afterAll(async () => {
  await emulator.close();
  rmSync(project, { recursive: true, force: true });
});

const README = readFileSync(join(root, 'README.md'), 'utf8');

/** What users write, by the name of its file. */
const PROGRAMS = {
  example: /```ts\n([^`]*from 'imggen'[^`]*)```/.exec(README)?.[1] ?? '',
  errors: `
    import { ImgGen, UserError } from 'imggen';
    const bad: unknown = await ImgGen.open({ config: { size: 'x', nonsense: 1 } }).catch((error: unknown) => error);
    if (!(bad instanceof UserError)) throw new Error('no UserError');
    console.log(bad.kind, bad.problems.length);
    const imggen = await ImgGen.open();
    const dear = imggen.pack({ count: 8, settings: { maxImageUsd: 0.001 } });
    const refused: unknown = await dear.result.catch((e: unknown) => e);
    console.log(refused instanceof UserError ? refused.kind : 'not refused');
    console.log((await imggen.jobs()).length);
    await imggen.close();
  `,
  stop: `
    import { ImgGen } from 'imggen';
    const imggen = await ImgGen.open();
    const stop = new AbortController();
    const run = imggen.pack({ count: 12, fresh: true, signal: stop.signal, settings: { concurrency: 1 } });
    for await (const event of run.events) if (event.event === 'generation_completed') stop.abort();
    const stopped = await run.result;
    console.log(stopped.status, (stopped.jobs[0]?.completed ?? 0) < 12);
    const { status, jobs } = await imggen.resume().result;
    console.log(status, jobs[0]?.completed);
    await imggen.close();
  `,
};
const NAMES = Object.keys(PROGRAMS) as (keyof typeof PROGRAMS)[];

/** Compiles the programs, with the options of a strict project. @throws what the compiler says of them. */
async function compile(): Promise<void> {
  for (const name of NAMES) writeFileSync(join(project, `${name}.ts`), PROGRAMS[name]);
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const compiled = await execa(process.execPath, [tsc, '--project', project], { reject: false });
  expect(compiled.stdout).toBe('');
}

/** Runs one of them; returns what it printed. */
async function run(name: keyof typeof PROGRAMS): Promise<string> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: project, REPLICATE_API_TOKEN: TOKEN, IMGGEN_SCORE: 'false' };
  const { stdout, stderr } = await execa(process.execPath, [join(project, 'out', `${name}.js`)], {
    cwd: project,
    env,
    extendEnv: false,
  });
  expect(stderr).toBe('');
  return stdout;
}

describe('the packed library', () => {
  it('makes 8 pictures by the example in the README, which has ten lines or less', async () => {
    expect(PROGRAMS.example.trim().split('\n').length).toBeLessThanOrEqual(10);
    const printed = await run('example');
    expect(printed).toContain('done');
    expect(printed.match(/mira_sol_image_0000\d\.png/g)).toHaveLength(8);
    const pictures = readdirSync(join(project, 'images', 'mira-sol')).filter((name) => name.endsWith('.png'));
    expect(pictures).toHaveLength(8);
    expect(emulator.charges().length).toBe(8);
  });

  it('throws its exported errors, and prints nothing by itself', async () => {
    expect((await run('errors')).split('\n')).toEqual(['usage 2', 'budget', '1']);
  });

  it('stops by an AbortSignal, and goes on where it was', async () => {
    const before = emulator.charges().length;
    expect((await run('stop')).split('\n')).toEqual(['interrupted true', 'done 12']);
    expect(emulator.charges().length - before).toBe(12);
  });

  it('brings the networks that read faces, and the licenses of what is in them', () => {
    const faces = join(project, 'node_modules', 'imggen', 'dist', 'faces', 'network');
    const weights = ['tiny_face_detector', 'ssd_mobilenetv1', 'face_landmark_68', 'face_recognition'];
    expect(readdirSync(faces)).toEqual(expect.arrayContaining(weights.map((net) => `${net}_model.bin`)));
    expect(readdirSync(faces)).toEqual(expect.arrayContaining(['worker.cjs', 'tfjs-backend-wasm-simd.wasm']));
    const licenses = readFileSync(join(faces, 'LICENSES.txt'), 'utf8');
    expect(licenses).toMatch(/face-api 1\.7\.15 \(MIT\)[^]*tfjs-core [\d.]+ \(Apache-2\.0\)[^]*sharp-phash/);
  });

  it('carries docstrings in its declarations, and source maps', () => {
    const dist = join(project, 'node_modules', 'imggen', 'dist');
    expect(readFileSync(join(dist, 'imggen.d.ts'), 'utf8')).toContain('Makes N gallery pictures of a character');
    const bundle = join(dist, 'bundle');
    const maps = readdirSync(bundle).filter((name) => name.endsWith('.map'));
    const sourcesOf = (name: string): string[] =>
      (JSON.parse(readFileSync(join(bundle, name), 'utf8')) as { sourcesContent: string[] }).sourcesContent;
    expect(maps.flatMap(sourcesOf).some((source) => source.includes('export class ImgGen '))).toBe(true);
  });

  it('holds each module once, and the licenses of the packages that are put in', () => {
    const dist = join(project, 'node_modules', 'imggen', 'dist');
    expect(readdirSync(dist).filter((name) => name.endsWith('.js'))).toEqual([]);
    const licenses = readFileSync(join(dist, 'bundle', 'LICENSES.txt'), 'utf8');
    expect(licenses).toMatch(
      /^commander [\d.]+ \(MIT\)[^]*Permission is hereby granted[^]*^openai [\d.]+ \(Apache-2\.0\)/m,
    );
  });
});
