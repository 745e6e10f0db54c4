/** `--json` as a script meets it: what is on stdout, in which order, with which properties. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  ask,
  BINARY,
  imggen,
  linesOf,
  newStudio,
  picturesIn,
  spawnOptions,
  start,
  textOf,
  until,
} from '../support/cli/imggen.ts';

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** Every public event and its properties beside `event`, `at`, `job_id` and `shot` (docs/cli.md, "Events"). */
const PROPERTIES: Record<string, string[]> = {
  generation_queued: ['character_id', 'image_count'],
  generation_started: ['attempt', 'character_id', 'model', 'provider'],
  generation_completed: ['character_id', 'cost_usd', 'duration_ms', 'seed', 'seed_honoured'],
  image_stored: ['character_id', 'filename', 'size_bytes', 'url'],
  pack_completed: ['character_id', 'completed', 'cost_usd', 'failed', 'image_count', 'total_duration_ms'],
};

describe('events', () => {
  it('are queued first, pack_completed last, and each shot in its order', async () => {
    const folder = newStudio();
    const { exitCode, stdout, stderr } = await imggen(folder, ['create-character', '--json']);
    expect(exitCode).toBe(0);
    const lines = linesOf(stdout);
    const names = lines.map((line) => line['event']);
    expect(names[0]).toBe('generation_queued');
    expect(names.at(-1)).toBe('pack_completed');
    expect(names.filter((name) => name === 'pack_completed')).toHaveLength(1);
    const avatar = lines.filter((line) => line['shot'] === 'avatar').map((line) => line['event']);
    expect(avatar).toEqual(['generation_started', 'generation_completed', 'image_stored']);
    expect(
      lines.findIndex((line) => line['shot'] !== 'avatar' && line['event'] === 'generation_started'),
    ).toBeGreaterThan(lines.findIndex((line) => line['shot'] === 'avatar' && line['event'] === 'image_stored'));
    expect(stderr).toContain('all 11 pictures are there');
  });

  it('have the names and properties of the contract', async () => {
    const folder = newStudio();
    const lines = linesOf((await imggen(folder, ['pack', '--count', '2', '--json'])).stdout);
    expect(new Set(lines.map((line) => String(line['event'])))).toEqual(new Set(Object.keys(PROPERTIES)));
    for (const { event, at, job_id, shot, ...rest } of lines) {
      expect(Object.keys(rest), String(event)).toEqual(
        expect.arrayContaining(PROPERTIES[String(event)] ?? ['no such event']),
      );
      expect(at).toMatch(ISO);
      expect(job_id).toBe('1');
      expect(typeof shot).toBe(
        ['generation_queued', 'pack_completed'].includes(String(event)) ? 'undefined' : 'string',
      );
    }
    expect(lines.at(-1)).toMatchObject({
      character_id: 'mira-sol',
      image_count: 2,
      completed: 2,
      failed: 0,
      cost_usd: 0,
    });
    expect(lines.find((line) => line['event'] === 'generation_completed')).toMatchObject({
      seed: 7,
      seed_honoured: 'yes',
    });
    const stored = lines.filter((line) => line['event'] === 'image_stored').map((line) => line['filename']);
    expect(stored.toSorted()).toEqual(picturesIn(folder));
  });

  it('are whole in a file when Ctrl-C comes, and end with pack_completed', async () => {
    const folder = newStudio({ providers: { local: { latencyMs: 300 } }, concurrency: 2 });
    const file = join(folder, 'events.jsonl');
    const out = openSync(file, 'w');
    const { env } = spawnOptions(folder);
    const child = spawn(process.execPath, [BINARY, 'pack', '--count', '40', '--json'], {
      cwd: folder,
      env,
      stdio: ['ignore', out, 'ignore'],
    });
    closeSync(out);
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    await until('a picture', () => textOf(file).includes('image_stored'));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(textOf(file).endsWith('\n')).toBe(true);
    const lines = linesOf(textOf(file));
    expect(lines.at(-1)).toMatchObject({ event: 'pack_completed' });
    expect(lines.filter((line) => line['event'] === 'image_stored')).toHaveLength(picturesIn(folder).length);
  });

  it('lose no picture when the reader goes away after the first line', async () => {
    const folder = newStudio();
    const child = start(folder, ['pack', '--count', '4', '--json']);
    child.stdout?.once('data', () => child.stdout?.destroy());
    const { exitCode, stderr } = await child;
    expect(exitCode, stderr).toBe(0);
    expect(picturesIn(folder)).toHaveLength(4);
    expect(ask(folder, 'SELECT state FROM jobs')).toEqual([{ state: 'ended' }]);
  });
});

