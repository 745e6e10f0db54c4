import { defineConfig } from 'vitest/config';

const soak = process.env['IMGGEN_SOAK'] === '1';

export default defineConfig({
  test: {
    include: soak ? ['test/**/*.soak.ts'] : ['test/**/*.test.{ts,tsx}'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: soak ? 3_600_000 : 120_000,
    hookTimeout: 60_000,
  },
});
