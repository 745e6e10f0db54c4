/** What kill runs need to know of a provider: its emulator, what a picture costs, its config. One entry a provider. */
import { fileURLToPath } from 'node:url';
import type { Service } from '../../emulators/service.ts';
import { a1111 } from '../../emulators/a1111.ts';
import { bfl } from '../../emulators/bfl.ts';
import { fal } from '../../emulators/fal.ts';
import { comfyui } from '../../emulators/comfyui.ts';
import { gemini } from '../../emulators/gemini.ts';
import { localai } from '../../emulators/localai.ts';
import { ANA, people } from '../../emulators/people.ts';
import { modal } from '../../emulators/modal.ts';
import { openai } from '../../emulators/openai.ts';
import { replicate } from '../../emulators/replicate.ts';
import { runpod } from '../../emulators/runpod.ts';

/** A provider that kill runs know. */
export type KillProvider =
  | 'local'
  | 'replicate'
  | 'openai'
  | 'openai-batch'
  | 'gemini'
  | 'gemini-batch'
  | 'imagen'
  | 'bfl'
  | 'fal'
  | 'people'
  | 'runpod'
  | 'modal'
  | 'openai-compatible'
  | 'comfyui'
  | 'a1111';

interface KillService {
  /** Its name in the config; default: that of the entry. */
  name?: string;
  /** Absent: it talks to nobody. */
  service?: () => Service;
  /** From the emulator's address to the provider's base URL. */
  basePath: string;
  /** By the config: never less than the emulator charges. */
  priceMicros: number;
  /** True: it tells what a picture cost, which is less than what is held for it. */
  tellsCost: boolean;
  /** True: an answer that was lost stays in doubt. */
  mayHold: boolean;
  /** Laid over the config. */
  config: Readonly<Record<string, unknown>>;
  /** The provider's own options, besides address and price. */
  options: Readonly<Record<string, unknown>>;
  /** How often a picture of somebody else is made again at most; default: faces are not compared. */
  rerolls?: number;
}

const EXAMPLE = fileURLToPath(new URL('../../../docs/comfyui/portrait.json', import.meta.url));

/** The least likeness of a picture that is not made again. */
export const GATE = 0.85;
const REROLLS = 2;

const SYNC = { priceMicros: 100_000, tellsCost: true, mayHold: true, options: {} };

export const KILL_SERVICES: Readonly<Record<KillProvider, KillService>> = {
  local: { basePath: '', priceMicros: 0, tellsCost: false, mayHold: false, config: { size: '64x64' }, options: {} },
  replicate: {
    service: replicate,
    basePath: '/v1',
    priceMicros: 25_000,
    tellsCost: false,
    mayHold: false,
    config: {},
    options: { model: 'black-forest-labs/flux-dev', pollMs: 20, settleMs: 300 },
  },
  openai: { ...SYNC, service: openai, basePath: '/v1', config: { size: '1024x1024', quality: 'low' } },
  'openai-batch': {
    ...SYNC,
    name: 'openai',
    service: () => openai({ batch: { batchMs: 150 } }),
    basePath: '/v1',
    config: { size: '1024x1024', quality: 'low', batch: true },
  },
  'gemini-batch': {
    ...SYNC,
    name: 'gemini',
    service: () => gemini({ batch: { batchMs: 150 } }),
    basePath: '',
    config: { size: '1024x1024', batch: true },
  },
  gemini: { ...SYNC, service: gemini, basePath: '', config: { size: '1024x1024' } },
  imagen: {
    ...SYNC,
    service: () => gemini({ imagen: true }),
    basePath: '',
    tellsCost: false,
    config: { size: '1024x1024' },
  },
  bfl: {
    service: bfl,
    basePath: '',
    priceMicros: 30_000,
    tellsCost: true,
    mayHold: true,
    config: {},
    options: { pollMs: 20 },
  },
  fal: {
    service: fal,
    basePath: '',
    priceMicros: 12_000,
    tellsCost: false,
    mayHold: true,
    config: {},
    options: { model: 'fal-ai/flux-2', pollMs: 20 },
  },
  people: {
    name: 'fal',
    service: people,
    basePath: '',
    // One megapixel for the picture, one for its reference.
    priceMicros: 24_000,
    tellsCost: false,
    mayHold: true,
    config: {
      character: { name: 'Mira Sol', gender: 'woman', seed: 421_337, references: [fileURLToPath(ANA)] },
      faces: { minConsistency: GATE, rerolls: REROLLS, allowInconsistent: true },
    },
    options: { model: 'fal-ai/flux-2', pollMs: 20 },
    rerolls: REROLLS,
  },
  runpod: {
    service: runpod,
    basePath: '/v2',
    priceMicros: 30_000,
    tellsCost: true,
    mayHold: true,
    config: {},
    options: { model: 'qwen-image-t2i', pollMs: 20 },
  },
  modal: {
    service: modal,
    basePath: '',
    priceMicros: 2_000,
    tellsCost: false,
    mayHold: false,
    config: {},
    options: { pollMs: 20, settleMs: 300 },
  },
  a1111: { ...SYNC, service: a1111, basePath: '', priceMicros: 0, config: { size: '256x256' } },
  'openai-compatible': { ...SYNC, service: localai, basePath: '/v1', priceMicros: 0, config: { size: '256x256' } },
  comfyui: {
    service: comfyui,
    basePath: '',
    priceMicros: 0,
    tellsCost: false,
    mayHold: false,
    config: { size: '64x64' },
    options: { workflow: EXAMPLE, pollMs: 20, settleMs: 300 },
  },
};

/** How many pictures a pack of so many was agreed to make at most. */
export function mostOf(provider: KillProvider, count: number): number {
  return count * (1 + (KILL_SERVICES[provider].rerolls ?? 0));
}

/** Keys that the emulators take. */
export const KILL_KEYS = {
  REPLICATE_API_TOKEN: 'emulated-token',
  OPENAI_API_KEY: 'emulated-key',
  GEMINI_API_KEY: 'emulated-key',
  FAL_KEY: 'emulated:key',
  BFL_API_KEY: 'emulated-key',
  RUNPOD_API_KEY: 'emulated-key',
  MODAL_KEY: 'wk-emulated',
  MODAL_SECRET: 'ws-emulated',
};
