/** One scenario: several processes, a service that fails, kills, and at the end the invariants. */
import Sqlite from 'better-sqlite3';
import { Ledger } from '../../src/ledger/ledger.ts';
import { openDatabase } from '../../src/ledger/open.ts';
import type { Caps } from '../../src/ledger/records.ts';
import { VirtualClock } from '../support/clock.ts';
import { capProblems, violations } from './invariants.ts';
import { SimulatedProcess } from './process.ts';
import { galleryShots, makeJob, newFolder, optionsOf, removeFolder } from '../support/jobs.ts';
import { memoryJournal } from './journal.ts';
import { paperDownload, paperProvider, WORST_MICROS } from './service.ts';
import type { ReadFault, SubmitFault } from './faults.ts';
import type { Scenario, Sabotage } from './scenarios.ts';

/** The service's clock when a scenario begins. */
const SERVICE_START_MS = Date.UTC(2026, 4, 4, 12);

const AMBIGUOUS = new Set<SubmitFault>(['reset-before', 'reset-after', 'late', 'hang', 'hang-after']);

/** What a scenario came to. */
export interface Report {
  problems: string[];
  kills: number;
  pictures: number;
}

/** Runs a scenario to its end and looks at what is left. */
export async function simulate(scenario: Scenario, sabotage?: Sabotage): Promise<Report> {
  const folder = newFolder('sim');
  const db = openDatabase(':memory:');
  try {
    return await new Simulation(scenario, { db, folder, sabotage }).run();
  } catch (error) {
    return {
      problems: [`${error instanceof Sqlite.SqliteError ? error.code : ''} ${(error as Error).stack}`],
      kills: 0,
      pictures: 0,
    };
  } finally {
    db.close();
    removeFolder(folder);
  }
}

class Simulation {
  private readonly clock = new VirtualClock();
  private readonly journal = memoryJournal();
  private readonly processes = new Map<string, SimulatedProcess>();
  private readonly problems = new Set<string>();
  private readonly scenario: Scenario;
  private readonly db: Sqlite.Database;
  private readonly folder: string;
  private readonly sabotage: Sabotage | undefined;
  private readonly left: { faults: SubmitFault[]; reads: ReadFault[]; finds: boolean[] };
  private kills = 0;
  private jobId = 0;

  constructor(scenario: Scenario, with_: { db: Sqlite.Database; folder: string; sabotage: Sabotage | undefined }) {
    this.scenario = scenario;
    this.db = with_.db;
    this.folder = with_.folder;
    this.sabotage = with_.sabotage;
    this.left = { faults: [...scenario.faults], reads: [...scenario.reads], finds: [...scenario.finds] };
    this.clock.onQuiet = () => {
      for (const one of this.processes.values()) one.silent ||= one.killed;
    };
  }

  async run(): Promise<Report> {
    const planner = new Ledger({
      file: ':memory:',
      now: this.clock.now,
      open: () => this.db,
      liveness: { owner: 'planner', isRunning: () => false, close: () => {} },
    });
    this.jobId = makeJob(planner, this.folder, {
      shots: galleryShots(this.scenario.shots),
      settings: {
        concurrency: this.scenario.concurrency,
        caps: this.sabotage === 'no-caps' ? {} : this.caps(),
      },
    }).id;
    for (const { afterMs, byMs } of this.scenario.clock)
      void this.clock.sleep(afterMs).then(() => this.clock.step(byMs));
    await this.clock.drive(Promise.all(this.scenario.kills.map((kills, n) => this.keepRunning(`p${n}`, kills))));
    // Before a resume, which finds what lies on the disk by then and clears a doubt that should not have been.
    this.lookForBaselessDoubt();
    // Somebody calls `resume`, twice: nothing fails any more.
    for (const list of Object.values(this.left)) list.length = 0;
    for (let again = 0; again < 2; again += 1) await this.clock.drive(this.keepRunning(`r${again}`, []));
    for (const problem of violations({
      db: this.db,
      output: this.folder,
      charges: this.journal.all(),
      recovery: this.scenario.recovery,
      settled: true,
    }))
      this.problems.add(problem);
    this.lookForBaselessDoubt();
    const { n } = this.db.prepare(`SELECT COUNT(*) n FROM images WHERE state = 'stored'`).get() as { n: number };
    return { problems: [...this.problems], kills: this.kills, pictures: n };
  }

  private lookForBaselessDoubt(): void {
    const { held } = this.db.prepare(`SELECT COUNT(*) held FROM shots WHERE state = 'held'`).get() as { held: number };
    const doubts =
      this.scenario.faults.filter((fault) => AMBIGUOUS.has(fault)).length + this.kills * this.scenario.concurrency;
    if (held > doubts) this.problems.add(`${held} held without a cause`);
  }

  /** A process and those that are started in its place when it is killed. */
  private async keepRunning(name: string, kills: readonly number[]): Promise<void> {
    for (const [start, killAtStep] of [...kills, undefined].entries()) {
      const one = new SimulatedProcess(this.partsOf(`${name}-${start}`, killAtStep));
      this.processes.set(one.id, one);
      await one.run();
      if (!one.killed) {
        one.killed = true; // it has ended: nobody has its id now
        return;
      }
      this.kills += 1;
      await this.clock.sleep(700);
    }
  }

  private partsOf(id: string, killAtStep: number | undefined) {
    const { clock, scenario, left, db } = this;
    const sleep = clock.sleep;
    const provider = paperProvider({
      recovery: scenario.recovery,
      journal: this.journal,
      now: () => SERVICE_START_MS + clock.elapsed(),
      ours: clock.now,
      trustsClock: this.sabotage === 'trusts-clock',
      sleep,
      latencyMs: scenario.latencyMs,
      fault: () => left.faults.shift() ?? 'ok',
      findFault: () => left.finds.shift() ?? false,
      denies: this.sabotage === 'denies',
    });
    return {
      db,
      clock,
      id,
      killAtStep,
      provider,
      isRunning: (owner: string) =>
        this.sabotage !== 'takes-from-running' && this.processes.get(owner)?.silent === false,
      download: paperDownload({ sleep, latencyMs: scenario.latencyMs, readFault: () => left.reads.shift() ?? 'ok' }),
      options: optionsOf([this.jobId]),
      committed: () => this.committed(),
    };
  }

  private caps(): Caps {
    const { capShots } = this.scenario;
    return capShots === undefined
      ? {}
      : {
          perRunMicros: capShots * WORST_MICROS,
          perDayMicros: (capShots + 1) * WORST_MICROS,
          perImageMicros: 2 * WORST_MICROS,
        };
  }

  private committed(): void {
    for (const problem of capProblems(this.db, this.caps())) this.problems.add(problem);
  }
}
