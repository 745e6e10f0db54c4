/** The trainers: what they hold, what they ask for, and what an answer of Replicate's means. */
import { describe, expect, it } from 'vitest';
import { trainersIn } from '../../src/config/registries.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import { trainingResult } from '../../src/providers/replicate/training.ts';
import { fastPace } from '../lives/pace.ts';

const KEYS = { FAL_KEY: 'id:secret', REPLICATE_API_TOKEN: 'token' };
const WEIGHTS = 'https://files.test/trained_model.tar';
const CREATED = { id: 'abc', created_at: '2026-11-22T00:00:00Z' };

async function trainerOf(name: 'fal' | 'replicate', options: object = {}) {
  const { default: module } = (await PROVIDERS[name]?.load()) ?? {};
  const keyVariables = PROVIDERS[name]?.keyVariables ?? [];
  const settings = { ...fastPace(), options, keyVariables, env: KEYS, fetch, timeoutMs: 1_000 };
  return (await module?.create(settings))?.trainer;
}

it('is offered by the providers whose line says so, the usual one first', () => {
  expect(trainersIn(PROVIDERS)).toEqual(['fal', 'replicate']);
  const paper = { keyVariables: [], trains: 'named', load: () => Promise.reject(new Error('not loaded')) } as const;
  expect(trainersIn({ paper, ...PROVIDERS })).toEqual(['fal', 'paper', 'replicate']);
});

describe.each(['fal', 'replicate'] as const)('the trainer of %s', (name) => {
  it('holds at least what it expects, and more for more steps', async () => {
    const trainer = await trainerOf(name);
    const [few, many] = [1_000, 2_000].map((steps) => trainer?.price(steps));
    expect(few?.worstMicros).toBeGreaterThanOrEqual(few?.expectedMicros ?? Infinity);
    expect(many?.expectedMicros).toBe(2 * (few?.expectedMicros ?? 0));
    expect(many?.worstMicros).toBeGreaterThan(few?.worstMicros ?? Infinity);
  });

  it('costs what the training costs, whatever a picture does', async () => {
    const trainer = await trainerOf(name, { priceUsd: 0.01 });
    const asked = trainer?.asked({ zip: '', zipSha256: '', trigger: 'm1r4', steps: 1_000 });
    const picture = { model: 'any', width: 8, height: 8, references: [], prompt: '' };
    expect(asked?.price(picture)).toEqual(trainer?.price(1_000));
  });
});

it('fal at an address of one’s own trains only where it is told where to upload', async () => {
  expect(await trainerOf('fal', { baseUrl: 'http://127.0.0.1:9' })).toBeUndefined();
  expect(await trainerOf('fal', { baseUrl: 'http://127.0.0.1:9', uploadUrl: 'http://127.0.0.1:9' })).toBeDefined();
});

describe('a training at Replicate', () => {
  it('names its weights, its version, and the time that it took', () => {
    const output = { weights: WEIGHTS, version: 'you/mira:abc' };
    expect(trainingResult({ ...CREATED, status: 'succeeded', output, metrics: { predict_time: 1_000 } })).toEqual({
      state: 'generated',
      image: { kind: 'url', url: WEIGHTS },
      costMicros: 1_525_000,
      usage: { predict_time: 1_000, version: 'you/mira:abc' },
    });
  });

  it('has its weights, whatever is told of its version', () => {
    const output = { weights: WEIGHTS, version: 42 };
    expect(trainingResult({ ...CREATED, status: 'succeeded', output })).toMatchObject({ image: { url: WEIGHTS } });
  });

  it.each(['starting', 'processing', 'a-new-word'])('goes on at the status %s', (status) => {
    expect(trainingResult({ ...CREATED, status })).toEqual({ state: 'running' });
  });

  it('that succeeded without weights may still get them, unless they were deleted', () => {
    expect(trainingResult({ ...CREATED, status: 'succeeded', output: null }).state).toBe('missing');
    const deleted = () => trainingResult({ ...CREATED, status: 'succeeded', output: null, data_removed: true });
    expect(deleted).toThrow(expect.objectContaining({ expired: true, charged: 'yes' }));
  });

  it.each([
    ['failed', '2026-11-22T00:00:00Z', 'rejected', 'maybe'],
    ['failed', null, 'rejected', 'no'],
    ['canceled', '2026-11-22T00:00:00Z', 'timeout', 'maybe'],
    ['canceled', null, 'rejected', 'no'],
    ['aborted', null, 'rejected', 'no'],
  ])('%s, begun at %s, is %s and was charged: %s', (status, started_at, failure, charged) => {
    const read = () => trainingResult({ ...CREATED, status, started_at });
    expect(read).toThrow(expect.objectContaining({ failure, charged }));
  });
});
