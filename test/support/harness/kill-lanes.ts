/** The processes of a kill run: started, killed, started again, and the work resumed to its end. */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import type { Emulator } from '../../emulators/emulator.ts';
import type { Fault } from '../../emulators/faults.ts';
import { seededRandom } from '../../emulators/faults.ts';
import { type Ended, type Home, runCli, startCli, writeConfig } from './cli.ts';
import { KILL_KEYS, KILL_SERVICES, mostOf, type KillProvider } from './kill-services.ts';
import { type CapsToHold, moneyProblems } from './money.ts';

/** What is to be done. */
export interface KillPlan {
  provider: KillProvider;
  /** SIGKILLs to deliver. */
  kills: number;
  /** Pictures of each pack; when one is finished before the kills are used up, another begins on the same ledger. */
  count: number;
  seed: number;
  /** Root of the package to run. */
  root: string;
  faults?: Fault[];
  /** The longest time between a process's first word and its end, in ms. Default 400. */
  withinMs?: number;
  /**
   * What a picture takes at the emulated service, in ms. Default 50; negative controls want work to be open when they
   * kill.
   */
  latencyMs?: number;
  /** What lies between a charge and its answer, in ms. Default 40. */
  answerMs?: number;
  /** Caps that are just enough. Default true. */
  capped?: boolean;
  /** Negative controls stop at the first sign of trouble, such as more charges than pictures. Default false. */
  impatient?: boolean;
}

/** Processes at once. */
const PROCESSES = 2;

/** A process that has said nothing for so long is killed all the same. */
const SILENT_MS = 5_000;

/** Share of the kills that come at any time after the start, also before the first word. */
const EARLY_SHARE = 0.15;

const EARLY_MS = 500;
const SAMPLE_EVERY_MS = 30;
const RESUMES_MAX = 10;

export class Run {
  kills = 0;
  packs = 1;
  samples = 0;
  readonly problems: string[] = [];
  private readonly plan: KillPlan;
  private readonly home: Home;
  private readonly caps: CapsToHold;
  private readonly random: () => number;
  private readonly sampling: Promise<void>;
  private readonly ending = new AbortController();
  private charges: () => number = () => 0;

  constructor(plan: KillPlan, home: Home, caps: CapsToHold) {
    this.plan = plan;
    this.home = home;
    this.caps = caps;
    this.random = seededRandom(plan.seed);
    this.sampling = this.sample();
  }

  configure(emulator: Emulator | undefined): void {
    const { provider } = this.plan;
    const { perImageMicros, perRunMicros } = this.caps;
    const { name = provider, basePath, priceMicros, config, options, rerolls } = KILL_SERVICES[provider];
    const usd = (micros: number | undefined): number | undefined => (micros === undefined ? undefined : micros / 1e6);
    const address = emulator && { baseUrl: `${emulator.url}${basePath}`, priceUsd: usd(priceMicros) };
    writeConfig(this.home.folder, {
      provider: name,
      ...config,
      budget: { perImageUsd: usd(perImageMicros), perRunUsd: usd(perRunMicros) },
      providers: { [name]: { ...address, ...options } },
    });
    Object.assign(this.home.env, KILL_KEYS, rerolls === undefined ? {} : { IMGGEN_SCORE: 'true' });
    if (emulator) this.charges = () => emulator.charges().length;
  }

  /** Both processes, started again after every kill, until the kills are used up. */
  async kill(): Promise<void> {
    await Promise.all(Array.from({ length: PROCESSES }, () => this.lane()));
  }

  private async lane(): Promise<void> {
    while (this.kills < this.plan.kills && !this.inTrouble()) {
      const pack = this.packs;
      const ended = await this.once(pack);
      if (ended.signal === 'SIGKILL') this.kills += 1;
      else if (this.isFine(ended)) this.packs = Math.max(this.packs, pack + 1);
      else this.complain(`pack ${pack}`, ended);
    }
  }

