/** The fault server: the program against services that misbehave in every way of docs/failures.md. */
import { describe, expect, it } from 'vitest';
import type { Fault } from './emulators/faults.ts';
import { limitPassesAtTheFault } from './support/harness/hurry.ts';
import { play, type Played, type Scene } from './support/harness/scene.ts';

const COUNT = 2;
const ATTEMPTS_MAX = 3;

async function met(scene: Omit<Scene, 'root' | 'count'> & { count?: number }): Promise<Played> {
  const played = await play({ count: COUNT, ...scene });
  expect(played.findings?.violations ?? [], played.ended.stderr).toEqual([]);
  expect(played.submits.length).toBeLessThanOrEqual((scene.count ?? COUNT) * ATTEMPTS_MAX);
  return played;
}

const first = (fault: Omit<Fault, 'on' | 'positions'>): Fault[] => [{ on: 'submit', positions: [1], ...fault }];
const images = ({ findings }: Played): number | undefined => findings?.figures.images;

describe.concurrent('a submit that surely was not accepted is sent again', () => {
  it.each([
    {
      provider: 'openai',
      why: '429 with seconds',
      fault: { kind: 'status', status: 429, headers: { 'retry-after': '1' } },
      leastMs: 1_000,
    },
    {
      provider: 'replicate',
      why: '429 with seconds',
      fault: { kind: 'status', status: 429, headers: { 'retry-after': '1' } },
      leastMs: 1_000,
    },
    {
      provider: 'openai',
      why: '429 with a word',
      fault: { kind: 'status', status: 429, headers: { 'retry-after': 'soon' } },
      leastMs: 400,
    },
    {
      provider: 'openai',
      why: '429 with a negative wait',
      fault: { kind: 'status', status: 429, headers: { 'retry-after': '-7' } },
      leastMs: 0,
    },
    { provider: 'replicate', why: '429 with nothing', fault: { kind: 'status', status: 429 }, leastMs: 400 },
    { provider: 'openai', why: '500', fault: { kind: 'status', status: 500, body: '{"error":{}}' }, leastMs: 0 },
    { provider: 'openai', why: '408', fault: { kind: 'status', status: 408 }, leastMs: 400 },
    { provider: 'replicate', why: '408, looked up', fault: { kind: 'status', status: 408 }, leastMs: 100 },
  ] as const)('$provider, $why', async ({ provider, fault, leastMs }) => {
    const played = await met({ provider, emulator: { faults: first(fault) } });
    expect(played.ended.code, played.ended.stderr).toBe(0);
    expect(images(played)).toBe(COUNT);
    expect(played.charges).toBe(COUNT);
    expect(played.submits).toHaveLength(COUNT + 1);
    expect((played.submits[1] ?? 0) - (played.submits[0] ?? 0)).toBeGreaterThanOrEqual(leastMs);
  });

  it('429 with a date: no sooner than that', async () => {
    const until = Math.ceil((Date.now() + 3_000) / 1000) * 1000;
    const played = await met({
      provider: 'openai',
      emulator: {
        faults: first({ kind: 'status', status: 429, headers: { 'retry-after': new Date(until).toUTCString() } }),
      },
    });
    expect(played.ended.code).toBe(0);
    expect(played.submits[1]).toBeGreaterThanOrEqual(until);
  });
});

/** Whatever hides the answer: Replicate is asked what became of it, OpenAI can't be. */
const HIDING = [
  { kind: 'hang' },
  { kind: 'hang-before' },
  { kind: 'slow-loris', delayMs: 300 },
  { kind: 'reset-before' },
  { kind: 'reset-after' },
  { kind: 'truncate-length' },
  { kind: 'truncate-chunked' },
  { kind: 'truncate-close' },
  { kind: 'html' },
  { kind: 'error-json' },
  { kind: 'empty' },
  { kind: 'gzip-bomb' },
  { kind: 'header-bomb' },
  { kind: 'status', status: 502, handled: true },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 504, handled: true },
] as const;

/** Where the time limit is what ends the request. */
const limitFor = (kind: string) => (/^(hang|slow)/.test(kind) ? limitPassesAtTheFault : {});

