import { statfsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/**
 * Where the tests' folders are made: in memory where there is plenty, since most of a test's time would be waiting for
 * a disk to sync. What a sync is worth is tested by its order (test/cli/sync-order), not by cutting the power.
 */
const MEMORY = '/dev/shm';
if (hasSpace(MEMORY)) process.env['TMPDIR'] = MEMORY;

function hasSpace(folder: string): boolean {
  const BYTES_MIN = 4 * 1024 ** 3;
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= BYTES_MIN;
  } catch {
    return false;
  }
}

const soak = process.env['IMGGEN_SOAK'] === '1';

/** Tests that start the built program, other processes or a browser. */
const END_TO_END = [
  'test/cli/**',
  'test/cli-storage/**',
  'test/faults/**',
  'test/gallery/**',
  'test/library/package.test.ts',
  'test/emulators/serve.test.ts',
  'test/{crash-points,faults,kill,sequences,together}.test.ts',
];
const globalSetup = 'test/support/harness/built.ts';
const common = {
  // One process for many files: loading everything anew for each takes as long as the tests. What a test leaves behind is
  // cleared by `onTestFinished`, or by an `afterEach` of its own file: one in a helper runs once.
  isolate: false,
  testTimeout: soak ? 3_600_000 : 120_000,
  hookTimeout: 60_000,
  // What is waited for comes; on a busy machine it comes late.
  expect: { poll: { interval: 5, timeout: 30_000 } },
};
const TESTS = 'test/**/*.test.{ts,tsx}';

export default defineConfig({
  test: {
    pool: 'forks',
    // Two more than the cores: many end-to-end tests wait for a process or a service.
    maxWorkers: soak ? 2 : 4,
    projects: soak
      ? [{ test: { ...common, name: 'soak', include: ['test/**/*.soak.ts'], globalSetup } }]
      : [
          {
            test: {
              ...common,
              name: 'end-to-end',
              include: END_TO_END.map((files) => files.replace('**', '**/*.test.{ts,tsx}')),
              globalSetup,
            },
          },
          { test: { ...common, name: 'unit', include: [TESTS], exclude: END_TO_END } },
        ],
  },
});
