/** A Replicate provider in front of an emulator, for the tests. */
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Accepted,
  CallContext,
  Collected,
  Generated,
  ImageRequest,
  LostAttempt,
  Provider,
  SubmitContext,
} from '../../../src/providers/provider.ts';
import { characterSchema, createCharacter } from '../../../src/character.ts';
import { sentRecord } from '../../../src/providers/replicate/sent.ts';
import replicateModule from '../../../src/providers/replicate.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulators/emulator.ts';
import type { FaultKind } from '../../emulators/faults.ts';
import { replicate, type ReplicateService } from '../../emulators/replicate.ts';
import type { ReplicateOptions } from '../../emulators/replicate/options.ts';

/** A token that is easy to look for in messages. */
export const TOKEN = 'emulated-token';

/** What a test works with. */
export interface Stage {
  emulator: Emulator;
  service: ReplicateService;
  provider: Provider;
  /** Operations that arrived, in order. */
  operations: () => string[];
  /** What was waited, in ms, in order. */
  sleeps: number[];
  /** The body of the n-th paid request, from 0. */
  sent: (index?: number) => { input: Record<string, unknown> } & Record<string, unknown>;
}

const running: Emulator[] = [];

/** Closes what `stage` started; for `afterEach`. */
export async function clearStage(): Promise<void> {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
}

/** Starts an emulator and a provider that talks to it. */
export async function stage(
  options: {
    service?: ReplicateOptions;
    emulator?: EmulatorOptions;
    provider?: Record<string, unknown>;
    timeoutMs?: number;
    now?: () => number;
    elapsed?: () => number;
  } = {},
): Promise<Stage> {
  const service = replicate({ token: TOKEN, ...options.service });
  const emulator = await startEmulator(service, options.emulator);
  running.push(emulator);
  const sleeps: number[] = [];
  const provider = await replicateModule.create({
    options: { baseUrl: `${emulator.url}/v1`, pollMs: 10, settleMs: 0, ...options.provider },
    keyVariables: ['REPLICATE_API_TOKEN'],
    env: { REPLICATE_API_TOKEN: TOKEN },
    fetch,
    now: options.now ?? Date.now,
    elapsed: options.elapsed ?? (() => performance.now()),
    sleep: async (ms, signal) => {
      sleeps.push(ms);
      await sleep(Math.min(ms, 50), undefined, signal === undefined ? {} : { signal });
    },
    timeoutMs: options.timeoutMs ?? 10_000,
  });
  return {
    emulator,
    service,
    provider,
    sleeps,
    operations: () => emulator.requests.map(({ operation }) => operation),
    sent: (index = 0) =>
      emulator.requests.filter(({ operation }) => operation === 'submit')[index]?.body as {
        input: Record<string, unknown>;
      },
  };
}

/** A fault on one operation. */
export function fault(on: string, kind: FaultKind, more: object = {}): EmulatorOptions {
  return { faults: [{ on, kind, ...more }] };
}

/** A request for one picture. */
export function request(more: Partial<ImageRequest> = {}): ImageRequest {
  return {
    attemptKey: 'attempt-1',
    shot: 'gallery-0001',
    model: 'black-forest-labs/flux-dev',
    prompt: 'a woman with auburn hair, standing with arms relaxed',
    seed: 421_337,
    width: 1024,
    height: 1024,
    references: [],
    character: createCharacter(characterSchema.parse({ name: 'Mira Sol', gender: 'woman' })).attributes,
    look: {
      pose: 'standing',
      angle: 'front',
      expression: 'neutral',
      framing: 'waist up',
      light: 'soft light',
      background: 'a plain backdrop',
      setting: 'plain',
    },
    ...more,
  };
}

/** A context that is not stopped. */
export function call(signal: AbortSignal = new AbortController().signal): SubmitContext {
  return { signal, onSending: () => {} };
}

/** An attempt that was sent just now and never answered. */
export function lost(more: Partial<LostAttempt> = {}): LostAttempt {
  const asked = more.request ?? request();
  const { prompt, seed } = asked;
  const sent = sentRecord({ model: asked.model, input: { prompt, seed }, skewMs: 0 });
  return { request: asked, sent, sentAtMs: Date.now(), isKnown: () => false, ...more };
}

/** The remote id of an accepted attempt. */
export async function accepted(provider: Provider, asked: ImageRequest = request()): Promise<string> {
  const submission = await provider.submit(asked, call());
  if (submission.state !== 'accepted') throw new Error('expected an accepted attempt');
  return submission.remoteId;
}

/** Collects accepted work, accepted just now unless told otherwise. */
export async function collect(
  provider: Provider,
  work: string | Accepted,
  asked: ImageRequest = request(),
  context: CallContext = call(),
): Promise<Collected> {
  if (!provider.collect) throw new Error('the provider has no way to collect');
  return provider.collect(
    typeof work === 'string' ? { remoteId: work, acceptedAtMs: Date.now(), sent: {} } : work,
    asked,
    context,
  );
}

/** The picture of accepted work; fails when it still runs. */
export async function made(...collecting: Parameters<typeof collect>): Promise<Generated> {
  const collected = await collect(...collecting);
  if (collected.state === 'running') throw new Error(`expected a picture: ${collected.why}`);
  return collected;
}