describe('queries', () => {
  it('print one document each', async () => {
    const folder = newStudio();
    await imggen(folder, ['pack', '--count', '2', '--key', 'nightly']);
    const answer = async (...args: string[]) => {
      const { exitCode, stdout, stderr } = await imggen(folder, [...args, '--json']);
      expect({ exitCode, stderr }, args.join(' ')).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout.trim().split('\n'), args.join(' ')).toHaveLength(1);
      return JSON.parse(stdout) as Record<string, unknown>;
    };
    const gallery = await answer('gallery', 'mira-sol');
    expect(gallery).toMatchObject({ characterId: 'mira-sol', totalCount: 2 });
    const [newest] = gallery['images'] as Record<string, unknown>[];
    expect(newest).toMatchObject({
      filename: 'mira_sol_image_00002.png',
      kind: 'gallery',
      width: 64,
      height: 64,
      provider: 'local',
      seed: 7,
      seedHonored: 'yes',
      costUsd: 0,
      uploaded: false,
    });
    expect(newest?.['url']).toMatch(/^file:\/\/.*mira_sol_image_00002\.png$/);
    expect(newest?.['createdAt']).toMatch(ISO);
    expect(newest).toHaveProperty('publicId');

    expect(await answer('status')).toMatchObject({
      jobId: '1',
      key: 'nightly',
      state: 'ended',
      imageCount: 2,
      done: 2,
      queued: 0,
      inFlight: 0,
      failed: 0,
      costUsd: 0,
    });
    expect(await answer('status', 'nightly')).toMatchObject({ jobId: '1' });
    expect(await answer('jobs')).toMatchObject({
      jobs: [{ jobId: '1', key: 'nightly', kind: 'pack', done: 2, costUsd: 0 }],
    });
    expect(await answer('stats')).toMatchObject({
      models: [{ provider: 'local', done: 2, failed: 0, successRate: 1 }],
    });
    expect((await answer('providers'))['providers']).toEqual(
      expect.arrayContaining([expect.objectContaining({ provider: 'local', key: 'not needed' })]),
    );
    expect(await answer('resume')).toEqual({ message: 'nothing is unfinished' });
  });

  it('filter the gallery, and count all of it', async () => {
    const folder = newStudio();
    await imggen(folder, ['create-character']);
    const { stdout } = await imggen(folder, ['gallery', 'mira-sol', '--kind', 'avatar', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ totalCount: 11, images: [{ kind: 'avatar', shot: 'avatar' }] });
    const limited = JSON.parse((await imggen(folder, ['gallery', 'mira-sol', '--limit', '3', '--json'])).stdout) as {
      images: unknown[];
    };
    expect(limited.images).toHaveLength(3);
  });
});

describe('--log', () => {
  it('is lines of JSON without the keys, for its user alone', async () => {
    const folder = newStudio();
    const key = 'canary-openai-key-9876543210';
    await imggen(folder, ['pack', '--count', '1', '--log', 'run.log'], {
      env: { OPENAI_API_KEY: key, IMGGEN_OWNER: key },
    });
    const lines = linesOf(textOf(folder, 'run.log'));
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(line['at']).toMatch(ISO);
    expect(textOf(folder, 'run.log')).not.toContain(key);
  });
});

describe('colors', () => {
  it.each<[string, string[], Record<string, string>]>([
    ['a pipe', [], {}],
    ['NO_COLOR', [], { NO_COLOR: '1' }],
    ['--no-color over FORCE_COLOR', ['--no-color'], { FORCE_COLOR: '1' }],
    ['CI', [], { CI: 'true' }],
  ])('there are none with %s', async (_, args, env) => {
    const folder = newStudio();
    const { stdout, stderr } = await imggen(folder, ['pack', '--count', '1', ...args], { env });
    expect(stdout).toContain('the picture is made');
    expect(stdout + stderr).not.toContain('\u001b');
    expect((await imggen(folder, ['jobs', ...args], { env })).stdout).not.toContain('\u001b');
  });
});
