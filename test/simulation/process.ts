/**
 * A process of imggen inside the test: the real runner on a shared database, which can be killed between any two
 * steps.
 */
import { randomUUID } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { Ledger } from '../../src/ledger/ledger.ts';
import type { Download } from '../../src/runner/context.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { Runner } from '../../src/runner/runner.ts';
import type { RunnerOptions, RunnerResult } from '../../src/runner/context.ts';
import type { VirtualClock } from '../support/clock.ts';
import { contextOf, ready } from '../support/jobs.ts';

/** Thrown by every step of a process that was killed; nothing of it catches it. */
class Crash extends Error {}

/** What a simulated process is made of. */
export interface ProcessParts {
  db: Database;
  clock: VirtualClock;
  id: string;
  isRunning: (owner: string) => boolean;
  provider: Provider;
  download: Download;
  options: RunnerOptions;
  /** It is killed at this step; undefined: it runs to its end. */
  killAtStep: number | undefined;
  committed: () => void;
}

/** One process, from its start until it ends or is killed. */
export class SimulatedProcess {
  readonly id: string;
  killed = false;
  /** True once nothing it began is still under way: only then can others tell. */
  silent = false;
  private readonly parts: ProcessParts;
  private steps = 0;
  private keys = 0;
  private end: () => void = () => {};

  constructor(parts: ProcessParts) {
    this.parts = parts;
    this.id = parts.id;
  }

  /** Runs to the end; undefined when it was killed. */
  async run(): Promise<RunnerResult | undefined> {
    const ended = new Promise<undefined>((resolve) => {
      this.end = () => resolve(undefined);
    });
    const work = this.work().catch((error: unknown) => {
      if (this.killed) return undefined;
      throw error;
    });
    return Promise.race([ended, work]);
  }

  private async work(): Promise<RunnerResult> {
    const { parts } = this;
    const ledger = new Ledger({
      file: ':memory:',
      now: parts.clock.now,
      open: () => this.database(),
      liveness: { owner: this.id, isRunning: parts.isRunning, close: () => {} },
    });
    ledger.resetBreaker('paper:k');
    const context = contextOf({
      ledger,
      now: parts.clock.now,
      elapsed: parts.clock.elapsed,
      sleep: (ms, signal) => this.outside(() => parts.clock.sleep(ms, signal)),
      download: (url, part, how) => this.outside(() => parts.download(url, part, how)),
      // Unique for ever, as real ones: what a killed process still stages must be no other scenario's.
      newKey: () => `${this.id}-${(this.keys += 1)}-${randomUUID()}`,
      trace: () => this.step(),
      provide: [ready(this.provider())],
    });
    return new Runner(context, parts.options, { references: new Map(), after: [] }).run();
  }

  /** Ends at the step that was chosen; a killed process does nothing more. @throws {Crash} */
  private step(): void {
    if (!this.killed && (this.steps += 1) === this.parts.killAtStep) {
      this.killed = true;
      this.end();
    }
    if (this.killed) throw new Crash();
  }

  /** A call that leaves the process: its answer reaches only a process that still runs. */
  private async outside<T>(call: () => Promise<T>): Promise<T> {
    await this.stepOrSilence();
    try {
      return await call();
    } finally {
      await this.stepOrSilence();
    }
  }

  private async stepOrSilence(): Promise<void> {
    try {
      this.step();
    } catch {
      await new Promise<never>(() => {});
    }
  }

  private provider(): Provider {
    const { provider } = this.parts;
    const { collect, find } = provider;
    return {
      ...provider,
      submit: (request, call) => this.outside(() => provider.submit(request, call)),
      ...(collect && { collect: (remoteId, request, call) => this.outside(() => collect(remoteId, request, call)) }),
      ...(find && { find: (lost, call) => this.outside(() => find(lost, call)) }),
    };
  }

  /** The shared database as this process holds it: it may be killed before or after each commit. */
  private database(): Database {
    const { db, committed } = this.parts;
    return new Proxy(db, {
      get: (target, name) => {
        if (name === 'close') return () => {};
        if (name !== 'transaction') {
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        }
        return (body: (...given: unknown[]) => unknown) => ({
          immediate: (...given: unknown[]) => {
            this.step();
            const result = target.transaction(body).immediate(...given);
            committed();
            this.step();
            return result;
          },
        });
      },
    });
  }
}
