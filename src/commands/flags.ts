/** Command-line options as commander hands them over, and what they are for the library. */
import { ImgGen } from '../imggen.ts';
import type { GivenSettings } from '../config/overrides.ts';
import type { NameOf, Setting } from '../config/overrides.ts';
import { openLog, type Log } from '../terminal/log.ts';
import type { Io } from '../terminal/print.ts';
import { resolve } from 'node:path';

/** Options that every command takes: raw text and switches, nothing checked. */
export interface CommonFlags {
  config?: string | undefined;
  ledger?: string | undefined;
  storage?: string | undefined;
  owner?: string | undefined;
  allOwners?: boolean | undefined;
  log?: string | undefined;
  color?: boolean | undefined;
  json?: boolean | undefined;
}

/** Options of commands that look at the folder of the pictures. */
export interface FolderFlags extends CommonFlags {
  output?: string | undefined;
}

/** Options of the commands that make pictures. */
export interface MakingFlags extends FolderFlags {
  provider?: string | undefined;
  model?: string | undefined;
  seed?: string | undefined;
  size?: string | undefined;
  quality?: string | undefined;
  aspectRatio?: string | undefined;
  transparent?: boolean | undefined;
  batch?: boolean | undefined;
  concurrency?: string | undefined;
  budget?: string | undefined;
  maxImageUsd?: string | undefined;
  maxDayUsd?: string | undefined;
  priority?: string | undefined;
  timeoutMs?: string | undefined;
  attemptsMax?: string | undefined;
  requireSeed?: boolean | undefined;
  allowUnknownPrice?: boolean | undefined;
  /** Only `false` (from `--no-thumbnails`) says something: commander's default is `true`. */
  thumbnails?: boolean | undefined;
  placeholders?: boolean | undefined;
  /** `--score`, `--no-score`, or neither. */
  score?: boolean | undefined;
  minConsistency?: string | undefined;
  rerolls?: string | undefined;
  allowInconsistent?: boolean | undefined;
  key?: string | undefined;
  new?: boolean | undefined;
  relock?: boolean | undefined;
  dryRun?: boolean | undefined;
  quiet?: boolean | undefined;
  ink?: boolean | undefined;
  yes?: boolean | undefined;
}

/** The library's settings of the flags. */
export function settingsOf(flags: MakingFlags): GivenSettings {
  const { provider, model, seed, size, quality, concurrency, timeoutMs, attemptsMax, priority } = flags;
  const { maxImageUsd, maxDayUsd, output, ledger, storage, owner, requireSeed, allowUnknownPrice } = flags;
  const { aspectRatio, transparent, batch } = flags;
  const look = { size, aspectRatio, transparent, quality, batch };
  const making = { provider, model, seed, ...look, concurrency, timeoutMs, attemptsMax, priority };
  const others = { maxImageUsd, maxDayUsd, output, ledger, storage, owner, requireSeed, allowUnknownPrice };
  const { placeholders } = flags;
  const thumbnails = flags.thumbnails === false ? false : undefined;
  const { minConsistency, rerolls, allowInconsistent } = flags;
  const faces = { score: flags.score, minConsistency, rerolls, allowInconsistent };
  return { ...making, ...others, ...faces, budgetUsd: flags.budget, thumbnails, placeholders };
}

/** How users of the command line know a setting: `timeoutMs` → `--timeout-ms`. */
export const flagOf: NameOf = (setting: Setting) => {
  const name = setting === 'budgetUsd' ? 'budget' : setting;
  return `--${name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
};

/** How a project is opened for a command. */
export interface Opening {
  /** The command works without a config file. */
  configOptional?: boolean | undefined;
  /** A config named as an argument. */
  configFile?: string | undefined;
}

/** Opens the project that the flags mean. @throws {UserError} with every problem at once. */
export function openImgGen(io: Io, flags: MakingFlags, { configOptional, configFile }: Opening, log?: Log) {
  const { host } = io;
  return ImgGen.open({
    config: configFile ?? flags.config,
    configOptional,
    cwd: host.cwd,
    env: host.env,
    host,
    settings: settingsOf(flags),
    nameOf: flagOf,
    allOwners: flags.allOwners,
    log: log?.trace,
  });
}

/** Opens the file of `--log`, where one is named. @throws {UserError} when that is impossible. */
export function openLogOf({ host }: Io, { log }: CommonFlags): Log | undefined {
  return log === undefined ? undefined : openLog(resolve(host.cwd, log), host.now);
}

/** Opens the project that the flags mean, hands it to the command, closes it whatever happens. */
export async function withImgGen<T>(
  io: Io,
  flags: MakingFlags,
  opening: Opening,
  body: (imggen: ImgGen) => Promise<T>,
): Promise<T> {
  const log = openLogOf(io, flags);
  try {
    const imggen = await openImgGen(io, flags, opening, log);
    try {
      return await body(imggen);
    } finally {
      await imggen.close();
    }
  } finally {
    log?.close();
  }
}
