import { ProviderError } from '../errors.ts';
import type { SeedHonoured } from '../events.ts';
import type { Attempt, Job, Lease, Shot } from '../ledger/records.ts';
import { LostLease } from '../ledger/connection.ts';
import type { Generated, ImageRequest } from '../providers/provider.ts';
import type { ReadyProvider, RunnerContext, RunOptions } from './context.ts';
import { deadline } from './deadline.ts';
import { fetchPicture } from './download.ts';
import { bookFailure, type FailureEnd } from './failure.ts';
import { askFor } from './lookup.ts';
import {
  finish,
  linkedBefore,
  partPathOf,
  partPathsOf,
  pictureAt,
  stageSomewhere,
  wholeAt,
  whyUnusable,
} from './save.ts';

/** A shot in hand: freshly claimed, or taken over with its attempt somewhere on its way. */
export interface Work {
  lease: Lease;
  job: Job;
  shot: Shot;
  attempt: Attempt;
  request: ImageRequest;
  ready: ReadyProvider;
  /** Called when the provider has done its part and the ledger knows: its place can be given to the next shot. */
  onAnswered: () => void;
}

/** How work on a shot ended. */
export type WorkEnd =
  | { kind: 'done' }
  /** Lease lost to another process: theirs now. */
  | { kind: 'lost' }
  /** Let go with its money safe: live at the provider, or paid and still to be fetched. */
  | { kind: 'released'; why: string }
  /** Never sent. */
  | { kind: 'unsent' }
  | FailureEnd;

/**
 * Brings one shot from wherever its attempt is to its end: submit → accepted → generated → staged → named → done.
 * Every step is committed before the next, so that another process can go on from any of them.
 */
export class ShotWork {
  private readonly context: RunnerContext;
  private readonly options: RunOptions;
  private readonly sizesTold = new Set<string>();

  constructor(context: RunnerContext, options: RunOptions) {
    this.context = context;
    this.options = options;
  }

  /** Goes on with the attempt from its state. File system errors come out; everything else is an end. */
  async run(work: Work): Promise<WorkEnd> {
    try {
      switch (work.attempt.state) {
        case 'intent':
          return await this.submit(work);
        case 'accepted':
          return await this.collect(work, work.attempt.remoteId ?? '');
        case 'generated':
          return work.attempt.staged
            ? await this.save(work, work.attempt.staged)
            : await this.fetch(work, work.attempt.url ?? '');
        default:
          throw new Error(`attempt ${work.attempt.id} is ${work.attempt.state}, not open`);
      }
    } catch (error) {
      if (error instanceof LostLease) return { kind: 'lost' };
      throw error;
    }
  }

  /** The one paid request. */
  private async submit(work: Work, resent = false): Promise<WorkEnd> {
    const { ready, request, lease } = work;
    if (this.options.drain.aborted) return this.unsent(work);
    this.phase(work, 'sending');
    this.context.trace('intent', { shot: lease.shot, attempt: work.attempt.ordinal, provider: ready.provider.name });
    const limit = deadline(this.context, this.options.timeoutMs, [this.options.abort]);
    let submission;
    try {
      submission = await ready.provider.submit(request, {
        signal: limit.signal,
        onPhase: (phase, progress) => this.phase(work, phase, progress),
      });
    } catch (error) {
      return await this.submitFailed(work, error, resent);
    } finally {
      limit.clear();
    }
    this.context.trace('answered', { shot: lease.shot, state: submission.state });
    if (submission.state === 'accepted') {
      this.context.ledger.attempts.accepted(lease, submission.remoteId);
      this.context.trace('accepted', { shot: lease.shot, remoteId: submission.remoteId });
      return this.collect(work, submission.remoteId);
    }
    return this.generated(work, submission);
  }

  private async submitFailed(work: Work, error: unknown, resent: boolean): Promise<WorkEnd> {
    if (!(error instanceof ProviderError)) throw error;
    if (error.failure === 'interrupted') return this.unsent(work);
    // Doubt that can be cleared up by asking is cleared up at once.
    if (error.failure === 'unknown' && work.ready.provider.find && !this.options.abort.aborted)
      return this.lookUp(work, error.message, resent ? 'resent' : 'sent');
    return bookFailure(this.context, this.options, work, error);
  }

  /** Waits for accepted work under its remote id, known to the ledger. */
  private async collect(work: Work, remoteId: string): Promise<WorkEnd> {
    const { provider } = work.ready;
    if (!provider.collect) throw new Error(`${provider.name} accepted a job it can't collect`);
    this.phase(work, 'waiting');
    // The work goes on at the provider without us: the first Ctrl-C lets it go, any later run collects it.
    const limit = deadline(this.context, this.options.timeoutMs, [this.options.abort, this.options.drain]);
    let generated: Generated;
    try {
      generated = await provider.collect(remoteId, work.request, {
        signal: limit.signal,
        onPhase: (phase, progress) => this.phase(work, phase, progress),
      });
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const live =
        limit.signal.aborted ||
        error.code === 'still-running' ||
        error.failure === 'unknown' ||
        error.failure === 'interrupted';
      if (live)
        return this.release(
          work,
          limit.signal.aborted && !limit.passed()
            ? 'interrupted'
            : `still at work at ${provider.name} after the time-out`,
        );
      return bookFailure(this.context, this.options, work, error);
    } finally {
      limit.clear();
    }
    return this.generated(work, generated);
  }

