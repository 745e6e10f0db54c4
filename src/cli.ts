import { readFileSync } from 'node:fs';
import { readEnvironment } from './config/environment.ts';
import type { Environment } from './config/overrides.ts';
import { keyVariablesOf } from './config/registries.ts';
import { isDiskFailure, UserError } from './errors.ts';
import { processHost, type Terminal } from './host.ts';
import type { Parsed } from './program.ts';
import { PROVIDERS } from './providers/index.ts';
import { cleanText, createRedactor } from './redact.ts';
import { STORES } from './storage/index.ts';
import { errorText } from './terminal/error-text.ts';
import { EXIT, EXIT_OF_ERROR, type ExitCode } from './terminal/exit-codes.ts';
import { growHeap } from './terminal/memory.ts';
import { widthOf } from './terminal/print.ts';
import { asTyped, programName, type AsTyped } from './terminal/program-name.ts';

/** What the command line is run in. */
export interface Surroundings {
  terminal: Terminal;
  /** The current folder, absolute. @throws where it was removed. */
  cwd: () => string;
  env: Environment;
  /** Lets the heap grow, before a run whose answers are large. */
  growHeap?: () => void;
}

/**
 * Parses the command line, runs the command, and turns whatever it throws into words and an exit code: the one place
 * that does. `argv` as in `process.argv`.
 */
export async function main(argv: readonly string[], around: Surroundings = thisProcess()): Promise<ExitCode> {
  const { terminal, env } = around;
  const parsed: Parsed = { exitCode: EXIT.ok, place: [] };
  const typed: AsTyped = (command) => asTyped(nameIn(argv, around), parsed.place)(command);
  try {
    const page = helpPage(argv, around);
    if (page !== undefined) {
      terminal.stdout.write(page);
      return EXIT.ok;
    }
    const { buildProgram, wordsFor } = await import('./program.ts');
    const heap = around.growHeap && { growHeap: around.growHeap };
    const onStandstill = (message: string) => void terminal.stderr.write(`imggen: ${message}\n`);
    const host = processHost({ cwd: around.cwd(), env, onStandstill, ...heap });
    const program = buildProgram({ host, terminal, typed }, parsed, nameIn(argv, around));
    await program.parseAsync(wordsFor(program, argv.slice(2)), { from: 'user' });
    return parsed.exitCode;
  } catch (error) {
    return told(error, around, typed);
  }
}

/** What this user types before a command. */
function nameIn([, script = '']: readonly string[], { cwd, env }: Surroundings): string {
  try {
    return programName({ script, cwd: cwd(), env });
  } catch {
    return 'imggen'; // the current folder was removed
  }
}

/** Says what went wrong, and tells the exit code. */
function told(error: unknown, around: Surroundings, typed: AsTyped): ExitCode {
  const { stderr } = around.terminal;
  const redact = createRedactor(environment(around), keyVariablesOf({ providers: PROVIDERS, stores: STORES }));
  const clean = (text: string, charsMax: number) => cleanText(text, redact, charsMax);
  const how = { clean, typed, width: widthOf(stderr) };
  if (isParserError(error)) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof UserError) {
    stderr.write(errorText(error, how));
    return EXIT_OF_ERROR[error.kind];
  }
  if (isDiskFailure(error)) {
    const hint =
      'free some space, or correct the path or its permissions; then run again: nothing that was paid is lost';
    const disk = new UserError(`the disk, or a limit of this machine: ${error.message} (${error.code})`, { hint });
    stderr.write(errorText(disk, how));
    return EXIT.usage;
  }
  const stack = redact((error as Error).stack ?? String(error)).split('\n');
  stderr.write(
    `imggen has a bug: please report this. Nothing that was paid is lost: run the command again.\n` +
      `${stack.map((line) => cleanText(line, redact)).join('\n')}\n`,
  );
  return EXIT.bug;
}

/** With what `.env` adds, where that can be read: its keys are secrets, too. */
function environment({ cwd, env }: Surroundings): Environment {
  try {
    return readEnvironment(cwd(), env);
  } catch {
    return env;
  }
}

/**
 * The page that the build wrote (`build/write-help.ts`), for `imggen --help` where it fits: loading the parser takes as
 * long as Node itself.
 */
function helpPage(argv: readonly string[], around: Surroundings): string | undefined {
  const { stdout } = around.terminal;
  const [, , first, ...rest] = argv;
  if (!['--help', '-h', 'help'].includes(first ?? '') || rest.length > 0 || (stdout.columns ?? 80) < 80) {
    return undefined;
  }
  try {
    const page = readFileSync(new URL('./help.txt', import.meta.url), 'utf8');
    return page.replaceAll(/(^Usage: |^  \$ |`)imggen /gm, `$1${nameIn(argv, around)} `);
  } catch {
    return undefined; // not built: the parser knows it, too
  }
}

/**
 * commander's own ends (help shown, usage wrong): told already. Known by their code, so that commander need not be
 * loaded to ask.
 */
function isParserError(error: unknown): error is { exitCode: number } {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('commander.')
  );
}

/** This process: its streams, the signals of its user, its folder and its variables. */
function thisProcess(): Surroundings {
  // A reader that went away (`| head`) ends the output, never the run.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  return { terminal: processTerminal(), cwd: () => process.cwd(), env: process.env, growHeap };
}

function processTerminal(): Terminal {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    onInterrupt: (listener) => {
      // SIGHUP: the terminal went away; what is paid is waited for all the same.
      const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
      for (const name of names) process.on(name, listener);
      return () => {
        for (const name of names) process.off(name, listener);
      };
    },
  };
}
