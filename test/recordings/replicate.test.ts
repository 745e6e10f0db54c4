/** Recorded answers of Replicate, replayed to the provider: each leads to the right picture, id or failure. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import replicate from '../../src/providers/replicate.ts';
import type { ImageRequest, Provider } from '../../src/providers/provider.ts';
import type { Emulator } from '../emulators/emulator.ts';
import { makePicture } from '../emulators/picture.ts';
import { call, lost, request } from '../support/providers/replicate-stage.ts';
import { type Outcome, outcomeOf, PIXEL } from './outcome.ts';
import { type Recording, recording, recordingNames } from './recording.ts';
import { type Answers, closeReplays, startReplay } from './replay.ts';
import { CASES, type Case, UNREAD } from './replicate-cases.ts';

const folder = mkdtempSync(join(tmpdir(), 'imggen-recordings-'));
const face = { path: join(folder, 'face.png'), mime: 'image/png', sha256: 'face', sizeBytes: 300_000 } as const;
writeFileSync(face.path, makePicture(512, 512, 'face', { sizeBytes: face.sizeBytes }));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(closeReplays);

const of = (name: string): Recording => recording('replicate', name);

/** The answers in the order in which the provider meets them. */
function answersFor(name: string, { way, next: after }: Case): Answers {
  const next = after === undefined ? [] : [of(after)];
  switch (way) {
    case 'submit':
      return { GET: [of('model')], POST: [of(name)] };
    case 'upload':
      return { GET: [of('model-flux-kontext')], POST: [of(name), of('prediction-starting')] };
    case 'read':
      return { GET: [of(name), ...next], POST: [of('prediction-starting')] };
    default:
      return { GET: [of(name), ...next], POST: [of(name)] };
  }
}

interface Replayed {
  outcome: Outcome;
  server: Emulator;
}

async function replay(name: string, each: Case): Promise<Replayed> {
  const server = await startReplay(answersFor(name, each));
  return { outcome: await outcomeOf(ask(await providerAt(server, each.nowMs), each)), server };
}

async function providerAt(server: Emulator, nowMs = Date.parse('2026-11-21T12:00:00Z')): Promise<Provider> {
  return replicate.create({
    options: { baseUrl: `${server.url}/v1`, pollMs: 10, settleMs: 0 },
    keyVariables: ['REPLICATE_API_TOKEN'],
    env: { REPLICATE_API_TOKEN: 'canary-replicate-token' },
    fetch,
    now: () => nowMs,
    elapsed: () => performance.now(),
    sleep: async () => void (await sleep(1)),
    timeoutMs: 10_000,
  });
}

async function ask(provider: Provider, { way, model, sentAtMs }: Case): Promise<Outcome> {
  const references = way === 'upload' ? [face] : [];
  const asked: ImageRequest = request({ model: model ?? 'stability-ai/sdxl', references });
  if (way === 'check') return { ok: (await provider.check(call())).ok };
  if (way === 'cancel') return { unbilled: await provider.cancel?.('p1', call()) };
  if (way === 'collect')
    return { ...(await provider.collect?.({ remoteId: 'p1', acceptedAtMs: 0, sent: {} }, asked, call())) };
  if (way === 'find') return { ...(await provider.find?.(lost({ request: asked, sentAtMs: sentAtMs ?? 0 }), call())) };
  return { ...(await provider.submit(asked, call())) };
}

/** What a collected picture leads to is told by its state, too. */
function expected({ way, outcome }: Case): Outcome {
  return way === 'collect' && 'image' in outcome ? { state: 'generated', ...outcome } : outcome;
}

describe('an answer that Replicate gave', () => {
  const rows = Object.entries(CASES).flatMap(([name, cases]) => cases.map((each) => ({ name, ...each })));
  it.each(rows)('$name is understood when met by $way', async ({ name, ...each }) => {
    const { outcome, server } = await replay(name, each);
    expect(outcome).toEqual(expected(each));
    if (each.sent) expect(server.requests.at(-1)).toMatchObject(each.sent);
  });

  it('is replayed, every one of them, or said not to be read by the provider', () => {
    expect([...Object.keys(CASES), ...Object.keys(UNREAD)].sort()).toEqual(recordingNames('replicate'));
  });

  it('with a picture in it is that picture', async () => {
    const { outcome } = await replay('prediction-blocking', { way: 'submit', outcome: {} });
    expect(outcome).toEqual({ state: 'accepted', remoteId: '0fqzzq8p2srgm0cjb2zaj681jr' });
    const finished = { ...of('prediction-blocking'), body: { ...body('prediction-blocking'), status: 'succeeded' } };
    const server = await startReplay({ GET: [finished] });
    const collected = await outcomeOf(ask(await providerAt(server), { way: 'collect', outcome: {} }));
    expect(collected['image']).toEqual({ kind: 'bytes', bytes: PIXEL });
  });

  it('to a lost request is found though Replicate tells its own name for the model', async () => {
    const model = 'black-forest-labs/flux-kontext-max';
    const first = await startReplay({ GET: [of('model-flux-kontext')], POST: [of('prediction-starting-by-model')] });
    await ask(await providerAt(first), { way: 'submit', model, outcome: {} });
    const { input } = (first.requests.at(-1) ?? expect.unreachable()).body as { input: Record<string, unknown> };
    const entry = { ...body('prediction-starting-by-model'), input };
    const list = { ...of('predictions'), body: { next: null, previous: null, results: [entry] } };
    const second = await startReplay({ GET: [list] });
    const nowMs = Date.parse('2024-04-22T11:15:10Z');
    const provider = await providerAt(second, nowMs);
    const outcome = await outcomeOf(ask(provider, { way: 'find', model, sentAtMs: nowMs - 10_000, outcome: {} }));
    expect(outcome).toEqual({ state: 'found', remoteId: 'cjt2hahk61rgp0cf0p2arcdp9r' });
  });

  it('that says a prediction runs leads to another look, with the progress of its logs', async () => {
    const server = await startReplay({ GET: [of('prediction-processing-with-logs'), of('prediction-succeeded')] });
    const progress: (number | undefined)[] = [];
    const provider = await providerAt(server);
    const context = { ...call(), onPhase: (_: string, share?: number) => progress.push(share) };
    await provider.collect?.({ remoteId: 'p1', acceptedAtMs: 0, sent: {} }, request(), context);
    expect(progress).toEqual([0.04]);
    expect(server.requests.map(({ path }) => path)).toEqual(['/v1/predictions/p1', '/v1/predictions/p1']);
  });
});

function body(name: string): Record<string, unknown> {
  return of(name).body as Record<string, unknown>;
}