  /** An answer with a picture, or its URL. Bytes are staged before the ledger is told, so that they survive us. */
  private async generated(work: Work, answer: Generated): Promise<WorkEnd> {
    for (const message of answer.warnings ?? [])
      this.context.signal({ event: 'notice', level: 'warn', message: this.context.clean(message) });
    const kept = {
      seedHonoured: this.seedHonoured(work, answer),
      costMicros: answer.costMicros,
      usage: answer.usage,
    };
    this.phase(work, 'saving');
    if (answer.image.kind === 'url') {
      this.context.ledger.attempts.generated(work.lease, { ...kept, url: answer.image.url }, work.ready.scope);
      this.context.trace('generated', { shot: work.lease.shot });
      work.onAnswered();
      return this.fetch(work, answer.image.url);
    }
    const staged = await stageSomewhere(partPathOf(work.job, work.attempt.key), answer.image.bytes);
    this.context.trace('staged', { shot: work.lease.shot });
    this.context.ledger.attempts.generated(work.lease, { ...kept, staged }, work.ready.scope);
    this.context.trace('generated', { shot: work.lease.shot });
    work.onAnswered();
    return this.save(work, staged);
  }

  private async fetch(work: Work, url: string): Promise<WorkEnd> {
    this.phase(work, 'saving');
    const staged = await fetchPicture(this.context, this.options, work, url);
    if (typeof staged !== 'string') return staged;
    return this.save(work, staged);
  }

  private async save(work: Work, staged: string): Promise<WorkEnd> {
    this.phase(work, 'saving');
    const picture =
      (await pictureAt(staged)) ?? (await linkedBefore(this.context.ledger.images.ofShot(work.lease.shotId)));
    if (!picture) {
      if (work.attempt.remoteId && work.attempt.staged) return this.collect(work, work.attempt.remoteId); // the staged file was lost: fetch it anew
      return bookFailure(this.context, this.options, work, await whyUnusable(staged));
    }
    await finish(this.context, { lease: work.lease, job: work.job, staged, picture });
    this.tellSize(work, picture.facts);
    return { kind: 'done' };
  }

  /** Services that know ratios only answer with a size of their own: said once a run. */
  private tellSize({ request, ready }: Work, { width, height }: { width: number; height: number }): void {
    if (width === request.width && height === request.height) return;
    const message = `${ready.provider.name} answers ${request.width}x${request.height} with ${width}x${height} (${this.context.clean(request.model)})`;
    if (this.sizesTold.has(message)) return;
    this.sizesTold.add(message);
    this.context.signal({ event: 'notice', level: 'warn', message });
  }

  /**
   * Clears up an attempt that was perhaps sent: a staged answer, else the provider's word by our key or its list,
   * else doubt stays, and with it the reservation (ledger.md, recovery classes).
   * @param by who sent it: a process that is gone, or this one, for the first or the second time.
   */
  async lookUp(work: Work, why: string, by: 'the dead' | 'sent' | 'resent' = 'the dead'): Promise<WorkEnd> {
    const { provider } = work.ready;
    try {
      for (const part of partPathsOf(work.job, work.attempt.key))
        if (await wholeAt(part)) return await this.adoptStaged(work, part);
      const doubt = new ProviderError(why, { failure: 'unknown' });
      if (!provider.find) return bookFailure(this.context, this.options, work, doubt);
      const finding = await askFor(this.context, this.options, work);
      if (finding === 'interrupted') return this.release(work, 'interrupted');
      this.context.trace('looked-up', { shot: work.lease.shot, state: finding.state });
      if (finding.state === 'unsure') {
        return bookFailure(
          this.context,
          this.options,
          work,
          new ProviderError(`${why} (${finding.message})`, { failure: 'unknown' }),
        );
      }
      if (finding.state === 'absent') {
        // The same request with the same key, once: after that the queue's patience decides, not a loop.
        if (provider.recovery === 'idem' && by !== 'resent') return await this.submit(work, true);
        // A process that died is no failure of the provider's, and no attempt of the shot's.
        const failure = by === 'the dead' ? 'interrupted' : 'unavailable';
        return bookFailure(
          this.context,
          this.options,
          work,
          new ProviderError(`${why}; it never arrived`, { failure, charged: 'no' }),
        );
      }
      this.context.ledger.attempts.accepted(work.lease, finding.remoteId);
      this.context.trace('accepted', { shot: work.lease.shot, remoteId: finding.remoteId });
      return await this.collect(work, finding.remoteId);
    } catch (error) {
      if (error instanceof LostLease) return { kind: 'lost' };
      if (error instanceof ProviderError)
        return bookFailure(
          this.context,
          this.options,
          work,
          new ProviderError(`${why} (${error.message})`, { failure: 'unknown' }),
        );
      throw error;
    }
  }

  private async adoptStaged(work: Work, part: string): Promise<WorkEnd> {
    this.context.ledger.attempts.generated(
      work.lease,
      { staged: part, seedHonoured: this.seedHonoured(work, {}) },
      work.ready.scope,
    );
    return this.save(work, part);
  }

  private unsent(work: Work): WorkEnd {
    this.context.ledger.attempts.unsent(work.lease);
    return { kind: 'unsent' };
  }

  private release(work: Work, why: string): WorkEnd {
    this.context.ledger.attempts.release(work.lease);
    this.context.trace('released', { shot: work.lease.shot, why });
    return { kind: 'released', why };
  }

  private seedHonoured(work: Work, answer: Pick<Generated, 'seedUsed'>): SeedHonoured {
    if (answer.seedUsed !== undefined) return answer.seedUsed === work.request.seed ? 'yes' : 'no';
    const support = work.ready.provider.capabilities(work.attempt.model).seed;
    return support === 'exact' ? 'yes' : support === 'none' ? 'no' : 'unknown';
  }

  private phase(work: Work, phase: 'sending' | 'waiting' | 'saving', progress?: number): void {
    this.context.signal({ event: 'shot_phase', job_id: String(work.job.id), shot: work.lease.shot, phase, progress });
  }
}
