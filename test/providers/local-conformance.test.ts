import local from '../../src/providers/local.ts';
import { describeProvider } from './conformance.ts';

describeProvider('local', {
  module: local,
  remote: false,
  start: async () => {
    const provider = await local.create({
      options: {},
      keyVariables: [],
      env: {},
      now: Date.now,
      elapsed: () => performance.now(),
      timeoutMs: 10_000,
      fetch: () => Promise.reject(new Error('the local provider needs no network')),
      sleep: () => Promise.reject(new Error('slept')),
    });
    return { provider, secrets: [], close: () => Promise.resolve() };
  },
});
