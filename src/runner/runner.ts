import { isDiskFailure } from '../errors.ts';
import type { Claimed } from '../ledger/claims.ts';
import type { TakenOver } from '../ledger/recovery.ts';
import type { Reference } from '../providers/provider.ts';
import type { RunnerContext, RunOptions, RunResult, Stop } from './context.ts';
import { Requests } from './request.ts';
import { roomProblem } from './disk-space.ts';
import { ShotWork, type Work, type WorkEnd } from './attempt.ts';
import { Thumbnails } from './after/thumbnail.ts';
import { Uploader } from './after/upload.ts';

/** How often dead processes are looked for while others work on the same jobs. */
const RECOVERY_POLL_MS = 500;

/**
 * The loop: take over what the dead left, claim, make, settle; bounded by `concurrency`; until nothing is left, a cap or
 * the user stops it. One failure never sinks the batch.
 */
export class Runner {
  private readonly context: RunnerContext;
  private readonly options: RunOptions;
  private readonly requests: Requests;
  private readonly work: ShotWork;
  private readonly thumbnails: Thumbnails | undefined;
  /** Shots in hand, from their claim to their end. */
  private readonly inFlight = new Map<number, Promise<void>>();
  /** Those of them that a provider is at work on: bounded by `concurrency`. The others are being saved. */
  private readonly asking = new Set<number>();
  private wake: () => void = () => {};
  /** Attempts this run let go: not to be taken over again by itself. */
  private readonly letGo = new Set<number>();
  private sent = 0;
  private nextRecoveryMs = 0;
  private stop: Stop | undefined;
  private bug: unknown;

  constructor(
    context: RunnerContext,
    options: RunOptions,
    extra: { references: ReadonlyMap<string, Reference>; thumbnails: boolean },
  ) {
    this.context = context;
    this.options = options;
    this.requests = new Requests(context, extra.references);
    this.work = new ShotWork(context, options);
    this.thumbnails = extra.thumbnails ? new Thumbnails(context) : undefined;
  }

  /** Runs to the end. @throws what is a bug, after everything in flight has ended. */
  async run(): Promise<RunResult> {
    const uploader = this.context.storage && new Uploader(this.context, this.options, this.context.storage);
    const uploads = uploader?.run().catch((error: unknown) => this.broke(error));
    this.reopenDoubt();
    await this.generate().catch((error: unknown) => this.broke(error));
    await Promise.all(this.inFlight.values());
    uploader?.finish();
    await uploads;
    await this.thumbnails?.finish();
    if (this.bug !== undefined) throw this.bug;
    return { stop: this.stop ?? uploader?.stop };
  }

  private async generate(): Promise<void> {
    while (!this.stop && this.bug === undefined) {
      if (this.options.drain.aborted) {
        await this.drained();
        return;
      }
      this.takeOver();
      if (this.places() <= 0) {
        await this.change();
        continue;
      }
      const room = await roomProblem(this.context, this.options, this.inFlight.size);
      if (room) {
        this.stop = { reason: 'disk', message: room };
        return;
      }
      const more = await this.claimNext();
      if (!more) return;
    }
  }

  /** How many more shots may be begun: requests are bounded by `concurrency`, what is still being saved by as many again. */
  private places(): number {
    const { concurrency } = this.options;
    return Math.min(concurrency - this.asking.size, 2 * concurrency - this.inFlight.size);
  }

  /** Waits until a shot ends, or a provider is done with one. */
  private change(): Promise<void> {
    const answered = new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    return Promise.race([answered, ...this.inFlight.values()]);
  }

  /** Claims one shot and starts it, or waits for what has to come first. False when nothing is left. */
  private async claimNext(): Promise<boolean> {
    const claim = this.context.ledger.claim({
      jobIds: this.options.jobIds,
      caps: this.options.caps,
      routes: (job, shot) => this.requests.routes(job, shot),
    });
    switch (claim.kind) {
      case 'claimed':
        await this.stagger();
        this.start(claim);
        return true;
      case 'wait':
        return this.wait(claim.untilMs);
      case 'budget':
        this.context.ledger.budgetReached(claim.jobId, claim.cap, claim);
        this.stop = { reason: 'budget' };
        return false;
      case 'down':
        this.stop = {
          reason: 'down',
          message: `${claim.provider} is down: it has not answered well for several minutes`,
        };
        return false;
      case 'none':
        if (this.inFlight.size === 0) return false;
        await this.change();
        return true;
    }
  }