describe.concurrent('a submit whose answer is hidden', () => {
  it.each(HIDING)('is looked up at Replicate and paid once: %j', async (fault) => {
    const played = await met({
      provider: 'replicate',
      emulator: { faults: first(fault) },
      ...limitFor(fault.kind),
    });
    expect(played.ended.code, played.ended.stderr).toBe(0);
    expect(images(played)).toBe(COUNT);
    expect(played.charges).toBe(COUNT);
  });

  it.each(HIDING)('is never sent again to OpenAI, reported and counted, and the others go on: %j', async (fault) => {
    const played = await met({
      provider: 'openai',
      emulator: { faults: first(fault) },
      ...limitFor(fault.kind),
    });
    expect([3, 75], played.ended.stderr).toContain(played.ended.code);
    expect(images(played)).toBe(COUNT - 1);
    expect(played.submits).toHaveLength(COUNT);
    expect(played.events.at(-1)).toMatchObject({
      event: 'pack_completed',
      completed: COUNT - 1,
      failed: 1,
      // What OpenAI tells of one picture, and what is held for the other.
      cost_usd: expect.closeTo(0.1066, 3),
    });
  });

  it('is taken for what it is when only its content type lies', async () => {
    for (const provider of ['openai', 'replicate'] as const) {
      const played = await met({ provider, emulator: { faults: first({ kind: 'wrong-type' }) } });
      expect(played.charges).toBe(COUNT);
      expect(played.submits).toHaveLength(COUNT);
    }
  });
});

describe.concurrent('a download that fails', () => {
  // Two of a run: each picture may meet both.
  it.each([
    [{ kind: 'status', status: 500 }, { kind: 'reset-after' }],
    [{ kind: 'status', status: 403 }, { kind: 'truncate-length' }],
    [{ kind: 'status', status: 404 }, { kind: 'truncate-chunked' }],
    [{ kind: 'html' }, { kind: 'truncate-close' }],
    [{ kind: 'error-json' }, { kind: 'not-image' }],
    [{ kind: 'gzip-bomb' }, { kind: 'empty' }],
    [{ kind: 'header-bomb' }, { kind: 'redirect' }],
    [{ kind: 'wrong-type' }],
  ] as const)('is tried again and leaves no bad file: %j, %j', async (...kinds) => {
    const played = await met({
      provider: 'replicate',
      emulator: { faults: kinds.map((fault, index) => ({ on: 'download', positions: [index + 1], ...fault })) },
    });
    expect(played.ended.code, played.ended.stderr).toBe(0);
    expect(images(played)).toBe(COUNT);
    expect(played.submits).toHaveLength(COUNT);
  });

  it('again and again is kept open, counted as paid and not made again, while the service keeps it', async () => {
    const played = await play({
      count: COUNT,
      provider: 'replicate',
      emulator: { faults: [{ on: 'download', kind: 'status', status: 404 }] },
    });
    expect(played.ended.code).toBe(75);
    expect(played.findings?.violations).toContain(`${COUNT} shots ended as leased`);
    expect(played.findings?.figures).toMatchObject({ paidTwice: 0, images: 0 });
    expect(played.submits).toHaveLength(COUNT);
    expect(played.events.at(-1)).toMatchObject({ completed: 0, failed: 0, cost_usd: expect.closeTo(0.05) });
  });
});

describe.concurrent('a refusal is not sent again, the others go on', () => {
  it('OpenAI says 400', async () => {
    const body = JSON.stringify({
      error: {
        message: 'Your request was rejected by the safety system.',
        code: 'moderation_blocked',
        type: 'image_generation_user_error',
      },
    });
    const played = await met({
      provider: 'openai',
      emulator: { faults: first({ kind: 'status', status: 400, body }) },
    });
    expect(played.ended.code).toBe(3);
    expect(played.submits).toHaveLength(COUNT);
    expect(played.events).toContainEqual(
      expect.objectContaining({ event: 'generation_failed', error_type: 'refused', retry_at: null }),
    );
  });
});
