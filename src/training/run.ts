/**
 * A training from wherever it is to its end: taken over or claimed, sent, waited for, saved. One job with one shot; its
 * attempt takes the steps of a picture's up to the answer (docs/ledger.md).
 */
import type { CharacterAttributes } from '../character.ts';
import type { Claimed } from '../ledger/lease.ts';
import type { TakenOver } from '../ledger/recovery.ts';
import type { Job } from '../ledger/records.ts';
import { SpareSpace } from '../images/spare-space.ts';
import { AnswerFile } from '../runner/answer-file.ts';
import { heldAskable } from '../runner/askable.ts';
import type { ReadyProvider, RunnerContext, Stop, StopSignals } from '../runner/context.ts';
import { ledgerGone } from '../runner/gone.ts';
import { takenOver } from '../runner/look-first.ts';
import type { OpenAttempt } from '../runner/open-attempt.ts';
import { partPathOf } from '../runner/staging.ts';
import { stopFor } from '../runner/stop-for.ts';
import { tellSpend, warningOnce } from '../runner/tell.ts';
import { bringTraining } from './attempt.ts';
import type { TrainingContext } from './weights.ts';

/** What is run. */
export interface TrainingWork extends StopSignals {
  context: RunnerContext;
  job: Job;
  character: CharacterAttributes;
  /** The provider as it is asked for this training. */
  ready: ReadyProvider;
  madeWith: readonly string[];
  /** So many bytes are set aside for the weights. */
  weightsBytes: number;
  /** Nothing is sent: what was sent before is collected, and that is all. */
  collectOnly?: boolean | undefined;
}

/** How a run of a training ended; the ledger knows the rest. */
export interface TrainingEnd {
  stop?: Stop | undefined;
  /** Where a cap stopped it: the least that this cap must be. */
  enoughMicros?: number | undefined;
  /** It goes on at the provider without us, and why. */
  released?: string | undefined;
}

/** The longest wait before looking again. */
const WAIT_MAX_MS = 5_000;
/** Never paid work with less than this free beside the weights. */
const FREE_MIN_BYTES = 64 * 1024 * 1024;

/** Runs a training to its end, or until it is told to stop. @throws what is a bug. */
export async function runTraining(work: TrainingWork): Promise<TrainingEnd> {
  const space = new SpareSpace();
  const { context, drain, abort, madeWith, job } = work;
  const collectOnly = new Set(work.collectOnly ? [job.id] : []);
  const steps = { ...context, drain, abort, space, madeWith, collectOnly, warnOnce: warningOnce(context) };
  try {
    return await rounds(work, steps);
  } catch (error) {
    const stop = stopFor(error);
    if (!stop) throw error;
    return { stop };
  } finally {
    await space.close();
  }
}

async function rounds(work: TrainingWork, steps: TrainingContext): Promise<TrainingEnd> {
  const { context, job, drain } = work;
  const { recovery, attempts } = context.ledger;
  const providers = new Map([[work.ready.provider.name, work.ready]]);
  const isAskable = heldAskable({ ...context, providers }, [job]);
  let [open] = [...recovery.reopenHeld([job.id], isAskable)].map((held) => takenOver(opened(work, held)));
  for (;;) {
    const gone = ledgerGone(context.ledger);
    if (gone) return { stop: gone };
    if (drain.aborted) {
      if (open) attempts.release(open.lease);
      return { stop: { reason: 'interrupted' } };
    }
    open ??= [...recovery.takeOver([job.id], 1)].map((taken) => takenOver(opened(work, taken)))[0];
    const next = open ?? (work.collectOnly ? undefined : await claimed(work));
    open = undefined;
    if (next === undefined) return {};
    if ('end' in next) return next.end;
    if ('waitMs' in next) {
      await context.sleep(Math.min(next.waitMs, WAIT_MAX_MS), drain);
      continue;
    }
    tellSpend(context, [job]);
    const end = await bringTraining(steps, next);
    tellSpend(context, [job]);
    if (end.kind === 'released')
      return { released: end.why, ...(drain.aborted ? { stop: { reason: 'interrupted' } } : {}) };
    if (end.kind === 'failed' && end.verdict.shot === 'parked')
      return { stop: { reason: 'auth', message: end.message } };
  }
}

/** What the disk of a folder lacks before a training is paid, a sentence; undefined: nothing. */
export function spaceMissing(freeBytes: number, folder: string, weightsBytes: number): string | undefined {
  const needed = FREE_MIN_BYTES + weightsBytes;
  if (freeBytes >= needed) return undefined;
  const [has, needs] = [freeBytes, needed].map((bytes) => `${Math.floor(bytes / 1024 / 1024)} MiB`);
  return `${has} free for ${folder}, ${needs} needed`;
}

/** Claims the training: T1 and T2. Undefined: nothing is left to be sent. */
async function claimed(
  work: TrainingWork,
): Promise<OpenAttempt | { waitMs: number } | { end: TrainingEnd } | undefined> {
  const { context, job, ready, weightsBytes } = work;
  const { claims } = context.ledger;
  const candidate = claims.candidate([job.id]);
  if (candidate.kind === 'none') return undefined;
  const waitFor = (untilMs: number | undefined) => ({ waitMs: Math.max(50, (untilMs ?? Infinity) - context.now()) });
  if (candidate.kind === 'wait') return waitFor(candidate.untilMs);
  const { output } = job.settings;
  const message = spaceMissing(await context.freeBytes(output), output, weightsBytes);
  if (message !== undefined) return { end: { stop: { reason: 'disk', message } } };
  const price = ready.provider.price({ model: job.settings.model, ...NO_PICTURE });
  if (!price) throw new Error(`${ready.provider.name} tells no price of a training`);
  const claim = claims.claim(candidate, [
    {
      provider: ready.provider.name,
      model: job.settings.model,
      scope: ready.scope,
      intervalMs: 0,
      worstMicros: price.worstMicros,
      expectedMicros: price.expectedMicros,
      attemptKey: context.newKey(),
      request: { width: 0, height: 0, references: [] },
    },
  ]);
  switch (claim.kind) {
    case 'claimed':
      return opened(work, claim);
    case 'changed':
      return { waitMs: 0 };
    case 'wait':
      return waitFor(claim.untilMs);
    case 'down':
      return { end: { stop: { reason: 'down', message: `${claim.provider} is down` } } };
    case 'budget': {
      context.ledger.budgetReached(job.id, claim.cap, claim);
      const enoughMicros = claim.spentMicros + claim.reservedMicros + price.worstMicros;
      return { end: { stop: { reason: 'budget', cap: claim.cap }, enoughMicros } };
    }
  }
}

const NO_PICTURE = { width: 0, height: 0, references: [], prompt: '' };

/** What a run holds of a training that was claimed or taken over. */
function opened(work: TrainingWork, { lease, job, shot, attempt }: Claimed | TakenOver): OpenAttempt {
  const { ready, character, weightsBytes } = work;
  const { prompt, seed, look } = shot;
  const request = { attemptKey: attempt.key, shot: shot.name, model: attempt.model, seed, look, character };
  return {
    lease,
    job,
    shot,
    attempt,
    ready,
    request: { ...request, ...NO_PICTURE, prompt },
    file: new AnswerFile(partPathOf(job, attempt.key), weightsBytes),
    resent: false,
    providers: () => 1,
    onAnswered: () => {},
  };
}
