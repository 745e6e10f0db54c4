/**
 * What follows a failure: one pure table. The provider names the kind, this decides about the shot, the money and the
 * limits.
 */
import type { Charged, Failure } from '../errors.ts';

/** What is known when an attempt has failed. */
export interface FailureFacts {
  failure: Failure;
  charged: Charged;
  retryAfterMs: number | undefined;
  /** Attempts of this shot that count, this one included. */
  attempts: number;
  /** At one provider. */
  attemptsMax: number;
  /** Providers that can make the shot, one after the other: the job's own and its fallbacks. */
  providers: number;
  /** Answers 429 this shot has seen in a row before this one, while its provider let nothing else through. */
  limitedInARow: number;
  /** 0 … 1, from the caller's randomness. */
  random: number;
}

/** What follows. */
export interface Verdict {
  /**
   * `again` after `waitMs`; `parked`: stays in the queue and the run stops asking (key, credit); else how the shot
   * ends.
   */
  shot: 'again' | 'parked' | 'failed' | 'refused' | 'held';
  waitMs: number;
  /** The attempt does not count against attemptsMax. */
  uncounted: boolean;
  /** The shot is asked of the next provider, and at once: this one wants to be left alone for `waitMs`. */
  asksNext: boolean;
  settlement: 'released' | 'spent' | 'doubtful';
  /** What it says of the provider's limits. */
  observed: 'limited' | 'unavailable' | undefined;
}

const BACKOFF_FIRST_MS = 1_000;
const BACKOFF_MAX_MS = 60_000;

/**
 * Exponential backoff with jitter: between half and all of 1 s · 2^(n−1), at most a minute. `attempt` from 1, `random`
 * 0…1.
 */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.max(0, attempt - 1));
  return Math.round(full * (0.5 + random / 2));
}

/** Decides what follows a failed attempt. */
export function decide(facts: FailureFacts): Verdict {
  const settlement = facts.charged === 'yes' ? 'spent' : facts.charged === 'maybe' ? 'doubtful' : 'released';
  const end = (shot: Verdict['shot'], observed?: Verdict['observed']): Verdict => ({
    shot,
    waitMs: 0,
    uncounted: false,
    asksNext: false,
    settlement,
    observed,
  });
  const again = (waitMs: number, observed?: Verdict['observed']): Verdict => ({
    shot: 'again',
    waitMs,
    uncounted: false,
    asksNext: false,
    settlement,
    observed,
  });
  switch (facts.failure) {
    case 'refused':
      return end('refused');
    case 'rejected':
      return end('failed');
    // The same would happen to every other shot: keep them all in the queue until the account is put in order.
    case 'unauthorized':
    case 'no-credit':
      return { ...end('parked'), uncounted: true };
    case 'rate-limited': {
      // As long as the provider lets anything through, waiting is no failure. A provider that only ever says 429 is.
      const waitMs =
        (facts.retryAfterMs ?? backoffMs(facts.limitedInARow + 1, facts.random)) + Math.round(facts.random * 100);
      if (facts.limitedInARow + 1 >= facts.attemptsMax) {
        const isLast = facts.attempts > facts.attemptsMax * (facts.providers - 1);
        return isLast ? end('failed', 'limited') : { ...again(waitMs, 'limited'), asksNext: true };
      }
      return { ...again(waitMs, 'limited'), uncounted: true };
    }
    case 'unavailable':
    case 'timeout': {
      // Never again by itself when it may have been charged: that would be the second payment.
      if (facts.charged !== 'no') return end('held', 'unavailable');
      if (facts.attempts >= facts.attemptsMax * facts.providers) return end('failed', 'unavailable');
      // The next one is asked at once: it is not the one that wants us to wait.
      if (facts.attempts % facts.attemptsMax === 0) return again(0, 'unavailable');
      const attempt = ((facts.attempts - 1) % facts.attemptsMax) + 1;
      return again(Math.max(facts.retryAfterMs ?? 0, backoffMs(attempt, facts.random)), 'unavailable');
    }
    // Paid, and what came is no picture: only a person pays again (`imggen retry`).
    case 'unusable':
      return end('failed');
    case 'interrupted':
      return { ...again(0), uncounted: true };
    case 'unknown':
      return { ...end('held'), settlement: 'doubtful' };
  }
}

/**
 * What follows when a store did not take a picture. Uploads cost nothing and are idempotent: they are tried many
 * times.
 */
export function decideUpload(facts: {
  failure: 'unauthorized' | 'rejected' | 'rate-limited' | 'unavailable' | 'conflict';
  tries: number;
  retryAfterMs: number | undefined;
  random: number;
}): { again: false } | { again: true; waitMs: number; counts: boolean } {
  if (facts.failure === 'rate-limited') {
    return { again: true, waitMs: (facts.retryAfterMs ?? 60_000) + Math.round(facts.random * 250), counts: false };
  }
  if (facts.failure !== 'unavailable' || facts.tries >= UPLOAD_TRIES_MAX) return { again: false };
  return { again: true, waitMs: Math.max(facts.retryAfterMs ?? 0, backoffMs(facts.tries, facts.random)), counts: true };
}

/** Tries of one upload in one run. */
export const UPLOAD_TRIES_MAX = 10;

/** How long a download of a paid picture is tried again, attempt by attempt: reads are free. */
export const DOWNLOAD_TRIES_MAX = 6;
