/** A process of imggen inside the test: the real runner on a shared database, which can die between any two steps. */
import type { Database } from 'better-sqlite3';
import { Ledger } from '../../src/ledger/ledger.ts';
import type { Download } from '../../src/runner/context.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { Runner } from '../../src/runner/runner.ts';
import type { RunOptions, RunResult } from '../../src/runner/context.ts';
import type { VirtualClock } from './clock.ts';
import { contextOf, ready } from './scene.ts';

/** Comes out of every step of a process that is dead; nobody is there to catch it. */
class Crash extends Error {}

/** What a simulated process is made of. */
export interface ProcessParts {
  db: Database;
  clock: VirtualClock;
  id: string;
  isAlive: (owner: string) => boolean;
  provider: Provider;
  download: Download;
  options: RunOptions;
  /** It dies at this step; undefined: it lives. */
  dieAtStep: number | undefined;
  committed: () => void;
}

/** One process, from its start to its end or death. */
export class SimulatedProcess {
  readonly id: string;
  dead = false;
  /** True once nothing it began is still under way: only then can others tell. */
  buried = false;
  private readonly parts: ProcessParts;
  private steps = 0;
  private keys = 0;
  private die: () => void = () => {};

  constructor(parts: ProcessParts) {
    this.parts = parts;
    this.id = parts.id;
  }

  /** Runs to the end; undefined when it died. */
  async run(): Promise<RunResult | undefined> {
    const died = new Promise<undefined>((resolve) => {
      this.die = () => resolve(undefined);
    });
    const life = this.live().catch((error: unknown) => {
      if (this.dead) return undefined;
      throw error;
    });
    return Promise.race([died, life]);
  }

  private async live(): Promise<RunResult> {
    const { parts } = this;
    const ledger = new Ledger({
      file: ':memory:',
      now: parts.clock.now,
      open: () => this.database(),
      liveness: { owner: this.id, isAlive: parts.isAlive, close: () => {} },
    });
    ledger.forgive('paper:k');
    const context = contextOf({
      ledger,
      now: parts.clock.now,
      sleep: (ms, signal) => this.outside(() => parts.clock.sleep(ms, signal)),
      download: (url, part, how) => this.outside(() => parts.download(url, part, how)),
      newKey: () => `${this.id}-${(this.keys += 1)}`,
      trace: () => this.step(),
      provide: [ready(this.provider())],
    });
    return new Runner(context, parts.options, { references: new Map(), after: [] }).run();
  }

  /** Dies when its hour has come; a dead process does nothing more. @throws {Crash} */
  private step(): void {
    if (!this.dead && (this.steps += 1) === this.parts.dieAtStep) {
      this.dead = true;
      this.die();
    }
    if (this.dead) throw new Crash();
  }

  /** A call that leaves the process: its answer reaches only the living. */
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

  /** The shared database as this process holds it: death may come before or after each commit. */
  private database(): Database {
    const { db, committed } = this.parts;
    return new Proxy(db, {
      get: (target, name) => {
        if (name === 'close') return () => {};
        if (name !== 'transaction') {
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        }
        return (body: () => unknown) => ({
          immediate: () => {
            this.step();
            const result = target.transaction(body).immediate();
            committed();
            this.step();
            return result;
          },
        });
      },
    });
  }
}
