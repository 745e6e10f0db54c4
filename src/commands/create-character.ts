import { resolve } from 'node:path';
import { UserError } from '../errors.ts';
import type { ImgGen } from '../imggen.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { printDryRun } from '../terminal/dry-run.ts';
import type { Log } from '../terminal/log.ts';
import type { Io } from '../terminal/print.ts';
import { showRun } from '../terminal/show-run.ts';
import { openImgGen, openLogOf, withImgGen, type MakingFlags } from './flags.ts';

/** Options of `imggen create-character`. */
export interface CreateFlags extends MakingFlags {
  training?: string | undefined;
  trainingCount?: string | undefined;
}

/**
 * `imggen create-character [config…]`: registers characters, locks their seeds, makes what is missing of avatar and
 * training set.
 */
export function createCharacters(io: Io, configs: readonly string[], flags: CreateFlags): Promise<ExitCode> {
  const [first, ...others] = configs.map((file) => resolve(io.host.cwd, file));
  if (first === undefined || others.length === 0) {
    return withImgGen(io, flags, { configFile: first }, (imggen) => create(io, [imggen], flags));
  }
  return createTogether(io, [first, ...others], flags);
}

/** Several characters in one run. */
async function createTogether(io: Io, files: readonly string[], flags: CreateFlags): Promise<ExitCode> {
  const log = openLogOf(io, flags);
  const all = await openAll(io, files, flags, log);
  try {
    return await create(io, all, flags);
  } finally {
    for (const one of all) await one.close();
    log?.close();
  }
}

/** Opens all configs. @throws {UserError} that lists the problems of all. */
async function openAll(io: Io, files: readonly string[], flags: CreateFlags, log: Log | undefined): Promise<ImgGen[]> {
  const opened: ImgGen[] = [];
  const problems: string[] = [];
  for (const configFile of files) {
    try {
      opened.push(await openImgGen(io, flags, { configFile }, log));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error.message, ...error.problems.map((problem) => `  ${problem}`));
    }
  }
  if (problems.length === 0) return opened;
  throw new UserError('not all configs can be used, nothing was started:', { problems });
}

async function create(io: Io, all: readonly ImgGen[], flags: CreateFlags): Promise<ExitCode> {
  const [first, ...others] = all;
  if (!first) return EXIT.ok;
  const set = { trainingFile: flags.training, trainingCount: countOf(io, flags.trainingCount) };
  if (flags.dryRun) {
    const named = { ...set, key: flags.key, relock: flags.relock };
    printDryRun(io, flags, await Promise.all(all.map((one) => one.planCharacter(named))));
    return EXIT.ok;
  }
  const { key, relock, yes } = flags;
  return showRun(io, { ...flags, drainMs: first.config.drainMs }, (options) =>
    first.createCharacter({ ...options, ...set, key, relock, acceptUnreadStore: yes, with: others }),
  );
}

function countOf(io: Io, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,2}$/.test(text) && Number(text) <= 100) return Number(text);
  const shown = JSON.stringify(text.slice(0, 40));
  throw new UserError(`--training-count: expected a whole number from 1 to 100, got ${shown}`, {
    hint: `for example: ${io.typed('create-character --training-count 20')}`,
  });
}