  private async once(pack: number): Promise<Ended> {
    const { count, withinMs = 400 } = this.plan;
    const early = this.random() < EARLY_SHARE;
    const fuseMs = this.random() * (early ? EARLY_MS : withinMs);
    const running = startCli(this.home, ['pack', '--count', String(count), '--key', `pack-${pack}`, '--json', '--yes']);
    const stop = new AbortController();
    const nap = (ms: number): Promise<unknown> => sleep(ms, undefined, { signal: stop.signal }).catch(() => {});
    void (async () => {
      if (!early) await Promise.race([running.spoke, nap(SILENT_MS)]);
      await nap(fuseMs);
      if (!stop.signal.aborted) running.kill('SIGKILL');
    })();
    const ended = await running.ended;
    stop.abort();
    return ended;
  }

  /** What is left, without kills, until nothing is: each pack ends with its own exit code. */
  async finish(): Promise<void> {
    for (let tries = 1; !this.inTrouble(); tries++) {
      const ended = await runCli(this.home, ['resume', '--json', '--yes']);
      if (ended.code === 0) break;
      if (this.isFine(ended) && tries > 1) {
        await this.reportsDoubt(ended);
        break;
      }
      if (tries < RESUMES_MAX) continue;
      this.complain(`resume ${tries}`, ended);
      break;
    }
  }

  /** Exit 75 is only true when the ledger holds shots, and `status` must tell of every one. */
  private async reportsDoubt(ended: Ended): Promise<void> {
    const db = new Sqlite(this.home.ledger, { readonly: true });
    const held = db.prepare(`SELECT job_id job, COUNT(*) n FROM shots WHERE state = 'held' GROUP BY job_id`).all() as {
      job: number;
      n: number;
    }[];
    db.close();
    if (held.length === 0) this.complain('resume says 75 and nothing is held', ended);
    for (const { job, n } of held) {
      const status = await runCli(this.home, ['status', String(job), '--json']);
      const facts = JSON.parse(status.stdout) as { held: number; spentUsd: number; done: number };
      if (facts.held !== n)
        this.problems.push(`status of job ${job} tells of ${facts.held} held shots, there are ${n}`);
      const { tellsCost, priceMicros } = KILL_SERVICES[this.plan.provider];
      const least = ((tellsCost ? n : facts.done + n) * priceMicros) / 1e6;
      if (facts.spentUsd < least - 1e-9)
        this.problems.push(`status of job ${job}: ${facts.spentUsd} USD spent, ${least} with what is in doubt`);
    }
  }

  private isFine({ code }: Ended): boolean {
    return code === 0 || (code === 75 && KILL_SERVICES[this.plan.provider].mayHold);
  }

  private inTrouble(): boolean {
    const { impatient = false, count, provider } = this.plan;
    if (impatient && this.charges() > mostOf(provider, count) * this.packs) return true;
    return this.problems.length > (impatient ? 0 : 5);
  }

  private complain(what: string, { code, signal, stderr }: Ended): void {
    this.problems.push(`${what} ended with ${code ?? signal}: ${stderr.slice(-600)}`);
  }

  /** Looks at the money in committed states, again and again, from a connection of its own. */
  private async sample(): Promise<void> {
    let db: Sqlite.Database | undefined;
    while (!this.ending.signal.aborted) {
      await sleep(SAMPLE_EVERY_MS, undefined, { signal: this.ending.signal }).catch(() => {});
      if (!existsSync(this.home.ledger)) continue;
      try {
        db ??= new Sqlite(this.home.ledger, { readonly: true, fileMustExist: true });
        const found = moneyProblems(db, this.caps);
        this.samples += 1;
        if (found.length > 0 && this.problems.length < 20) this.problems.push(...found);
      } catch (error) {
        // Being made: not there yet, no tables yet, or being switched to WAL.
        const code = (error as { code?: string }).code ?? '';
        if (this.samples > 0 || !/^SQLITE_(BUSY|ERROR|CANTOPEN|IOERR|PROTOCOL|READONLY)/.test(code))
          this.problems.push(`the ledger can't be read: ${String(error)}`);
        db?.close();
        db = undefined;
      }
    }
    db?.close();
  }

  async close(): Promise<void> {
    this.ending.abort();
    await this.sampling;
  }
}
