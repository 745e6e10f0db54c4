import { ProviderError } from '../errors.ts';
import type { Finding } from '../providers/provider.ts';
import { accepted, adoptStaged } from './answer.ts';
import { deadline } from './deadline.ts';
import { failed, released } from './ends.ts';
import { keptId } from './kept-id.ts';
import { FOREIGN, isForeign, type AttemptContext, type OpenAttempt, type Step } from './open-attempt.ts';
import { findPart } from './picture.ts';

/** How long a request may be on its way in, where the provider does not say. */
const FIND_AFTER_MS = 10_000;

/**
 * Clears up an attempt that was perhaps sent: a staged answer or a remote id that is kept in a file, else what the
 * provider says by our key or its list, else the doubt stays, and with it the reservation (docs/ledger.md, "Recovery").
 */
export async function lookUp(
  context: AttemptContext,
  open: OpenAttempt,
  doubt: NonNullable<OpenAttempt['doubt']>,
): Promise<Step> {
  const part = await findPart(context, open);
  if (part !== undefined) return adoptStaged(context, open, part);
  const { provider } = open.ready;
  const kept = provider.collect && keptId(context, open);
  if (kept) return accepted(context, open, kept.remoteId, { found: kept });
  const inDoubt = (why: string) => failed(context, open, new ProviderError(why, { failure: 'unknown' }));
  // The same request with the same key, once: after that the backoff of the queue decides, not a loop.
  const again: Step | undefined =
    provider.idempotent && !open.resent && !isForeign(open)
      ? { open: { ...open, doubt: undefined, resent: true } }
      : undefined;
  if (!provider.find) return again ?? inDoubt(doubt.why);
  let finding: Finding | 'interrupted';
  try {
    finding = await ask(context, open, doubt.unrecorded === true);
  } catch (error) {
    if (error instanceof ProviderError) return inDoubt(`${doubt.why} (${error.message})`);
    throw error;
  }
  if (finding === 'interrupted') return released(context, open, 'interrupted');
  context.trace('looked-up', { shot: open.lease.shot, state: finding.state });
  if (finding.state === 'unsure') return inDoubt(`${doubt.why} (${finding.message})`);
  if (finding.state === 'found') {
    if (finding.fitting !== undefined) tellOthers(context, open, finding.fitting);
    return accepted(context, open, finding.remoteId);
  }
  if (isForeign(open)) return inDoubt(`${doubt.why}; ${FOREIGN}`);
  if (again) return again;
  if (doubt.arrived) return inDoubt(`${doubt.why} (the provider does not list it)`);
  // That a process ended is no failure of the provider's, and no attempt of the shot's.
  const failure = doubt.sender === 'another process' ? 'interrupted' : 'unavailable';
  return failed(context, open, new ProviderError(`${doubt.why}; it never arrived`, { failure, charged: 'no' }));
}

function tellOthers({ tell }: AttemptContext, { lease, ready }: OpenAttempt, fitting: number): void {
  const message =
    `${fitting} predictions at ${ready.provider.name} fit ${lease.shot}: the one that was made right after its ` +
    'request is taken; another ledger may use this account';
  tell({ event: 'notice', level: 'warn', message });
}

/**
 * Asks the provider for an attempt whose answer was lost, once its request must have arrived if it ever will.
 * `interrupted`: told to stop meanwhile; it stays an open intent, and any later run looks it up.
 * @throws {ProviderError} the provider's own; also when the look-up takes longer than the time-out.
 */
async function ask(context: AttemptContext, open: OpenAttempt, unrecorded: boolean): Promise<Finding | 'interrupted'> {
  const { provider } = open.ready;
  // Its sender may have ended just now, however old the attempt is by a clock that may have been set since.
  const waitMs = provider.findAfterMs ?? FIND_AFTER_MS;
  const limit = deadline(context, waitMs + open.job.settings.timeoutMs, [context.abort, context.drain]);
  const lostAttempt = {
    request: open.request,
    sent: open.attempt.sent,
    sentAtMs: unrecorded ? open.job.createdAtMs : sentOf(open),
    unrecorded,
    isKnown: (remoteId: string) => context.ledger.attempts.knowsRemote(provider.name, remoteId),
  };
  try {
    if (waitMs > 0) await context.sleep(waitMs, limit.signal);
    if (limit.signal.aborted || !provider.find) return 'interrupted';
    return await provider.find(lostAttempt, { signal: limit.signal });
  } catch (error) {
    if (limit.signal.aborted && !limit.passed()) return 'interrupted';
    throw error;
  } finally {
    limit.clear();
  }
}

function sentOf({ attempt }: OpenAttempt): number {
  return attempt.sentAtMs ?? attempt.intentAtMs;
}
