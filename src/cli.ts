import { readFileSync } from 'node:fs';
import type { Host } from './host.ts';
import { EXIT, isDiskFailure, UserError, type ExitCode } from './errors.ts';
import type { Outcome } from './program.ts';
import { createRedactor, printable } from './sanitize.ts';

/**
 * Parses the command line, runs the command, and turns whatever it throws into words and an exit code: the one place that does.
 * `argv` as in `process.argv`.
 */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const host = processHost();
  const outcome: Outcome = { code: EXIT.ok };
  // A reader that went away (`| head`) ends the output, never the run.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    const page = helpPage(argv, host);
    if (page !== undefined) {
      host.stdout.write(page);
      return EXIT.ok;
    }
    const { buildProgram } = await import('./program.ts');
    await buildProgram(host, outcome).parseAsync([...argv]);
    return outcome.code;
  } catch (error) {
    const redact = createRedactor(host.env);
    if (isParserError(error)) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof UserError) {
      host.stderr.write(redact(wordsOf(error)));
      return error.exitCode;
    }
    if (isDiskFailure(error)) {
      host.stderr.write(
        redact(
          wordsOf(
            new UserError(`the disk, or a limit of this machine: ${error.message} (${error.code})`, {
              hint: 'make room, then run the command again: nothing that was paid is lost',
            }),
          ),
        ),
      );
      return EXIT.usage;
    }
    const stack = (error as Error).stack ?? String(error);
    host.stderr.write(
      `imggen has a bug: please report this. Nothing that was paid is lost: run the command again.\n${redact(stack)}\n`,
    );
    return EXIT.bug;
  }
}

/** The page that the build wrote (`write-help.ts`), for `imggen --help` where it fits: loading the parser takes as long as Node itself. */
function helpPage(argv: readonly string[], { stdout }: Host): string | undefined {
  const [, , first, ...rest] = argv;
  if (!['--help', '-h', 'help'].includes(first ?? '') || rest.length > 0 || (stdout.columns ?? 80) < 80)
    return undefined;
  try {
    return readFileSync(new URL('./help.txt', import.meta.url), 'utf8');
  } catch {
    return undefined; // not built: the parser knows it, too
  }
}

/** commander's own ends (help shown, usage wrong): told already. Known by their code, so that commander need not be loaded to ask. */
function isParserError(error: unknown): error is { exitCode: number } {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('commander.')
  );
}

function wordsOf(error: UserError): string {
  const lines = [
    `imggen: ${printable(error.message, 2_000)}`,
    ...error.problems.map((problem) => `  ${printable(problem, 500)}`),
  ];
  if (error.hint !== undefined) lines.push(`  → ${printable(error.hint, 1_000)}`);
  return `${lines.join('\n')}\n`;
}

/** The process as the commands see it. */
function processHost(): Host {
  return {
    cwd: process.cwd(),
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    fetch: globalThis.fetch,
    now: Date.now,
    sleep,
    random: Math.random,
    newKey: () => crypto.randomUUID(),
    onSignal: (listener) => {
      process.on('SIGINT', listener);
      process.on('SIGTERM', listener);
      return () => {
        process.off('SIGINT', listener);
        process.off('SIGTERM', listener);
      };
    },
  };
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}
