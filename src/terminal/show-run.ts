import type { RunResult } from '../app/result.ts';
import type { Run, RunOptions } from '../app/run.ts';
import { UserError } from '../errors.ts';
import type { RunEvent } from '../events.ts';
import { createLineWriter } from '../views/lines.ts';
import type { RunSummary, View } from '../views/view.ts';
import { worded } from './advice.ts';
import { canAsk, confirm } from './confirm.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { passInterrupts } from './interrupts.ts';
import { printMessage, type Io } from './print.ts';
import type { AsTyped } from './program-name.ts';
import { summaryOf } from './summary.ts';
import { openView, type ViewFlags } from './view.ts';

/** How a run is shown. */
export interface Showing extends ViewFlags {
  /** Agrees to every question beforehand. */
  yes?: boolean | undefined;
  /** How long the first interrupt waits, in milliseconds; undefined: for a person at a terminal without end. */
  drainMs?: number | undefined;
  /** Nothing is made: what each job once was about to make is no news. */
  uploadsOnly?: boolean | undefined;
  /** Said instead of a summary when there was nothing to do. */
  nothing?: (() => string | Promise<string>) | undefined;
  /** Changes the last words. */
  summary?: ((summary: RunSummary, result: RunResult) => RunSummary) | undefined;
}

/**
 * Shows a run in the view that fits, from its first event to its last words, and passes interrupts on to it.
 * @returns the exit code. @throws what the run was refused for, or its bug.
 */
export async function showRun(io: Io, how: Showing, start: (options: RunOptions) => Run): Promise<ExitCode> {
  const asks = !how.yes && !how.json && canAsk(io.terminal);
  const screen = new Screen(() => openView(io, how), asks ? linesBeforeQuestions(io) : undefined);
  const run = start({
    onEvent: (event) => screen.handle(asShown(event, how, io.typed)),
    ...(how.yes ? { confirm: () => true } : {}),
    ...(asks ? { confirm: (question) => confirm(io.terminal, question) } : {}),
  });
  const off = passInterrupts(run, io.terminal, how.drainMs);
  try {
    const result = await run.result;
    if (result.jobs.length === 0 && result.trainings === undefined) {
      printMessage(io, how, (await how.nothing?.()) ?? 'nothing to do');
      return EXIT.ok;
    }
    const summary = summaryOf(result, io.host.cwd, io.typed);
    const last = how.summary?.(summary, result) ?? summary;
    await screen.close(last);
    return last.exitCode as ExitCode;
  } catch (error) {
    if (!(error instanceof UserError)) await screen.close(BROKEN);
    throw error;
  } finally {
    off();
  }
}

/** An event for the views: advice in the words of the command line. */
function asShown(event: RunEvent, { uploadsOnly }: Showing, typed: AsTyped): RunEvent {
  if (event.event === 'run_opened' && uploadsOnly) return { ...event, uploads_only: true };
  if (event.event !== 'notice') return event;
  const { advice, hint, ...notice } = event;
  if (hint !== undefined) return { ...notice, message: `${notice.message} → ${worded(hint, advice, typed)}` };
  return { ...notice, message: worded(notice.message, advice, typed) };
}

/** Before a question nothing may draw on the terminal: what happens until then is told in plain lines. */
function linesBeforeQuestions({ terminal, host, typed }: Io): (event: RunEvent) => void {
  const writer = createLineWriter({ addresses: 'avatar', resume: typed('resume') });
  return (event) => {
    for (const line of writer.take(event, host.now())) terminal.stderr.write(`${line}\n`);
  };
}

/** The last words of a run that ended by a bug; the stack follows them. */
const BROKEN: RunSummary = {
  exitCode: EXIT.bug,
  interrupted: false,
  folder: '',
  jobs: [],
  failures: [],
  failuresMore: 0,
  notices: [],
  warnings: [],
  next: [],
  headline: 'stopped by a bug in imggen: nothing that was paid is lost',
};

/** A view that is opened by the first event: a run that is refused shows none. */
class Screen {
  readonly #open: () => Promise<View>;
  readonly #before: ((event: RunEvent) => void) | undefined;
  /** A person is still to be asked: the view comes after that. */
  #isBefore = false;
  #view: View | undefined;
  #opening: Promise<void> | undefined;
  #waiting: RunEvent[] = [];

  /** @param before tells what happens before a question at a terminal. */
  constructor(open: () => Promise<View>, before?: (event: RunEvent) => void) {
    this.#open = open;
    this.#before = before;
  }

  handle(event: RunEvent): void {
    if (event.event === 'run_opened') this.#isBefore = event.before_questions === true;
    if (this.#isBefore && this.#before) {
      this.#before(event);
      return;
    }
    if (this.#view) {
      this.#view.handle(event);
      return;
    }
    this.#waiting.push(event);
    this.#opening ??= this.#start();
  }

  async #start(): Promise<void> {
    const view = await this.#open();
    for (const event of this.#waiting) view.handle(event);
    this.#waiting = [];
    this.#view = view;
  }

  async close(summary: RunSummary): Promise<void> {
    await this.#opening;
    await this.#view?.close(summary);
  }
}
