/** What the conformance suite of providers is given, and what each of its parts starts from. */
import type { ProviderModule } from '../../../src/providers/definition.ts';
import type { SubmitContext, ImageRequest, Provider } from '../../../src/providers/provider.ts';
import type { Emulator } from '../../emulators/emulator.ts';
import type { Fault } from '../../emulators/faults.ts';

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

export type Scene = Started & { request: ImageRequest; call: SubmitContext };
export type Begin = (how?: StartOptions) => Promise<Scene>;

export function submits(emulator: Emulator | undefined): number {
  return emulator?.requests.filter(({ operation }) => operation === 'submit').length ?? 0;
}
