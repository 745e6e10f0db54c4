/** Loads the configuration: file, environment and flags, layered. */
import type { Config, ConfigSources, Registries } from './config.ts';

/**
 * @throws {UserError} (exit 2) that lists every problem of file, environment and flags at once.
 */
export async function loadConfig(_sources: ConfigSources, _registries: Registries): Promise<Config> {
  throw new Error('not yet written');
}
