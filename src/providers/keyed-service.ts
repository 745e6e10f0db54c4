/** A JSON service with a key: where it is asked, and as whom. */
import type { Failure } from '../errors.ts';
import { baseUrlOf, keyOf } from './access.ts';
import type { ProviderSettings } from './definition.ts';
import type { JsonService } from './json-service.ts';
import type { CommonOptions } from './options.ts';

/** What a provider knows of its service. */
export interface KeyedService {
  /** What messages call it. */
  name: string;
  /** `providers.<section>` in the config. */
  section: string;
  officialUrl: string;
  /** Environment variable of another address. */
  urlVariable: string;
  /** The credential as it goes into each request. */
  headers: (key: string) => Readonly<Record<string, string>>;
  toldFailure?: (status: number, bodyText: string) => Failure | undefined;
}

/**
 * The service as the settings name it. A key of several parts is looked for in each of them.
 * @throws {UserError} `auth` when there is no key, `usage` when the base URL is malformed.
 */
export function keyedService(
  { options, env, keyVariables, fetch, now }: ProviderSettings<CommonOptions>,
  { name, section, officialUrl, urlVariable, headers, toldFailure }: KeyedService,
): JsonService {
  const key = keyOf(env, keyVariables, name);
  const baseUrl = baseUrlOf([options.baseUrl, env[urlVariable], officialUrl], `providers.${section}.baseUrl`);
  const secrets = [...new Set([key, ...key.split(':')])];
  return { name, baseUrl, headers: headers(key), secrets, ...(toldFailure && { toldFailure }), fetch, now };
}
