import type { Config, ConfigSources, Registries } from '../config/config.ts';
import type { GivenSettings } from '../config/overrides.ts';
import { readEnvironment } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import { keyVariablesOf } from '../config/registries.ts';
import type { Host } from '../host.ts';
import type { Reporter } from '../runner/context.ts';
import { createCleaner, createRedactor, redactedValue } from '../redact.ts';
import { LedgerFile } from './ledger-file.ts';
import { assertNodeVersion } from './node-version.ts';
import { Services } from './services.ts';

/** Who asks: characters of others are not shown to them. */
export interface Caller {
  /** null: nobody in particular; sees the characters that belong to nobody. */
  owner: string | null;
  /** The administrator of this machine sees everybody's. */
  allOwners: boolean;
}

/**
 * What an opened project is made of. Use-cases take the parts that they need of it (`Pick<Project, 'ledger' |
 * 'caller'>`), never the whole.
 */
export interface Project {
  config: Config;
  ledger: LedgerFile;
  /** Providers and stores, made ready when they are asked for. */
  services: Services;
  caller: Caller;
  host: Host;
  /** Takes secrets and terminal control out of text from outside; cut to `lengthMax` characters, 1,000 by default. */
  clean: (text: string, lengthMax?: number) => string;
  /** Takes what a log keeps and views do not show. */
  trace: Reporter['trace'];
}

/** How a project is opened. */
export interface ProjectOptions extends Omit<ConfigSources, 'cwd' | 'env'> {
  allOwners?: boolean | undefined;
  registries: Registries;
  trace?: Reporter['trace'] | undefined;
}

/**
 * Loads the config and prepares the rest; writes nothing.
 * @throws {UserError} `usage`, with every problem of the config at once; also under a Node that is too old.
 */
export async function openProject(host: Host, options: ProjectOptions): Promise<Project> {
  assertNodeVersion();
  const { allOwners = false, registries, trace, ...sources } = options;
  const env = readEnvironment(host.cwd, host.env);
  const redact = createRedactor(env, keyVariablesOf(registries));
  const clean = createCleaner(redact);
  const config = await loadConfig({ ...sources, cwd: host.cwd, env }, registries);
  return {
    config,
    ledger: new LedgerFile(config.ledger, { now: host.now, onBusy: host.onStandstill }),
    services: new Services(config, { ...host, env }, registries, clean),
    caller: { owner: config.owner ?? null, allOwners },
    host,
    clean,
    trace:
      trace === undefined ? () => {} : (point, facts) => trace(point, { ...(redactedValue(facts, redact) as object) }),
  };
}

/**
 * The same project with other settings for one call: same ledger, other config. @throws {UserError} as `openProject`.
 */
export async function withOptions(project: Project, options: ProjectOptions, more: GivenSettings): Promise<Project> {
  // What is undefined was not given: it must not take a cap away.
  const given = Object.entries(more).filter(([, value]) => value !== undefined);
  if (given.length === 0) return project;
  const settings = { ...options.options, ...Object.fromEntries(given) };
  const other = await openProject(project.host, { ...options, options: settings });
  return { ...other, ledger: project.ledger, trace: project.trace };
}
