import type { GivenSettings } from '../config/overrides.ts';
import type { RunEvent } from '../events.ts';
import type { StopSignals } from '../runner/context.ts';
import type { RunResult } from './result.ts';

/** What every run takes. */
export interface RunOptions {
  /** Aborted: nothing new is sent; what was accepted is recorded and left for a later run. The same as `run.stop()`. */
  signal?: AbortSignal | undefined;
  /** Called for every event, at once. One that throws is not called for that event; the run goes on. */
  onEvent?: ((event: RunEvent) => void) | undefined;
  /**
   * Asked when the worst case would pass a cap: true makes as many pictures as fit. Without it the run is refused
   * (`UserError` of kind `budget`) and nothing is left behind.
   */
  confirm?: ((question: string) => boolean | Promise<boolean>) | undefined;
}

/** Options of a call that makes pictures: of the run, and settings for this call alone. */
export type MakeOptions = RunOptions & { settings?: GivenSettings | undefined };

/** Does the work of a run: tells its events, ends with its result. */
export type RunBody<Result = RunResult> = (signals: StopSignals, emit: (event: RunEvent) => void) => Promise<Result>;

/**
 * A run under way. It has started when it is handed out; it ends with its result, or is refused before anything was
 * sent. The events can be read by `for await (const event of run.events)`, from the moment that the loop begins.
 */
export class Run<Result = RunResult> {
  /** What the run came to. Rejects with `UserError` when it was refused, with anything else for a bug of imggen's. */
  readonly result: Promise<Result>;
  readonly #drain = new AbortController();
  readonly #abort = new AbortController();
  readonly #listeners = new Set<(event: RunEvent) => void>();
  /** Readers of the events that wait for the next one, or for the end. */
  readonly #wakers = new Set<() => void>();
  #over = false;

  constructor(options: RunOptions, body: RunBody<Result>) {
    if (options.onEvent) this.#listeners.add(options.onEvent);
    const stop = () => this.stop();
    options.signal?.addEventListener('abort', stop, { once: true });
    // In the next turn: whoever asked for the run can listen first.
    this.result = Promise.resolve()
      .then(() => {
        if (options.signal?.aborted) stop();
        return body({ drain: this.#drain.signal, abort: this.#abort.signal }, (event) => this.#emit(event));
      })
      .finally(() => options.signal?.removeEventListener('abort', stop));
    const end = () => {
      this.#over = true;
      for (const wake of this.#wakers) wake();
    };
    // A rejection is for who awaits the result: who only reads the events sees their end.
    this.result.then(end, end);
  }

  /** All events, public ones and those of the moment, until the run has ended. */
  get events(): AsyncIterable<RunEvent> {
    return { [Symbol.asyncIterator]: () => this.#read() };
  }

  /**
   * Sends nothing new, records what was accepted, and ends. Called again it changes nothing. @param by told to views.
   */
  stop(by = 'stop'): void {
    if (!this.#drain.signal.aborted) this.#drain.abort(by);
  }

  /** Ends at once: what is on its way is left to a later run. */
  abort(): void {
    this.stop();
    this.#abort.abort();
  }

  #emit(event: RunEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch {
        // A listener that fails must not touch the run.
      }
    }
  }

  async *#read(): AsyncGenerator<RunEvent> {
    let waiting: RunEvent[] = [];
    let wake = () => {};
    const wakeReader = () => wake();
    const listener = (event: RunEvent) => {
      waiting.push(event);
      wake();
    };
    this.#listeners.add(listener);
    this.#wakers.add(wakeReader);
    try {
      for (;;) {
        const told = waiting;
        waiting = [];
        yield* told;
        if (waiting.length > 0) continue;
        if (this.#over) return;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      this.#listeners.delete(listener);
      this.#wakers.delete(wakeReader);
    }
  }
}
