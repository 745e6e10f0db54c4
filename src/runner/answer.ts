import { ProviderError } from '../errors.ts';
import type { SeedHonored } from '../events.ts';
import { exactUsdText } from '../money.ts';
import type { Generated, SentRecord } from '../providers/provider.ts';
import { canBeCleared } from './askable.ts';
import { failed } from './ends.ts';
import { forgetId, keepId, type KeptId } from './kept-id.ts';
import { nameOf } from './name.ts';
import type { AttemptContext, OpenAttempt, Step } from './open-attempt.ts';
import { withProvenance } from './provenance.ts';
import { isBelievableCost, isStorableId, isStorableUrl, storableUsage } from './storable.ts';
import { tellPhase } from './tell.ts';

/**
 * T3: the provider has accepted the request under this id. An id that can't be kept, or that is another attempt's,
 * leaves in doubt which work is ours. An id that nobody can tell again is kept in a file until the ledger has it.
 * @param more.found where an earlier process kept it; `sent`: what the answer told beside it.
 */
export async function accepted(
  context: AttemptContext,
  open: OpenAttempt,
  remoteId: string,
  { found, sent }: { found?: KeptId; sent?: SentRecord | undefined } = {},
): Promise<Step> {
  const { provider } = open.ready;
  if (!isStorableId(remoteId, context.clean))
    return nameless(context, open, `${provider.name} told an id that holds a key, or characters that no id has`);
  const kept = found ?? (canBeCleared(provider) ? undefined : await keepId(context, open, remoteId));
  if (kept) context.trace('id-kept', { shot: open.lease.shot });
  let attempt: OpenAttempt['attempt'] | undefined;
  try {
    attempt = context.ledger.attempts.accepted(open.lease, remoteId, sent);
  } catch (error) {
    // The ledger is locked, or its disk is full: a later run finds the id beside the answer's place.
    if (!kept) await keepId(context, open, remoteId);
    throw error;
  }
  if (attempt) context.trace('accepted', { shot: open.lease.shot, remoteId });
  if (kept) await forgetId(kept);
  if (!attempt) return nameless(context, open, `${provider.name} told the id of another attempt (${remoteId})`);
  return { open: { ...open, attempt, doubt: undefined } };
}

/** Accepted, and nobody can ask for it: looked up once where that can be done, else held. */
function nameless(context: AttemptContext, open: OpenAttempt, why: string): Step {
  if (!open.doubt && open.ready.provider.find)
    return { open: { ...open, doubt: { why, sender: 'this process', arrived: true } } };
  return failed(context, open, new ProviderError(why, { failure: 'unknown' }));
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
    costMicros: believableCost(context, open, answer.costMicros),
    usage: answer.usage === undefined ? undefined : storableUsage(answer.usage, context.clean),
    sent: answer.sent,
  };
  tellPhase(context, open, 'saving');
  let place: { url: string } | { staged: string } | { url?: undefined };
  let unkeptUrl: string | undefined;
  let picture: OpenAttempt['picture'];
  if (answer.image.kind === 'url' && isStorableUrl(answer.image.url, context.clean)) place = { url: answer.image.url };
  else if (answer.image.kind === 'url') {
    // Known to this process only: another asks the provider again by the remote id.
    place = {};
    unkeptUrl = answer.image.url;
  } else {
    const written = withProvenance(context, open, { bytes: answer.image.bytes, seedHonored: kept.seedHonored });
    picture = written.picture;
    place = { staged: await open.file.stage(written.parts, context.ledger.folder) };
    context.trace('staged', { shot: lease.shot });
  }
  const { attempt, named } = context.ledger.atOnce(() => ({
    attempt: context.ledger.attempts.generated(lease, { ...kept, ...place }, ready.scope),
    named: picture && nameOf(context, open, picture),
  }));
  context.trace('generated', { shot: lease.shot });
  open.onAnswered();
  return { open: { ...open, attempt, picture, named, unkeptUrl, doubt: undefined } };
}

/** What the provider says that it charged; undefined for a number that can't be one, which is told. */
function believableCost(context: AttemptContext, open: OpenAttempt, micros: number | undefined): number | undefined {
  if (micros === undefined) return undefined;
  const { name } = open.ready.provider;
  if (isBelievableCost(micros)) {
    const worstMicros = open.ready.provider.price(open.request)?.worstMicros ?? micros;
    if (micros > worstMicros) {
      const [told, held] = [exactUsdText(micros), exactUsdText(worstMicros)];
      context.warnOnce(
        `${name} charged ${told} for a picture, and at most ${held} was expected: the next are held at ${told}`,
      );
    }
    return Math.ceil(micros);
  }
  context.warnOnce(`${name} told a cost that no picture has (${micros / 1e6} USD): the expected price is counted`);
  return undefined;
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
