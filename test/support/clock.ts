/** A clock that stands still while anything is at work, then jumps to the next alarm. */

interface Alarm {
  atMs: number;
  order: number;
  ring: () => void;
}

/** Virtual time for whole runs: real code, real files, no waiting. */
export class VirtualClock {
  private elapsedMs = 0;
  private aheadMs: number;
  private order = 0;
  private alarms: Alarm[] = [];
  /** Called each time when nothing can happen any more before the next alarm. */
  onQuiet: () => void = () => {};

  constructor(startMs = Date.UTC(2026, 4, 4, 12)) {
    this.aheadMs = startMs;
  }

  /** What the clock shows: it may be set. */
  readonly now = (): number => this.elapsedMs + this.aheadMs;

  /** Time that has passed: it never goes back. */
  readonly elapsed = (): number => this.elapsedMs;

  /** Somebody sets the clock. */
  step(byMs: number): void {
    this.aheadMs += byMs;
  }

  /** Resolves after `ms` of virtual time, or at once when the signal is aborted. */
  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const alarm: Alarm = { atMs: this.elapsedMs + Math.max(0, ms), order: (this.order += 1), ring: resolve };
      this.alarms.push(alarm);
      signal?.addEventListener(
        'abort',
        () => {
          this.alarms = this.alarms.filter((one) => one !== alarm);
          resolve();
        },
        { once: true },
      );
    });

  /** How many sleep now. */
  get sleepers(): number {
    return this.alarms.length;
  }

  /**
   * Lets virtual time pass until `work` has ended. @throws when it never will: nobody sleeps and nothing happens, or
   * `limitMs` of virtual time have passed.
   */
  async drive<T>(work: Promise<T>, limitMs = 24 * 3_600_000): Promise<T> {
    let ended = false;
    const end = () => {
      ended = true;
    };
    work.then(end, end);
    const until = this.elapsedMs + limitMs;
    for (;;) {
      await quiet();
      if (ended) return work;
      this.onQuiet();
      await quiet();
      if (ended) return work;
      this.alarms.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
      const next = this.alarms.shift();
      if (!next) throw new Error('stuck: nothing happens and nobody sleeps');
      if (next.atMs > until) throw new Error(`does not end: ${limitMs} ms of virtual time have passed`);
      this.elapsedMs = Math.max(this.elapsedMs, next.atMs);
      next.ring();
    }
  }
}

/** Files under way. Not the reading of a blob (`FileHandleReadWrap`): that of a stopped upload stays for ever. */
const FILES = /^(FS|FileHandleCloseReq|CloseReq)/;

/** Resolves when no promise is ready to go on and no file is being read or written. */
async function quiet(): Promise<void> {
  for (let idle = 0; idle < 3;) {
    await new Promise((resolve) => setImmediate(resolve));
    idle = process.getActiveResourcesInfo().some((name) => FILES.test(name)) ? 0 : idle + 1;
  }
}
