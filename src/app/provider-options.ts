import type { Config } from '../config/config.ts';

/**
 * The options of a provider in the config, for a model. A price holds for the model that the file names beside it, not
 * for another one that a command or a variable names; that of an own server holds for all its models. Pure.
 */
export function optionsFor(
  { provider, providers, writtenModel }: Pick<Config, 'provider' | 'providers' | 'writtenModel'>,
  name: string,
  { model, ownServer = false }: { model: string | undefined; ownServer: boolean | undefined },
): Config['providers'][string] {
  const { priceUsd, ...options } = providers[name] ?? {};
  const beside = (provider === name ? writtenModel : undefined) ?? options.model ?? model;
  const isPriced = priceUsd !== undefined && (ownServer || beside === model);
  return { ...options, ...(isPriced && { priceUsd }), ...(model !== undefined && { model }) };
}
