/** The providers whose lives are played: how each is built in front of its emulator, and how it recovers. */
import { PROVIDERS } from '../../src/providers/index.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { KILL_KEYS, KILL_SERVICES, type KillProvider } from '../support/harness/kill-services.ts';
import { EXAMPLES } from '../support/providers/comfyui-stage.ts';
import { gemini } from '../emulators/gemini.ts';
import { modal } from '../emulators/modal.ts';
import { openai } from '../emulators/openai.ts';
import { OWN_ENDPOINT, runpod } from '../emulators/runpod.ts';
import type { Service } from '../emulators/service.ts';
import { LIMIT_MS, type Pace } from './pace.ts';

/** A provider as it is played. */
export interface Subject {
  /** Its name in the registry. */
  provider: string;
  service: () => Service;
  /** From the emulator's address to the base URL. */
  basePath: string;
  options: Readonly<Record<string, unknown>>;
  /** What a picture costs at worst, in micro-dollars. */
  priceMicros: number;
  /**
   * `sync`: the answer is the picture. `blind`: an id that only its answer tells. `found`: what was lost is looked up.
   */
  recovery: 'sync' | 'blind' | 'found';
  /** Operations that read accepted work, and whether its picture is fetched from an address. */
  reads: readonly string[];
  downloads: boolean;
  /** A request is answered by headers alone: half of the body is enough. */
  answersInHeaders?: boolean;
  /** Its pictures go in batches. */
  batch?: boolean;
  /** What a picture takes, in ms; default 0. */
  latencyMs?: number;
}

/** Of a server of one's own the GPU time has a price, so that doubts are about money. */
const OWN_PRICE_MICROS = 10_000;

function subject(
  provider: KillProvider,
  how: Pick<Subject, 'recovery' | 'reads' | 'downloads'> & Partial<Subject>,
): Subject {
  const { name = provider, service, basePath, options, priceMicros } = KILL_SERVICES[provider];
  if (service === undefined) throw new Error(`${provider} talks to nobody`);
  return { provider: name, service, basePath, options, priceMicros: priceMicros || OWN_PRICE_MICROS, ...how };
}

const SYNC = { recovery: 'sync', reads: [], downloads: false } as const;
/** Batches have ended before they are answered. */
const BATCH = { recovery: 'found', downloads: false, batch: true } as const;
const BLIND = { recovery: 'blind', downloads: true } as const;

/** By name. */
export const SUBJECTS = {
  fal: subject('fal', { ...BLIND, reads: ['poll', 'result'] }),
  bfl: subject('bfl', { ...BLIND, reads: ['poll'] }),
  runpod: subject('runpod', { ...BLIND, reads: ['poll'] }),
  'worker-comfyui': subject('runpod', {
    ...BLIND,
    reads: ['poll'],
    downloads: false,
    priceMicros: 4_000,
    service: () => runpod({ worker: 'worker-comfyui' }),
    options: { endpointId: OWN_ENDPOINT, workflow: `${EXAMPLES}/portrait.json`, pollMs: 20 },
  }),
  modal: subject('modal', { recovery: 'found', reads: ['poll'], downloads: false }),
  'modal plain': subject('modal', {
    ...BLIND,
    downloads: false,
    reads: ['poll'],
    latencyMs: 3_000,
    answersInHeaders: true,
    service: () => modal({ handOverMs: 0 }),
    basePath: '/generate',
    options: { pattern: 'plain', pollMs: 20 },
  }),
  comfyui: subject('comfyui', { latencyMs: 3_000, recovery: 'found', reads: ['history', 'queue'], downloads: true }),
  gemini: subject('gemini', SYNC),
  'openai in batches': subject('openai-batch', { ...BATCH, reads: ['poll', 'content'], service: openai }),
  'gemini in batches': subject('gemini-batch', { ...BATCH, reads: ['poll'], service: gemini }),
  imagen: subject('imagen', SYNC),
  a1111: subject('a1111', SYNC),
  'openai-compatible': subject('openai-compatible', SYNC),
} as const satisfies Record<string, Subject>;

/** The name of one. */
export type SubjectName = keyof typeof SUBJECTS;
export const NAMES = Object.keys(SUBJECTS) as SubjectName[];

/** The provider of a subject, in front of its emulator. `options` and `env` are laid over its own. */
export async function providerOf(
  { provider: name, basePath, options: own, priceMicros }: Subject,
  at: {
    url: string;
    pace: Pace;
    fetch: typeof fetch;
    options?: Record<string, unknown> | undefined;
    env?: Record<string, string> | undefined;
  },
): Promise<Provider> {
  const { default: module } = (await PROVIDERS[name]?.load()) ?? {};
  if (module === undefined) throw new Error(`there is no provider ${name}`);
  return module.create({
    ...at.pace,
    options: { baseUrl: `${at.url}${basePath}`, priceUsd: priceMicros / 1e6, ...own, ...at.options },
    keyVariables: PROVIDERS[name]?.keyVariables ?? [],
    env: { ...KILL_KEYS, ...at.env },
    fetch: at.fetch,
    timeoutMs: LIMIT_MS,
  });
}

/** Says of everything that it was never sent: the control, which must be caught. */
export function denying(provider: Provider): Provider {
  const find = () => Promise.resolve({ state: 'absent' as const });
  return { ...provider, find, ...(provider.batch ? { batch: { ...provider.batch, find } } : {}) };
}
