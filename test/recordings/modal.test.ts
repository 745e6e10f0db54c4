/** Recorded answers of Modal, replayed to the provider, and the emulated ones held against them. */
import { afterEach, describe, expect, it } from 'vitest';
import modal from '../../src/providers/modal.ts';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import { modal as emulated } from '../emulators/modal.ts';
import { call } from '../support/providers/openai-request.ts';
import { collectOne, plainRequest } from '../support/providers/request.ts';
import { type Counterpart, unlike } from './counterpart.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { recording, recordingNames } from './recording.ts';
import { closeReplays, startReplay } from './replay.ts';

const running: Emulator[] = [];
afterEach(closeReplays);
afterEach(() => Promise.all(running.splice(0).map((emulator) => emulator.close())));

const CASES: Record<string, Outcome> = {
  'token-missing': { failure: 'unauthorized', charged: 'no', status: 401 },
  'job-taken': { state: 'accepted', remoteId: 'fc-123abc' },
  'result-pending': { state: 'running' },
  'handed-over': {
    state: 'accepted',
    remoteId: expect.stringMatching(/\/generate\?__modal_function_call_id=fc-123abc$/) as string,
  },
};

const token = { key: 'wk-1', secret: 'ws-1' };

const emulate =
  (path: string, { protectedBy, handOverMs = 150_000 }: { protectedBy?: typeof token; handOverMs?: number } = {}) =>
  async (): Promise<Response> => {
    const service = emulated({ handOverMs, ...(protectedBy && { token: protectedBy }) });
    const emulator = await startEmulator(service, { latencyMs: 60_000 });
    running.push(emulator);
    const post = (at: string): Promise<Response> =>
      fetch(`${emulator.url}${at}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ job_key: 'a', prompt: 'a cat', width: 64, height: 64 }),
        redirect: 'manual',
      });
    if (path !== '/result') return post(path);
    const { call_id: id } = (await (await post('/submit')).json()) as { call_id: string };
    return fetch(`${emulator.url}/result/${id}`);
  };

const EMULATED: Record<string, Counterpart> = {
  'job-taken': { produce: emulate('/submit') },
  'result-pending': { produce: emulate('/result') },
};

describe('an answer that Modal gave', () => {
  it.each(Object.entries(CASES))('%s is understood', async (name, outcome) => {
    const answer = recording('modal', name);
    const server = await startReplay({ [answer.request.method]: [answer] });
    const isPlain = answer.request.path === '/generate';
    const provider = await modal.create({
      options: { baseUrl: `${server.url}${isPlain ? '/generate' : ''}`, pattern: isPlain ? 'plain' : 'job' },
      keyVariables: ['MODAL_KEY'],
      env: { MODAL_KEY: 'wk-canary-0123456789', MODAL_SECRET: 'ws-canary-0123456789' },
      fetch,
      now: Date.now,
      elapsed: () => performance.now(),
      sleep: async () => {},
      timeoutMs: name === 'result-pending' ? 10 : 10_000,
    });
    const request = plainRequest({ model: 'app' });
    const asked =
      answer.request.method === 'GET'
        ? collectOne(provider, 'fc-123abc', request, call)
        : provider.submit(request, call);
    expect(await outcomeOf(asked as Promise<unknown> as Promise<Outcome>)).toMatchObject(outcome);
  });

  it.each(Object.entries(EMULATED))('%s has the form that the emulator gives it', async (name, counterpart) => {
    expect(await unlike('modal', name, counterpart)).toEqual([]);
  });

  it('without a body of JSON has the status and the words that the emulator gives it', async () => {
    const refused = await emulate('/submit', { protectedBy: token })();
    expect([refused.status, await refused.text()]).toEqual([401, recording('modal', 'token-missing').body]);
    const moved = await emulate('/generate', { handOverMs: 0 })();
    expect([moved.status, moved.headers.get('location')]).toEqual([
      303,
      expect.stringMatching(/\/generate\?__modal_function_call_id=fc-\w+$/),
    ]);
  });

  it('is replayed, every one of them', () => {
    expect(Object.keys(CASES).sort()).toEqual(recordingNames('modal'));
  });
});
