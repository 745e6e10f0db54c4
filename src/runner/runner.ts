import type { Claimed } from '../ledger/lease.ts';
import type { Job } from '../ledger/records.ts';
import type { TakenOver } from '../ledger/recovery.ts';
import type { Reference } from '../providers/provider.ts';
import type { AfterSave } from './after/after.ts';
import { GuardedSteps } from './after/guarded.ts';
import { Batches } from './batches.ts';
import type { RunnerContext, RunnerOptions, RunnerResult, Stop } from './context.ts';
import { DiskSpace } from './disk-space.ts';
import { ledgerGone } from './gone.ts';
import { InFlight } from './in-flight.ts';
import { LetGo } from './let-go.ts';
import { LookFirst, takenOver } from './look-first.ts';
import { heldAskable } from './askable.ts';
import { NextShot } from './next-shot.ts';
import type { AttemptEnd, OpenAttempt } from './open-attempt.ts';
import { openAttempt } from './opening.ts';
import { PaidInVain } from './paid-in-vain.ts';
import { Requests } from './request.ts';
import { isMoreAdded, jobsOfPictures, Running } from './running.ts';
import { resultOf, stopFor } from './stop-for.ts';
import { tellSpend, warningOnce } from './tell.ts';
import { Waiting } from './waiting.ts';

/** How often processes that have ended are looked for while others work on the same jobs. */
const RECOVERY_POLL_MS = 500;

/**
 * The loop: take over what processes that have ended left behind, claim, make, settle; bounded by each job's
 * `concurrency`; until nothing is left, a cap or the user stops it. One failure never ends the batch.
 */
export class Runner {
  private readonly context: RunnerContext;
  private readonly options: RunnerOptions;
  private readonly batches: Batches;
  private readonly running: Running;
  private readonly requests: Requests;
  private readonly after: GuardedSteps;
  private readonly jobs: readonly Job[];
  private readonly flight: InFlight;
  private readonly next: NextShot;
  private readonly disk: DiskSpace;
  private readonly letGo: LetGo;
  private readonly waiting: Waiting;
  private readonly lookFirst: LookFirst;
  private readonly paidInVain: PaidInVain;
  private nextRecoveryMs = 0;
  /** Ends the whole run; what stops one job only is in `next`. */
  private halt: Stop | undefined;
  private bug: unknown;

  /** @param parts.references the jobs' own reference pictures by path; `after`: what follows a saved picture. */
  constructor(
    context: RunnerContext,
    options: RunnerOptions,
    parts: { references: ReadonlyMap<string, Reference>; after: readonly AfterSave[] },
  ) {
    const warnOnce = warningOnce(context);
    this.context = context;
    this.options = options;
    this.letGo = new LetGo(options);
    this.requests = new Requests({ ...context, warnOnce }, parts.references);
    this.after = new GuardedSteps(context, parts.after);
    this.jobs = jobsOfPictures(context.ledger, options.jobIds);
    this.paidInVain = new PaidInVain(context.ledger, this.jobs);
    this.batches = new Batches(context);
    this.running = new Running({ ...context, ...options, warnOnce }, this.batches, this.jobs);
    this.flight = new InFlight({ ...context, drain: options.drain }, this.jobs);
    this.next = new NextShot(context, options, { requests: this.requests, jobs: this.jobs, letGo: this.letGo });
    this.disk = new DiskSpace(context);
    this.waiting = new Waiting(context);
    this.lookFirst = new LookFirst(options);
  }

  /** Runs to the end. @throws what is a bug, after everything in flight has ended. */
  async run(): Promise<RunnerResult> {
    this.after.start();
    const { batches, flight, after } = this;
    do await this.generate().catch((error: unknown) => this.broke(error));
    while (await isMoreAdded({ batches, flight, after }, this.halt ?? this.bug));
    await this.running.close();
    await this.after.finish();
    this.flight.letGoBroken();
    if (this.bug !== undefined) throw this.bug;
    return resultOf([ledgerGone(this.context.ledger), this.halt, ...this.next.whyStopped(), after.stop], this.next);
  }

