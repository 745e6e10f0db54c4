/** A request that every provider can serve, and what comes of it. */
import { inspect } from 'node:util';
import { expect } from 'vitest';
import type {
  CallContext,
  SubmitContext,
  Collected,
  Generated,
  ImageRequest,
  Provider,
} from '../../../src/providers/provider.ts';

/** A request that every provider can serve. */
export function plainRequest(more: Partial<ImageRequest> = {}): ImageRequest {
  return {
    attemptKey: `attempt-${Math.random().toString(36).slice(2)}`,
    shot: 'gallery-0001',
    model: '',
    prompt: 'Portrait of Mira Sol, auburn hair, green eyes, soft window light.',
    seed: 421_337,
    width: 1024,
    height: 1024,
    references: [],
    character: {
      name: 'Mira Sol',
      distinctiveFeatures: ['freckles'],
      style: 'photo',
      hairColor: 'auburn',
      eyeColor: 'green',
    },
    look: {
      pose: 'standing',
      angle: 'front',
      expression: 'calm',
      framing: 'waist up',
      light: 'soft window light',
      background: 'a plain wall',
      setting: 'plain',
    },
    ...more,
  };
}

/** Submits and, where the service answers with an id, collects. */
export async function makeOne(provider: Provider, request: ImageRequest, call: SubmitContext): Promise<Generated> {
  const submission = await provider.submit(request, call);
  if (submission.state === 'generated') return submission;
  const collected = await collectOne(provider, submission.remoteId, request, call);
  if (collected.state === 'running') throw new Error(`it should have ended: ${collected.why}`);
  return collected;
}

/** Collects work that was accepted just now. */
export function collectOne(
  provider: Provider,
  remoteId: string,
  request: ImageRequest,
  call: CallContext,
): Promise<Collected> {
  if (!provider.collect) throw new Error('accepted work, and no way to collect it');
  return provider.collect({ remoteId, acceptedAtMs: Date.now(), sent: {} }, request, call);
}

/** What was thrown; fails when nothing was. */
export function thrownBy(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => expect.unreachable(`it should have failed, and gave ${inspect(value)}`),
    (error: unknown) => error,
  );
}
