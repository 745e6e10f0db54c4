/** Time limits that pass when a request has met its fault, and at no other time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';
import type { Scene } from './scene.ts';

const PROGRAM = new URL('../../programs/hurry.ts', import.meta.url).href;

/** For a scene with one request that is never answered in full. */
export const limitPassesAtTheFault: Pick<Scene, 'root' | 'env' | 'meanwhile'> = {
  root: inject('builtPackage'),
  env: { NODE_OPTIONS: `--import ${PROGRAM}` },
  meanwhile: async ({ kill, ended }, { requests }) => {
    const over = new AbortController();
    void ended.then(() => over.abort());
    while (!over.signal.aborted && !requests.some(({ faulted }) => faulted)) await sleep(5);
    kill('SIGUSR2');
  },
};
