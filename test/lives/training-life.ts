/**
 * A training of a real trainer in front of its emulator, worked on by one process after another, which may die: as
 * `life.ts`, with the loop of trainings in place of the runner.
 */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { downloadImage } from '../../src/images/download.ts';
import { sha256Of } from '../../src/images/hash.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import type { Training } from '../../src/providers/trainer.ts';
import { runTraining, type TrainingEnd } from '../../src/training/run.ts';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import type { Fault } from '../emulators/faults.ts';
import type { Service } from '../emulators/service.ts';
import { KILL_KEYS } from '../support/harness/kill-services.ts';
import { contextOf, newFolder, removeFolder } from '../support/jobs.ts';
import { makeTraining } from '../support/trainings.ts';
import Sqlite from 'better-sqlite3';
import { statesIn } from './evidence.ts';
import { fastPace, LIMIT_MS } from './pace.ts';

/** A trainer as it is played. */
export interface TrainingSubject {
  provider: 'fal' | 'replicate';
  service: () => Service;
  /** Laid over the options that every subject has. */
  options?: (url: string) => Record<string, unknown>;
  training?: Partial<Training>;
}

/** Enough for small weights: what is really set aside would be written for each death. */
const RESERVED_BYTES = 10_000;

/** A training from its beginning to its end. */
export class TrainingLife {
  readonly emulator: Emulator;
  private readonly subject: TrainingSubject;
  private readonly folders = [newFolder('training-life')];
  private readonly dead = new Set<string>(['planner']);
  private readonly pace = fastPace();
  private jobId = 0;
  private processes = 0;

  private constructor(subject: TrainingSubject, emulator: Emulator) {
    this.subject = subject;
    this.emulator = emulator;
  }

  /** A training that was agreed to and is not begun. */
  static async begin(subject: TrainingSubject, faults: Fault[] = []): Promise<TrainingLife> {
    const life = new TrainingLife(subject, await startEmulator(subject.service(), { faults }));
    const ledger = life.open('planner');
    const { model, price } = await life.trainer(fetch);
    life.jobId = makeTraining(ledger, life.output, {
      provider: subject.provider,
      model,
      timeoutMs: LIMIT_MS,
      // Just enough for a training that is paid once.
      caps: { perRunMicros: price(1_000).worstMicros },
    }).id;
    ledger.close();
    return life;
  }

  /** One process, to its end, or its death at a point. @returns how it ended; undefined: it died. */
  async process(dies?: string): Promise<TrainingEnd | undefined> {
    const owner = `process ${(this.processes += 1)}`;
    const abort = new AbortController();
    const ledger = this.open(owner);
    const job = ledger.jobs.find(this.jobId);
    if (!job?.settings.training) throw new Error('there is no training');
    // A copy of the folder has it elsewhere.
    const { zip } = job.settings.training;
    mkdirSync(dirname(zip), { recursive: true });
    writeFileSync(zip, ZIP);
    const trace = (point: string): void => {
      if (point !== dies || abort.signal.aborted) return;
      this.die(owner);
      ledger.close();
      abort.abort();
      throw new Error('the process died');
    };
    const onlyAlive: typeof fetch = (input, init) =>
      abort.signal.aborted ? Promise.reject(new Error('the process died')) : fetch(input, init);
    const trainer = await this.trainer(onlyAlive);
    const provider = trainer.asked({ ...job.settings.training, zipSha256: sha256Of(ZIP), ...this.subject.training });
    const ready = { provider, model: trainer.model, scope: `${provider.name}:own`, intervalMs: 0 };
    const context = contextOf({
      ...this.pace,
      ledger,
      newKey: () => crypto.randomUUID(),
      download: (url, part, how) => downloadImage(url, part, { ...how, fetch: onlyAlive }),
      outputs: () => [this.output],
      trace,
      provide: [ready],
    });
    const { attributes: character } = ledger.characters.get(job.characterKey);
    const signals = { drain: new AbortController().signal, abort: abort.signal };
    const { madeWith } = trainer;
    try {
      const end = await runTraining({
        context,
        job,
        character,
        ready,
        madeWith,
        weightsBytes: RESERVED_BYTES,
        ...signals,
      });
      ledger.close();
      return end;
    } catch (error) {
      if (!abort.signal.aborted) throw error;
      return undefined;
    } finally {
      this.dead.add(owner);
    }
  }

  /** What it came to: charges, and the state of the training. */
  look(): { charges: number; state: string; loras: number; spentMicros: number } {
    const [state = 'none'] = Object.keys(statesIn(this.file));
    const db = new Sqlite(this.file, { readonly: true });
    const one = (sql: string) => Number(db.prepare(sql).pluck().get());
    const loras = one(`SELECT COUNT(*) FROM loras WHERE state = 'stored'`);
    const spentMicros = one('SELECT COALESCE(SUM(spent_micros), 0) FROM reservations');
    db.close();
    return { charges: this.emulator.charges().length, state, loras, spentMicros };
  }

  /** Takes a protection out: what perhaps left counts as never sent. */
  forgetSending(): void {
    const db = new Sqlite(this.file);
    db.exec(`UPDATE attempts SET sent_at_ms = NULL WHERE state = 'intent'`);
    db.close();
  }

  async close(): Promise<void> {
    await this.emulator.close();
    for (const folder of this.folders) removeFolder(folder);
  }

  private die(owner: string): void {
    this.dead.add(owner);
    const next = newFolder('training-life');
    cpSync(this.folder, next, { recursive: true, filter: (file) => !file.endsWith('-shm') });
    this.folders.push(next);
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

  private async trainer(alive: typeof fetch) {
    const { provider: name, options } = this.subject;
    const { default: module } = (await PROVIDERS[name]?.load()) ?? {};
    const { url } = this.emulator;
    const { trainer } =
      (await module?.create({
        ...this.pace,
        options: { baseUrl: url, pollMs: 20, ...options?.(url) },
        keyVariables: PROVIDERS[name]?.keyVariables ?? [],
        env: KILL_KEYS,
        fetch: alive,
        timeoutMs: LIMIT_MS,
      })) ?? {};
    if (!trainer) throw new Error(`${name} trains nothing`);
    return trainer;
  }
}

const ZIP = Buffer.from('PK a training set');
