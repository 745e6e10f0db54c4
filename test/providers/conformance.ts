/**
 * The conformance suite of the provider contract (`src/providers/provider.ts`): every provider runs it.
 *
 *   describeProvider('openai', {
 *     module,                                  // the file's default export
 *     start: async ({ faults, latencyMs, timeoutMs, badKey }) => ({ provider, emulator, secrets, close }),
 *     retiredModel: 'dall-e-3',                // optional: a model that must be refused unsent
 *     request: { quality: 'low' },             // optional: changes to the request that is used
 *   });
 *
 * `emulator` is left out by providers that talk to nobody (local): the parts about the network are then not run, which
 * `remote: false` has to say. In the emulator every paid request must be the operation `submit`.
 * `badKey: true`: the emulator must refuse the provider's key; `secrets` are looked for in every error.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import type { Subject, Started, Begin } from './conformance/subject.ts';
import { plainRequest, thrownBy } from '../support/providers/request.ts';
import { describeData } from './conformance/data.ts';
import { describePictures } from './conformance/pictures.ts';
import { describeNetwork } from './conformance/network.ts';

/** Runs the suite for one provider. */
export function describeProvider(name: string, subject: Subject): void {
  const open: Started[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((started) => started.close()));
  });
  const begin: Begin = async (how = {}) => {
    const started = await subject.start(how);
    open.push(started);
    return {
      ...started,
      request: plainRequest({ model: started.provider.defaultModel, ...subject.request }),
      call: { signal: new AbortController().signal, onSending: () => {} },
    };
  };
  describe(`${name} keeps the provider contract`, () => {
    describeModule(subject);
    describeData(subject, begin);
    describePictures(subject, begin);
    if (subject.remote ?? true) describeNetwork(begin);
  });
}

function describeModule({ module, remote, keyVariables = PROVIDERS[module.name]?.keyVariables ?? [] }: Subject): void {
  const settings = {
    options: {},
    keyVariables,
    env: {},
    fetch,
    now: Date.now,
    elapsed: () => 0,
    sleep: async () => {},
    timeoutMs: 1000,
  };

  it('refuses options it does not know', () => {
    expect(module.optionsSchema.safeParse({ noSuchOption: 1 }).success).toBe(false);
    expect(module.optionsSchema.safeParse({}).success).toBe(true);
  });

  it('names every model once', () => {
    const ids = module.models.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(0);
  });

  if (remote === false || PROVIDERS[module.name]?.ownServer) return;

  it('says which variable holds the key when there is none', async () => {
    const error = await thrownBy(module.create(settings));
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ kind: 'auth' });
    expect(`${(error as UserError).message} ${(error as UserError).hint}`).toContain(keyVariables[0]);
  });
}
