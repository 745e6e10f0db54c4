/** What the lists of providers and stores tell without loading any of them. */
import type { Registries } from './config.ts';

/** All environment variables that hold a key of any provider or store: their values are secret. */
export function keyVariablesOf({ providers, stores }: Registries): string[] {
  return [...Object.values(providers), ...Object.values(stores)].flatMap((entry) => entry.keyVariables);
}
