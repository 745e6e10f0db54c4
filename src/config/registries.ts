/** What the lists of providers and stores tell without loading any of them. */
import type { Registries } from './config.ts';

/** All environment variables that hold a key of any provider or store: their values are secret. */
export function keyVariablesOf({ providers, stores }: Registries): string[] {
  return [...Object.values(providers), ...Object.values(stores)].flatMap((entry) => entry.keyVariables);
}

/** Those of a registry that train LoRAs, the usual one first. */
export function trainersIn(providers: Registries['providers']): string[] {
  const names = Object.keys(providers).filter((name) => providers[name]?.trains !== undefined);
  return names.toSorted((a, b) => Number(providers[b]?.trains === 'usual') - Number(providers[a]?.trains === 'usual'));
}
