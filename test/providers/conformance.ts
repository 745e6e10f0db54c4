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
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { ProviderError, UserError } from '../../src/errors.ts';
import { sizeProblem } from '../../src/providers/capabilities.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import type { ProviderModule } from '../../src/providers/definition.ts';
import type {
  CallContext,
  SubmitContext,
  Collected,
  Generated,
  ImageRequest,
  Provider,
} from '../../src/providers/provider.ts';
import type { Emulator, Fault, FaultKind } from '../emulators/emulator.ts';
import { makePicture } from '../emulators/picture.ts';

/** How a provider is to be started. */
export interface StartOptions {
  faults?: Fault[];
  latencyMs?: number;
  /** Default: long enough for everything here, e.g. 10 s. */
  timeoutMs?: number;
  badKey?: boolean;
}

/** A started provider. */
export interface Started {
  provider: Provider;
  emulator?: Emulator;
  /** What must be in no error: the key. */
  secrets: readonly string[];
  close: () => Promise<void>;
}

/** What is tested. */
export interface Subject {
  module: ProviderModule;
  /** Default: those of its line in the registry. */
  keyVariables?: readonly string[];
  start: (how: StartOptions) => Promise<Started>;
  /** Default true: it talks to a service, which the emulator stands in for. */
  remote?: boolean;
  retiredModel?: string;
  request?: Partial<ImageRequest>;
}

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
  return provider.collect({ remoteId, acceptedAtMs: Date.now() }, request, call);
}

/** What was thrown; fails when nothing was. */
export function thrownBy(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => expect.unreachable(`it should have failed, and gave ${inspect(value)}`),
    (error: unknown) => error,
  );
}

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

type Scene = Started & { request: ImageRequest; call: SubmitContext };
type Begin = (how?: StartOptions) => Promise<Scene>;

function submits(emulator: Emulator | undefined): number {
  return emulator?.requests.filter(({ operation }) => operation === 'submit').length ?? 0;
}

function describeModule({ module, remote, keyVariables = PROVIDERS[module.name]?.keyVariables ?? [] }: Subject): void {
  const settings = { options: {}, keyVariables, env: {}, fetch, now: Date.now, sleep: async () => {}, timeoutMs: 1000 };

  it('refuses options it does not know', () => {
    expect(module.optionsSchema.safeParse({ noSuchOption: 1 }).success).toBe(false);
    expect(module.optionsSchema.safeParse({}).success).toBe(true);
  });

  it('names every model once', () => {
    const ids = module.models.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(0);
  });

  if (remote === false) return;

  it('says which variable holds the key when there is none', async () => {
    const error = await thrownBy(module.create(settings));
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ kind: 'auth' });
    expect(`${(error as UserError).message} ${(error as UserError).hint}`).toContain(keyVariables[0]);
  });
}

function describeData(subject: Subject, begin: Begin): void {
  it('tells what its default model can do, the same each time, and takes the size that is asked here', async () => {
    const { provider, request } = await begin();
    expect(provider.name).toBe(subject.module.name);
    const capabilities = provider.capabilities(provider.defaultModel);
    expect(provider.capabilities(provider.defaultModel)).toEqual(capabilities);
    expect(sizeProblem(capabilities.sizes, request.width, request.height)).toBeUndefined();
    expect(capabilities.referencesMax).toBeGreaterThanOrEqual(0);
    expect(capabilities.cancel).toBe(provider.cancel !== undefined);
    expect(capabilities.reattach).toBe(provider.collect !== undefined);
    expect((provider.retentionMs ?? Infinity) > 0).toBe(true);
  });

  it('prices a request in whole micro-dollars, dated, the worst case not below the expected', async () => {
    const { provider, request, emulator } = await begin();
    const price = provider.price(request);
    expect(price).toBeDefined();
    if (!price) return;
    expect(provider.price(request)).toEqual(price);
    expect(Number.isInteger(price.worstMicros) && Number.isInteger(price.expectedMicros)).toBe(true);
    expect(price.expectedMicros).toBeGreaterThanOrEqual(0);
    expect(price.worstMicros).toBeGreaterThanOrEqual(price.expectedMicros);
    expect(price.asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(price.source).not.toBe('');
    expect(emulator?.requests ?? []).toEqual([]);
  });

  it('says in sentences what it can not do', async () => {
    const { provider, request } = await begin();
    for (const warning of provider.warnings({ ...request, negativePrompt: 'watermark' }))
      expect(warning).toMatch(/\w+ \w+/);
  });

  const { retiredModel } = subject;
  if (retiredModel === undefined) return;

  it('refuses a retired model before anything is sent, naming the way out', async () => {
    const { provider, request, emulator, call } = await begin();
    let told: unknown;
    try {
      provider.capabilities(retiredModel);
    } catch (error) {
      told = error;
    }
    expect(told).toBeInstanceOf(UserError);
    expect((told as UserError).hint).toBeTruthy();
    const error = await thrownBy(provider.submit({ ...request, model: retiredModel }, call));
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ failure: 'rejected', charged: 'no' });
    expect(emulator?.requests ?? []).toEqual([]);
  });
}