  private async generate(): Promise<void> {
    this.reopenHeld();
    while (!this.halt && this.bug === undefined && this.context.ledger.isThere()) {
      // What is in flight ends or is let go; the rest is aborted when the caller says so.
      if (this.options.drain.aborted) return void (this.halt = { reason: 'interrupted' });
      this.takeOver();
      const open = this.next.openJobIds();
      const free = open.filter((id) => this.flight.places(id, this.paidInVain.isSuspect(id)) > 0);
      if (free.length === 0) {
        if (this.flight.size === 0) return;
        await this.flight.change();
        continue;
      }
      if (await this.diskIsFull(open)) continue;
      const next = await this.next.claim(free);
      if (next.kind !== 'wait') this.waiting.over();
      if (next.kind !== 'claimed') this.batches.pause(next);
      if (next.kind === 'claimed') this.start(next);
      else if (this.options.drain.aborted || this.next.openJobIds().length < open.length) continue;
      else if (next.kind === 'wait') {
        if (this.flight.size === 0 && this.letGo.isAllThatIsLeft(this.context.ledger, this.next.openJobIds())) return;
        if (this.flight.size === 0) this.waiting.on(next, open);
        await this.flight.change(next.untilMs ?? this.context.now() + RECOVERY_POLL_MS);
      } else if (this.flight.size > 0) await this.flight.change();
      else return this.waiting.ended(open);
    }
  }

  /** Stops what can't go on for want of space; true when something was stopped. */
  private async diskIsFull(open: readonly number[]): Promise<boolean> {
    const jobs = this.jobs.filter((job) => open.includes(job.id));
    const shortage = await this.disk.shortage(jobs, this.flight.size);
    if (!shortage) return false;
    const { jobId, message } = shortage;
    if (jobId === undefined) this.halt = { reason: 'disk', message };
    else this.next.stop(jobId, { reason: 'disk', message });
    return true;
  }

  private takeOver(): void {
    if (this.context.elapsed() < this.nextRecoveryMs) return;
    this.nextRecoveryMs = this.context.elapsed() + RECOVERY_POLL_MS;
    for (const { id } of this.jobs) {
      const own = new Set([...this.letGo.shots(), ...this.flight.shots()]);
      for (const one of this.context.ledger.recovery.takeOver([id], this.flight.places(id), own)) this.goOn(one);
    }
  }

  /** Held shots whose provider can be asked are asked again, and those of which something lies on the disk by now. */
  private reopenHeld(): void {
    const { recovery } = this.context.ledger;
    for (const held of recovery.reopenHeld(this.options.jobIds, heldAskable(this.context, this.jobs))) this.goOn(held);
  }

  private goOn(taken: TakenOver): void {
    this.context.trace('taken-over', { shot: taken.lease.shot, state: taken.attempt.state });
    const open = this.opened(taken);
    if (open) return this.track(takenOver(open));
    this.letGo.add(taken.lease);
    this.context.ledger.attempts.release(taken.lease);
  }

  private start(claim: Claimed): void {
    const open = this.opened(claim);
    if (!open) throw new Error(`no provider ${claim.attempt.provider} for a claim of our own`);
    tellSpend(this.context, this.jobs);
    this.track(this.lookFirst.doubted(open));
  }

  /** @throws what the provider or the ledger throws: the shot is let go at the end of the run. */
  private opened(claim: Claimed | TakenOver): OpenAttempt | undefined {
    try {
      const answered = (id: number) => this.flight.answered(id);
      const open = openAttempt({ ...this.context, batches: this.batches }, this.requests, claim, answered);
      if (open && 'kind' in claim) this.requests.tellWarnings(open.ready, open.request);
      return open;
    } catch (error) {
      this.flight.broke(claim.lease);
      throw error;
    }
  }

  private track(open: OpenAttempt): void {
    this.paidInVain.began(open);
    const end = this.running
      .run(open)
      .then((ended) => this.ended(open, ended))
      .catch((error: unknown) => {
        this.broke(error);
        this.flight.broke(open.lease);
      });
    this.flight.add(open.lease, end);
  }

  private ended(open: OpenAttempt, end: AttemptEnd): void {
    const { lease, ready, job } = open;
    if (end.kind === 'done') this.after.saved(end.image, job);
    if (end.kind === 'released' || end.kind === 'lease-lost') this.letGo.add(lease);
    if (end.kind === 'failed' && end.verdict.shot === 'parked') {
      const why: Stop = { reason: 'auth', message: end.message };
      this.next.stop(lease.jobId, why);
      this.next.stopProvider(ready.provider.name, why);
    }
    this.paidInVain.note(open, end, (why) => this.next.stop(job.id, why));
    tellSpend(this.context, this.jobs);
  }

  private broke(error: unknown): void {
    const stop = stopFor(error);
    if (stop) this.halt ??= stop;
    else this.bug ??= error;
  }
}
