/** What is told has reached the disk: the built binary, watched at its calls to the file system and to SQLite. */
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import { reservedPath } from '../../src/images/part-file.ts';
import { openai } from '../emulators/openai.ts';
import { replicate } from '../emulators/replicate.ts';
import type { Observed } from '../programs/observe-writes.ts';
import { binary, newStudio, textOf } from '../support/cli/imggen.ts';

const OBSERVER = new URL('../programs/observe-writes.ts', import.meta.url).href;
const KEY = 'canary-key-0123456789';
const PICTURES = 2;
let emulator: Emulator | undefined;

afterEach(async () => {
  await emulator?.close();
});

it.each([
  { provider: 'openai', brings: 'an answer that holds the picture' },
  { provider: 'replicate', brings: 'a download' },
] as const)('$brings is synced with its folder before the ledger is told, and so is its name', async ({ provider }) => {
  emulator = await startEmulator(provider === 'openai' ? openai({ apiKey: KEY }) : replicate({ token: KEY }));
  const folder = newStudio({
    provider,
    size: '1024x1024',
    thumbnails: false,
    providers: { [provider]: { priceUsd: 0.1, ...(provider === 'replicate' ? { pollMs: 20 } : {}) } },
  });
  const { exitCode, stderr } = await binary(folder, ['pack', '--count', String(PICTURES)], {
    env: {
      OPENAI_API_KEY: KEY,
      OPENAI_BASE_URL: `${emulator.url}/v1`,
      REPLICATE_API_TOKEN: KEY,
      REPLICATE_BASE_URL: `${emulator.url}/v1`,
      NODE_OPTIONS: `--import ${OBSERVER}`,
      OBSERVED: join(folder, 'observed.jsonl'),
    },
  });
  expect(exitCode, stderr).toBe(0);
  const observed = textOf(folder, 'observed.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Observed);
  const told = tellings(folder, observed);
  expect(told.map(({ what }) => what).toSorted()).toEqual(['final', 'final', 'part', 'part']);
  for (const { at, path, what } of told) {
    const before = observed.slice(0, at);
    const name = before.findLastIndex((one) => one.did === 'link' && one.path === path);
    const bytes = before.findIndex((one) => one.did === 'sync' && !one.folder && one.path === reservedPath(path));
    const entry = before.findLastIndex((one) => one.did === 'sync' && one.folder && one.path === dirname(path));
    if (what === 'part') expect(bytes, `the bytes of ${path}`).toBeGreaterThanOrEqual(0);
    else expect(name, `the name ${path}`).toBeGreaterThanOrEqual(0);
    expect(entry, `the folder of ${path}`).toBeGreaterThan(what === 'part' ? bytes : name);
  }
});

/** The commits that tell of a file: which, and where in the order. */
function tellings(
  folder: string,
  observed: readonly Observed[],
): { at: number; path: string; what: 'part' | 'final' }[] {
  return observed.flatMap((one, at) => {
    if (one.did !== 'commit') return [];
    const values = one.ran
      .filter(({ sql }) => /^\s*(UPDATE|INSERT)/.test(sql))
      .flatMap((ran) => ran.values.map(String));
    const part = values.find((value) => value.endsWith('.part'));
    const stored = values.find((value) => value.startsWith('{"event":"image_stored"'));
    const final = stored === undefined ? undefined : (JSON.parse(stored) as { url: string }).url;
    return [
      ...(part === undefined ? [] : [{ at, path: resolve(folder, '.imggen', part), what: 'part' as const }]),
      ...(final === undefined ? [] : [{ at, path: fileURLToPath(final), what: 'final' as const }]),
    ];
  });
}
