/**
 * A job of a real provider in front of its emulator, worked on by one process after another, which may die: the real
 * runner and ledger, inside the test's process, with waits that pass at once.
 *
 * A death is a copy of the folder as it is at that moment, with which the next process goes on; what the dead one still
 * does, it does to the old folder, and its requests go nowhere.
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { downloadImage } from '../../src/images/download.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { Runner } from '../../src/runner/runner.ts';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import type { Fault } from '../emulators/faults.ts';
import { contextOf, galleryShots, makeJob, newFolder, optionsOf, removeFolder } from '../support/jobs.ts';
import { lookAt, type Seen, statesIn } from './evidence.ts';
import { fastPace, LIMIT_MS, type Pace } from './pace.ts';
import { denying, providerOf, type Subject, SUBJECTS, type SubjectName } from './subjects.ts';

/** Where a process dies: at the n-th time that it passes a point, or while a request with a fault is under way. */
export type Death = { point: string; hit?: number } | 'at the fault';

/** How a process is started. */
export interface ProcessOptions {
  dies?: Death;
  /** Laid over the provider's options. */
  options?: Record<string, unknown> | undefined;
  env?: Record<string, string> | undefined;
  /** A look-up finds nothing: the control, which must be caught. */
  deny?: boolean;
}

/** Runs of the job that are tried until it has ended. */
const RUNS_MAX = 8;
const SIZE_PX = 1024;
/** A job from its beginning to its end. */
export class Life {
  readonly emulator: Emulator;
  readonly events: unknown[] = [];
  private readonly subject: Subject;
  private readonly folders = [newFolder('life')];
  private readonly dead = new Set<string>();
  private jobId = 0;
  private model = '';
  private readonly pace: Pace;
  private processes = 0;

  private constructor(subject: Subject, emulator: Emulator, pace: Pace) {
    this.subject = subject;
    this.emulator = emulator;
    this.pace = pace;
  }

  private async plan(shots: number): Promise<void> {
    const { provider, priceMicros, options, batch = false } = this.subject;
    const { defaultModel } = await this.provider(fetch, {});
    this.model = String(options['model'] ?? defaultModel);
    const mostMicros = batch ? priceMicros / 2 : priceMicros;
    const ledger = this.open('planner');
    this.jobId = makeJob(ledger, this.output, {
      shots: galleryShots(shots).map((shot, index) => ({ ...shot, seed: 100 + index })),
      settings: {
        provider,
        model: this.model,
        batch,
        width: SIZE_PX,
        height: SIZE_PX,
        concurrency: 1,
        timeoutMs: LIMIT_MS,
        // Just enough for a picture that is paid once.
        caps: { perImageMicros: mostMicros, perRunMicros: shots * mostMicros },
      },
    }).id;
    ledger.close();
    this.dead.add('planner');
  }

  /** A job of so many shots, none of them begun. */
  static async begin(name: SubjectName, { shots = 1, faults = [] }: { shots?: number; faults?: Fault[] } = {}) {
    const subject = SUBJECTS[name];
    const pace = fastPace();
    const emulator = await startEmulator(subject.service(), {
      faults,
      now: pace.now,
      latencyMs: subject.latencyMs ?? 0,
    });
    const life = new Life(subject, emulator, pace);
    await life.plan(shots);
    return life;
  }

  /** One process, to its end or its death. @returns true when it died. */
  async process({ dies, options, env, deny = false }: ProcessOptions = {}): Promise<boolean> {
    const owner = `process ${(this.processes += 1)}`;
    const abort = new AbortController();
    const ledger = this.open(owner);
    const hits = new Map<string, number>();
    const die = (): void => {
      if (abort.signal.aborted) return;
      this.dead.add(owner);
      const next = newFolder('life');
      cpSync(this.folder, next, { recursive: true, filter: (file) => !file.endsWith('-shm') });
      this.folders.push(next);
      ledger.close();
      abort.abort();
    };
    const trace = (point: string): void => {
      const hit = (hits.get(point) ?? 0) + 1;
      hits.set(point, hit);
      if (typeof dies !== 'object' || dies.point !== point || (dies.hit ?? 1) !== hit) return;
      die();
      throw new Error('the process died');
    };
    const onlyAlive: typeof fetch = (input, init) =>
      abort.signal.aborted ? Promise.reject(new Error('the process died')) : fetch(input, init);
    const made = await this.provider(onlyAlive, { options, env });
    const provider = deny ? denying(made) : made;
    const context = contextOf({
      ...this.pace,
      ledger,
      newKey: () => crypto.randomUUID(),
      download: (url, part, how) => downloadImage(url, part, { ...how, fetch: onlyAlive }),
      outputs: () => [this.output],
      trace,
      tell: (event) => void this.events.push(event),
      provide: [{ provider, model: this.model, scope: `${this.subject.provider}:own`, intervalMs: 0 }],
    });
    const run = new Runner(context, optionsOf([this.jobId], { abort: abort.signal }), {
      references: new Map(),
      after: [],
    }).run();
    const watching =
      dies === 'at the fault' ? this.meetFault(abort.signal, run).then((met) => met && die()) : undefined;
    try {
      await run;
    } catch (error) {
      if (!abort.signal.aborted) throw error;
    }
    await watching;
    const died = this.dead.has(owner);
    if (!died) ledger.close();
    this.dead.add(owner);
    return died;
  }

  /** Processes, one after another, until nothing is left to be done. */
  async settle(how: ProcessOptions = {}): Promise<void> {
    for (let runs = 0; runs < RUNS_MAX && this.isOpen(); runs += 1) await this.process(how);
  }

  /** Everything that must hold, and what it came to. */
  look(): Seen {
    return lookAt({ folder: this.folder, ledger: this.file, emulator: this.emulator, events: this.events });
  }

  async close(): Promise<void> {
    await this.emulator.close();
    for (const folder of this.folders) removeFolder(folder);
  }

  private get folder(): string {
    return this.folders.at(-1) ?? '';
  }
  private get file(): string {
    return join(this.folder, 'ledger.db');
  }
  private get output(): string {
    return join(this.folder, 'images');
  }

  private open(owner: string): Ledger {
    const liveness = { owner, isRunning: (id: string) => !this.dead.has(id), close: () => {} };
    return new Ledger({ file: this.file, now: this.pace.now, liveness });
  }

  private provider(alive: typeof fetch, { options, env }: Pick<ProcessOptions, 'options' | 'env'>): Promise<Provider> {
    return providerOf(this.subject, { url: this.emulator.url, pace: this.pace, fetch: alive, options, env });
  }

  private async meetFault(stopped: AbortSignal, run: Promise<unknown>): Promise<boolean> {
    const over = new AbortController();
    const end = (): void => over.abort();
    run.then(end, end);
    while (!over.signal.aborted && !stopped.aborted) {
      if (this.emulator.requests.some(({ faulted }) => faulted !== undefined)) return true;
      await sleep(1);
    }
    return false;
  }

  private isOpen(): boolean {
    const { queued = 0, leased = 0 } = statesIn(this.file);
    return queued + leased > 0;
  }
}
