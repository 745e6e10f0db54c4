import type { SeedHonored } from '../events.ts';
import type { Generated } from '../providers/provider.ts';
import type { AttemptContext, OpenAttempt, Step } from './open-attempt.ts';
import { tellPhase } from './tell.ts';
import { partPathOf, stageAnswer } from './staging.ts';

/** T3: the provider has accepted the request under this id. */
export function accepted(context: AttemptContext, open: OpenAttempt, remoteId: string): Step {
  const attempt = context.ledger.attempts.accepted(open.lease, remoteId);
  context.trace('accepted', { shot: open.lease.shot, remoteId });
  return { open: { ...open, attempt, doubt: undefined } };
}

/**
 * T4: an answer with a picture, or its URL. Bytes are staged before the ledger is told, so that they survive this
 * process.
 */
export async function generated(context: AttemptContext, open: OpenAttempt, answer: Generated): Promise<Step> {
  const { lease, ready } = open;
  for (const message of answer.warnings ?? [])
    context.tell({ event: 'notice', level: 'warn', message: context.clean(message) });
  const kept = {
    seedHonored: seedHonored(open, answer.seedUsed),
    costMicros: answer.costMicros,
    usage: answer.usage,
  };
  tellPhase(context, open, 'saving');
  let place: { url: string } | { staged: string };
  if (answer.image.kind === 'url') place = { url: answer.image.url };
  else {
    place = { staged: await stageAnswer(partPathOf(open.job, open.attempt.key), answer.image.bytes) };
    context.trace('staged', { shot: lease.shot });
  }
  const attempt = context.ledger.attempts.generated(lease, { ...kept, ...place }, ready.scope);
  context.trace('generated', { shot: lease.shot });
  open.onAnswered();
  return { open: { ...open, attempt, doubt: undefined } };
}

/** T4 for an answer that another process, which has ended, staged and did not tell the ledger of. */
export function adoptStaged(context: AttemptContext, open: OpenAttempt, staged: string): Step {
  const answer = { staged, seedHonored: seedHonored(open, undefined) };
  const attempt = context.ledger.attempts.generated(open.lease, answer, open.ready.scope);
  open.onAnswered();
  return { open: { ...open, attempt, doubt: undefined } };
}

function seedHonored(open: OpenAttempt, seedUsed: number | undefined): SeedHonored {
  if (seedUsed !== undefined) return seedUsed === open.request.seed ? 'yes' : 'no';
  const support = open.ready.provider.capabilities(open.attempt.model).seed;
  return support === 'exact' ? 'yes' : support === 'none' ? 'no' : 'unknown';
}
