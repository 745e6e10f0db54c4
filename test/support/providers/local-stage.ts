/** The provider that draws on this computer, and what the tests ask it for. */
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { CharacterAttributes } from '../../../src/character.ts';
import { planCharacter } from '../../../src/plan/plan.ts';
import local from '../../../src/providers/local.ts';
import type { ProviderSettings } from '../../../src/providers/definition.ts';
import type { SubmitContext, ImageRequest, Provider } from '../../../src/providers/provider.ts';
import type { PlannedShot } from '../../../src/shot.ts';

export const mira: CharacterAttributes = {
  name: 'Mira Sol',
  gender: 'woman',
  ageRange: [24, 28],
  ethnicity: 'Mediterranean',
  hairColor: 'auburn',
  hairStyle: 'long wavy',
  eyeColor: 'green',
  bodyType: 'athletic',
  outfitStyle: 'casual streetwear',
  distinctiveFeatures: ['freckles'],
  style: 'photo',
};

export const nobody: CharacterAttributes = { name: 'Nobody', distinctiveFeatures: [], style: 'cartoon' };
export const never = new AbortController().signal;

export function provider(
  options: Record<string, unknown> = {},
  sleep: ProviderSettings['sleep'] = () => Promise.reject(new Error('slept')),
): Promise<Provider> {
  const fetch = (): never => {
    throw new Error('the local provider needs no network');
  };
  return local.create({
    options,
    keyVariables: [],
    env: {},
    fetch,
    now: () => 0,
    elapsed: () => 0,
    sleep,
    timeoutMs: 1000,
  });
}

export function requestOf(
  shot: PlannedShot,
  character: CharacterAttributes,
  size: [number, number] = [96, 96],
): ImageRequest {
  return {
    attemptKey: 'a-1',
    shot: shot.name,
    model: 'avataaars',
    prompt: shot.prompt,
    seed: shot.seed,
    width: size[0],
    height: size[1],
    references: [],
    character,
    look: shot.look,
  };
}

export async function draw(
  request: ImageRequest,
  call: Partial<SubmitContext> = {},
  asked?: Provider,
): Promise<Uint8Array> {
  const submission = await (asked ?? (await provider())).submit(request, {
    signal: never,
    onSending: () => {},
    ...call,
  });
  if (submission.state !== 'generated' || submission.image.kind !== 'bytes') throw new Error('not drawn');
  expect(submission).toMatchObject({ seedUsed: request.seed, costMicros: 0 });
  return submission.image.bytes;
}

export const sum = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export const avatar = (character: CharacterAttributes, seed = 421_337): ImageRequest =>
  requestOf(planCharacter({ attributes: character, seed })[0]!, character);
