import { resolve } from 'node:path';
import type { Registries } from '../config/config.ts';
import type { GivenSettings } from '../config/overrides.ts';
import type { NameOf } from '../config/overrides.ts';
import { processHost, type Host } from '../host.ts';
import type { Reporter } from '../runner/context.ts';
import type { ProjectOptions } from './project.ts';

/** How a project is opened. All parts are optional. */
export interface OpenOptions {
  /**
   * Path of a config file, or the config itself as it would stand in a file. Default: `$IMGGEN_CONFIG`, else
   * `config.json`.
   */
  config?: string | object | undefined;
  /** Go on with defaults where there is no config file and none was named. */
  configOptional?: boolean | undefined;
  /** The folder that paths are relative to; default: the current one. Its `.env` is read. */
  cwd?: string | undefined;
  /** Environment variables, for keys and settings; default: those of the process. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Settings that beat environment and config: provider, model, size, budgetUsd … */
  settings?: GivenSettings | undefined;
  /** How the users of the caller know a setting, for messages (`--timeout-ms`). */
  nameOf?: NameOf | undefined;
  /** See the characters of all owners: for the administrator of this machine. */
  allOwners?: boolean | undefined;
  fetch?: typeof fetch | undefined;
  /** Epoch milliseconds. */
  now?: (() => number) | undefined;
  /** Clock, randomness and sleep, for tests. */
  host?: Partial<Host> | undefined;
  /** Providers and stores besides the built-in ones, by name. */
  providers?: Registries['providers'] | undefined;
  stores?: Registries['stores'] | undefined;
  /** Takes what a log keeps and views do not show, without secrets. */
  log?: Reporter['trace'] | undefined;
}

/** The host and the project that options mean; `builtIn`: the providers and stores that are always there. */
export function openingOf(options: OpenOptions, builtIn: Registries): { host: Host; project: ProjectOptions } {
  const { config, configOptional, cwd = process.cwd(), env = process.env, settings, nameOf } = options;
  const host = processHost({
    ...options.host,
    cwd: resolve(cwd),
    env,
    ...(options.fetch ? { fetch: options.fetch } : {}),
    ...(options.now ? { now: options.now } : {}),
  });
  const project: ProjectOptions = {
    ...(typeof config === 'string' ? { configFile: config } : { config }),
    optional: configOptional,
    options: settings,
    nameOf,
    allOwners: options.allOwners,
    registries: {
      providers: { ...builtIn.providers, ...options.providers },
      stores: { ...builtIn.stores, ...options.stores },
    },
    trace: options.log,
  };
  return { host, project };
}