  /** Sleeps until something ends, a moment comes or somebody stops us; never spins. False: only our own let-go shots are left. */
  private async wait(untilMs: number | undefined): Promise<boolean> {
    if (this.inFlight.size === 0 && this.onlyLetGo()) return false;
    const ms = untilMs === undefined ? RECOVERY_POLL_MS : Math.max(5, untilMs - this.context.now());
    const nap = this.context.sleep(Math.min(ms, 5_000), this.options.drain);
    await Promise.race([nap, this.change()]);
    return true;
  }

  /** True when every leased shot of our jobs was let go by this run and nothing else waits. */
  private onlyLetGo(): boolean {
    if (this.letGo.size === 0) return false;
    let leased = 0;
    for (const jobId of this.options.jobIds) {
      const counts = this.context.ledger.jobs.counts(jobId);
      if (counts.queued > 0) return false;
      leased += counts.leased;
    }
    return leased <= this.letGo.size;
  }

  private takeOver(): void {
    if (this.context.now() < this.nextRecoveryMs) return;
    this.nextRecoveryMs = this.context.now() + RECOVERY_POLL_MS;
    const room = this.places();
    if (room <= 0) return;
    for (const taken of this.context.ledger.recovery.takeOver(this.options.jobIds, room, this.letGo)) this.goOn(taken);
  }

  /** Held shots whose provider can be asked are asked again. */
  private reopenDoubt(): void {
    const askable = [...this.context.providers.values()]
      .filter((ready) => ready.provider.find)
      .map((ready) => ready.provider.name);
    for (const taken of this.context.ledger.recovery.reopenHeld(this.options.jobIds, askable)) this.goOn(taken);
  }

  private goOn(taken: TakenOver): void {
    this.context.trace('taken-over', { shot: taken.lease.shot, state: taken.attempt.state });
    const work = this.workOf(taken);
    if (!work) {
      this.letGo.add(taken.lease.shotId);
      this.context.ledger.attempts.release(taken.lease);
      return;
    }
    this.track(
      taken.lease.shotId,
      taken.attempt.state === 'intent'
        ? this.work.lookUp(work, 'the process that sent it died before the answer')
        : this.work.run(work),
    );
  }

  private start(claim: Claimed): void {
    const work = this.workOf(claim);
    if (!work) throw new Error(`no provider ${claim.attempt.provider} for a claim of our own`);
    this.requests.tellWarnings(work.ready, work.request);
    this.track(claim.lease.shotId, this.work.run(work));
  }

  private workOf(from: Claimed | TakenOver): Work | undefined {
    const ready = this.context.providers.get(from.attempt.provider);
    if (!ready) return undefined;
    const { lease, job, shot, attempt } = from;
    const onAnswered = () => {
      this.asking.delete(lease.shotId);
      this.wake();
    };
    return { lease, job, shot, attempt, ready, request: this.requests.rebuild(job, shot, attempt), onAnswered };
  }

  private track(shotId: number, task: Promise<WorkEnd>): void {
    const tracked = task
      .then((end) => this.ended(shotId, end))
      .catch((error: unknown) => this.broke(error))
      .finally(() => {
        this.inFlight.delete(shotId);
        this.asking.delete(shotId);
      });
    this.inFlight.set(shotId, tracked);
    this.asking.add(shotId);
  }

  private ended(shotId: number, end: WorkEnd): void {
    if (end.kind === 'done') this.thumbnails?.add(shotId);
    if (end.kind === 'released' || end.kind === 'lost') this.letGo.add(shotId);
    if (end.kind === 'released' && end.why !== 'interrupted')
      this.context.signal({ event: 'notice', level: 'warn', message: end.why });
    if (end.kind === 'failed' && end.verdict.shot === 'parked') this.stop ??= { reason: 'auth', message: end.message };
    this.tellSpend();
  }

  private broke(error: unknown): void {
    if (isDiskFailure(error)) this.stop ??= { reason: 'disk', message: `${error.message} (${error.code})` };
    else this.bug ??= error;
  }

  private tellSpend(): void {
    const today = this.context.ledger.queries.today();
    for (const jobId of this.options.jobIds) {
      const total = this.context.ledger.jobs.total(jobId);
      this.context.signal({
        event: 'spend',
        job_id: String(jobId),
        spent_usd: total.spentMicros / 1e6,
        reserved_usd: total.reservedMicros / 1e6,
        spent_day_usd: today.spentMicros / 1e6,
      });
    }
  }

  /** Spreads the first sends. */
  private async stagger(): Promise<void> {
    this.sent += 1;
    if (this.sent === 1 || this.sent > this.options.concurrency || this.options.staggerMs === 0) return;
    await this.context.sleep(this.options.staggerMs, this.options.drain);
  }

  /** First Ctrl-C: what is in flight ends or is let go; the rest is aborted when the caller says so. */
  private async drained(): Promise<void> {
    this.stop = { reason: 'interrupted' };
    await Promise.all(this.inFlight.values());
  }
}
