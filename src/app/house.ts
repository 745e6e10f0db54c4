import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config, Flags } from '../config/config.ts';
import { readEnvironment } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import { UserError } from '../errors.ts';
import { Ledger } from '../ledger/ledger.ts';
import { PROVIDERS } from '../providers/index.ts';
import { STORES } from '../storage/index.ts';
import { createRedactor, printable } from '../sanitize.ts';
import { openLog, type Log } from '../terminal/log.ts';
import type { Host } from '../host.ts';

/** Options that every command takes, as commander hands them over. */
export interface CommonFlags extends Flags {
  json?: boolean;
  quiet?: boolean;
  color?: boolean;
  ink?: boolean;
  log?: string;
  yes?: boolean;
  dryRun?: boolean;
  key?: string;
  new?: boolean;
  relock?: boolean;
  allOwners?: boolean;
}

/** Config, ledger and log of one command, opened; closed in reverse order by `close`. */
export interface House {
  host: Host;
  flags: CommonFlags;
  config: Config;
  /** Opened at first use, so that `--dry-run` and bad input write nothing. */
  ledger: () => Ledger;
  /** False while there is no ledger file yet. */
  hasLedger: () => boolean;
  log: Log;
  /** Takes secrets and terminal control out of text from outside. */
  clean: (text: string) => string;
  close: () => void;
}

/** How a house is opened. */
export interface HouseOptions {
  /** The command works without a config file. */
  configOptional?: boolean;
  /** A config named as an argument. */
  configFile?: string;
}

/** Loads the config and prepares the rest. @throws {UserError} exit 2, with every problem. */
export async function openHouse(host: Host, flags: CommonFlags, options: HouseOptions = {}): Promise<House> {
  const env = readEnvironment(host.cwd, host.env);
  const redact = createRedactor(env);
  const clean = (text: string) => printable(redact(text), 1_000);
  const config = await loadConfig(
    { cwd: host.cwd, env, flags, configFile: options.configFile, optional: options.configOptional },
    { providers: PROVIDERS, stores: STORES },
  );
  const log = openLog(flags.log === undefined ? undefined : resolve(host.cwd, flags.log), host.now, redact);
  let ledger: Ledger | undefined;
  return {
    host,
    flags,
    config,
    ledger: () => (ledger ??= new Ledger({ file: config.ledger, now: host.now })),
    hasLedger: () => ledger !== undefined || existsSync(config.ledger),
    log,
    clean,
    close: () => {
      ledger?.close();
      log.close();
    },
  };
}

/** Opens a house, hands it to the command, closes it whatever happens. */
export async function withHouse<T>(
  host: Host,
  flags: CommonFlags,
  options: HouseOptions,
  body: (house: House) => Promise<T>,
): Promise<T> {
  const house = await openHouse(host, flags, options);
  try {
    return await body(house);
  } finally {
    house.close();
  }
}

/** The ledger of a query: an empty answer would be a lie where there is none. @throws {UserError} */
export function existingLedger(house: House): Ledger {
  if (!house.hasLedger()) {
    throw new UserError(`there is no ledger at ${house.config.ledger}`, {
      hint: 'make something first (`imggen create-character`), or name the right one: --config FILE or --ledger FILE',
    });
  }
  return house.ledger();
}