function describePictures(subject: Subject, begin: Begin): void {
  it('makes a picture with one paid request, within the price', async () => {
    const { provider, request, emulator, call } = await begin();
    const phases: string[] = [];
    const made = await makeOne(provider, request, { ...call, onPhase: (phase) => phases.push(phase) });
    expectPicture(made);
    const worst = provider.price(request)?.worstMicros ?? 0;
    if (made.costMicros !== undefined) expect(Number.isInteger(made.costMicros) && made.costMicros <= worst).toBe(true);
    if (!emulator) return;
    expect([submits(emulator), emulator.charges().length]).toEqual([1, 1]);
    expect(phases[0]).toBe('sending');
  });

  it('takes a reference along, if it takes any', async () => {
    const { provider, request, emulator, call } = await begin();
    if (provider.capabilities(request.model).referencesMax === 0) return;
    const folder = await mkdtemp(join(tmpdir(), 'imggen-reference-'));
    try {
      const bytes = makePicture(64, 64, 'a reference');
      const path = join(folder, 'mira.png');
      await writeFile(path, bytes);
      const reference = { path, mime: 'image/png' as const, sha256: '0'.repeat(64), sizeBytes: bytes.length };
      expectPicture(await makeOne(provider, { ...request, references: [reference] }, call));
      if (emulator) expect([submits(emulator), emulator.charges().length]).toEqual([1, 1]);
      await rm(path);
      const error = await thrownBy(
        makeOne(provider, { ...request, references: [{ ...reference, sha256: '1'.repeat(64) }] }, call),
      );
      expect(error).toMatchObject({ name: 'ProviderError', charged: 'no' });
      expect(submits(emulator)).toBe(emulator ? 1 : 0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('makes no second picture for the same key, if it says so', async () => {
    const { provider, request, emulator, call } = await begin();
    if (!provider.idempotent) return;
    const first = await makeOne(provider, request, call);
    expect(await makeOne(provider, request, call)).toEqual(first);
    if (emulator) expect(emulator.charges()).toHaveLength(1);
  });

  it('keeps work that is stopped while it is waited for, and collects it later', async () => {
    const { provider, request, emulator, call } = await begin();
    if (!provider.collect) return;
    const submission = await provider.submit(request, call);
    if (submission.state !== 'accepted') return;
    const stopped = await collectOne(provider, submission.remoteId, request, { signal: AbortSignal.abort() });
    expect(stopped).toEqual({ state: 'running', why: expect.stringMatching(/\w+ \w+/) as string });
    expect(await collectOne(provider, submission.remoteId, request, call)).toMatchObject({ state: 'generated' });
    if (emulator) expect([submits(emulator), emulator.charges().length]).toEqual([1, 1]);
  });

  it('serves several requests at once, one paid request each', async () => {
    const { provider, request, emulator, call } = await begin();
    const made = await Promise.all(
      [1, 2, 3, 4].map((seed) =>
        makeOne(provider, { ...request, attemptKey: `${request.attemptKey}-${seed}`, seed }, call),
      ),
    );
    for (const each of made) expectPicture(each);
    if (emulator) expect([submits(emulator), emulator.charges().length]).toEqual([4, 4]);
  });

  it('announces a request once, right before it leaves', async () => {
    const { provider, request, call, emulator } = await begin();
    const sentBefore: number[] = [];
    await makeOne(provider, request, { ...call, onSending: () => void sentBefore.push(submits(emulator)) });
    expect(sentBefore).toEqual([0]);
  });

  it('sends nothing when the announcement can not be written', async () => {
    const { provider, request, call, emulator } = await begin();
    const full = () => {
      throw new Error('the disk is full');
    };
    await thrownBy(provider.submit(request, { ...call, onSending: full }));
    expect(submits(emulator)).toBe(0);
  });

  it('sends nothing when it was stopped before', async () => {
    const { provider, request, call, emulator } = await begin();
    const error = await thrownBy(provider.submit(request, { ...call, signal: AbortSignal.abort('stopped by a test') }));
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ failure: 'interrupted', charged: 'no' });
    expect(emulator?.requests ?? []).toEqual([]);
  });

  it('is healthy, says so in a sentence, and buys nothing to find out', async () => {
    const { provider, emulator, call } = await begin();
    expect(await provider.check(call)).toMatchObject({ ok: true, message: expect.stringMatching(/\w+/) as string });
    expect([submits(emulator), emulator?.charges() ?? []]).toEqual([0, []]);
  });

  if (subject.remote === false) return;

  it('collects the same picture again without paying again', async () => {
    const { provider, request, emulator, call } = await begin();
    if (!provider.collect) return;
    const submission = await provider.submit(request, call);
    if (submission.state !== 'accepted') return;
    const first = await collectOne(provider, submission.remoteId, request, call);
    expect(first.state).toBe('generated');
    expect(await collectOne(provider, submission.remoteId, request, call)).toEqual(first);
    expect([submits(emulator), emulator?.charges().length]).toEqual([1, 1]);
  });
}

function expectPicture({ image, seedUsed }: Generated): void {
  if (image.kind === 'bytes')
    expect(Buffer.from(image.bytes.subarray(1, 4)).toString('latin1')).toMatch(/^(?:PNG|\xd8\xff.|IFF)$/s);
  else expect(URL.canParse(image.url)).toBe(true);
  if (seedUsed !== undefined) expect(Number.isInteger(seedUsed)).toBe(true);
}

function describeNetwork(begin: Begin): void {
  const failing = async (how: StartOptions): Promise<{ error: ProviderError; scene: Scene }> => {
    const scene = await begin(how);
    const error = await thrownBy(makeOne(scene.provider, scene.request, scene.call));
    expect(error).toBeInstanceOf(ProviderError);
    expectNoSecret(error, scene.secrets);
    return { error: error as ProviderError, scene };
  };

  it.each([
    [400, ['rejected']],
    [401, ['unauthorized']],
    [402, ['no-credit']],
    [403, ['unauthorized']],
    [404, ['rejected']],
    [413, ['rejected']],
    [422, ['rejected']],
    [429, ['rate-limited']],
    [500, ['unavailable', 'unknown']],
    [502, ['unknown']],
    [503, ['unknown']],
    [504, ['unknown']],
  ])('calls a submit answered with %i %j, after one request', async (status, kinds) => {
    const { error, scene } = await failing({
      faults: [{ on: 'submit', kind: 'status', status, headers: { 'retry-after': '2' } }],
    });
    expect(kinds).toContain(error.failure);
    expect(error.status).toBe(status);
    expect(error.charged).toBe(error.failure === 'unknown' ? 'maybe' : 'no');
    if (status === 429) expect(error.retryAfterMs).toBe(2000);
    expect(submits(scene.emulator)).toBe(1);
  });

  it.each<FaultKind>(['reset-before', 'reset-after', 'header-bomb'])(
    'does not know what became of a submit that met %s, and does not send it again',
    async (kind) => {
      const { error, scene } = await failing({ faults: [{ on: 'submit', kind }] });
      expect(error).toMatchObject({ failure: 'unknown', charged: 'maybe' });
      expect(submits(scene.emulator)).toBe(1);
    },
  );

  it.each<FaultKind>([
    'truncate-length',
    'truncate-chunked',
    'truncate-close',
    'html',
    'error-json',
    'not-image',
    'empty',
    'gzip-bomb',
  ])(
    'makes no picture of a submit answered with %s, never says it was free, and does not send it again',
    async (kind) => {
      const { error, scene } = await failing({ faults: [{ on: 'submit', kind }] });
      expect(scene.emulator?.charges().length).toBe(1);
      expect(['maybe', 'yes']).toContain(error.charged);
      expect(submits(scene.emulator)).toBe(1);
    },
  );

  it('follows no redirect of a submit', async () => {
    const elsewhere = await begin();
    const { error, scene } = await failing({
      faults: [{ on: 'submit', kind: 'redirect', status: 307, headers: { location: elsewhere.emulator?.url ?? '' } }],
    });
    expect(error.charged).toBe('no');
    expect(submits(scene.emulator)).toBe(1);
    expect(elsewhere.emulator?.requests).toEqual([]);
  });

  it('knows that nothing was sent when nobody is there', async () => {
    const scene = await begin();
    await scene.emulator?.close();
    const error = await thrownBy(scene.provider.submit(scene.request, scene.call));
    expect(error).toMatchObject({ name: 'ProviderError', failure: 'unavailable', charged: 'no' });
    expectNoSecret(error, scene.secrets);
    expect(await scene.provider.check(scene.call)).toMatchObject({ ok: false });
  });

  it('ends promptly when it is stopped on the way, and does not know what became of it', async () => {
    const { provider, request, call, emulator } = await begin({ faults: [{ on: 'submit', kind: 'hang' }] });
    const stop = new AbortController();
    const ending = thrownBy(provider.submit(request, { ...call, signal: stop.signal }));
    await expect.poll(() => submits(emulator), { interval: 5 }).toBe(1);
    stop.abort(new Error('stopped by a test'));
    expect(await ending).toMatchObject({ name: 'ProviderError', failure: 'unknown', charged: 'maybe' });
    expect(submits(emulator)).toBe(1);
  });

  it.each<FaultKind>(['hang', 'hang-before', 'slow-loris'])(
    'gives up a submit that met %s at its time-out, and does not know what became of it',
    async (kind) => {
      // As long as this machine, as busy as it is, needs to send the request before the limit.
      for (let timeoutMs = 300; ; timeoutMs *= 4) {
        const { error, scene } = await failing({ faults: [{ on: 'submit', kind }], timeoutMs });
        if (submits(scene.emulator) === 0 && timeoutMs < 20_000) continue;
        expect(error).toMatchObject({ failure: 'unknown', charged: 'maybe' });
        expect(submits(scene.emulator)).toBe(1);
        return;
      }
    },
  );

  it('never repeats a key, also when the service does', async () => {
    const { error, scene } = await failing({ badKey: true });
    expect(error).toMatchObject({ failure: 'unauthorized', charged: 'no' });
    const health = await scene.provider.check(scene.call);
    expect(health.ok).toBe(false);
    expectNoSecret(health, scene.secrets);
  });

  it('says that it is unhealthy when the service is broken or it is stopped, and never throws', async () => {
    const { provider } = await begin({ faults: [{ on: '*', kind: 'status', status: 500 }] });
    expect(await provider.check({ signal: new AbortController().signal })).toMatchObject({ ok: false });
    expect(await provider.check({ signal: AbortSignal.abort() })).toMatchObject({ ok: false });
  });
}

function expectNoSecret(value: unknown, secrets: readonly string[]): void {
  const printed = inspect(value, { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: null });
  for (const secret of secrets) expect(printed).not.toContain(secret);
}
