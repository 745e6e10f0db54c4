/** Which provider `auto` takes for a plan, and why. Pure: the same candidates always give the same answer. */
import { UserError, type UserErrorKind } from '../errors.ts';
import { exactUsdText, usdOf, usdText } from '../money.ts';
import type { SeedSupport } from '../providers/capabilities.ts';
import type { Choice } from '../events.ts';
import type { Notice } from './notice.ts';

/** A provider as `auto` sees it, with its own model for new pictures. */
export interface Candidate {
  provider: string;
  /** null: nobody knows, since it is not set up. */
  model: string | null;
  /** Its pictures are drawings. */
  draws: boolean;
  /** Why it can't be asked, and whether that is a key; undefined: it is set up. */
  missing?: { why: string; isKey: boolean } | undefined;
  /** Promises of the plan that it would break, a sentence each; empty: it keeps all. */
  problems: readonly string[];
  /** What one of the pictures may cost, where that is above the cap of one: micro-dollars. */
  overPictureCap?: { worstMicros: number; capMicros: number } | undefined;
  /** All pictures stay under the caps of job and day. */
  isUnderCaps: boolean;
  seed: SeedSupport;
  /** What its model takes is assumed so far. */
  isUnread: boolean;
  /** All pictures at worst, in micro-dollars; undefined: nobody knows. */
  worstMicros: number | undefined;
}

/** What a plan asks for beside what each candidate was held against already. */
interface Asked {
  requireSeed: boolean;
}

/**
 * The choice: of the providers that are set up and break no promise, those under the caps of job and day first, then
 * with a required seed those whose seed is exact, then those whose model is known, then the cheapest; the registry's
 * order decides between equals. A provider that draws is taken only where no other one is set up.
 */
export function choose(candidates: readonly Candidate[], asked: Asked): Choice {
  const standing = candidates.map((one) =>
    isShut(one, candidates) ? { ...one, missing: { why: DRAWS, isKey: false } } : one,
  );
  const fitting = standing.filter((one) => reasonsAgainst(one).length === 0);
  const [best, ...rest] = fitting.toSorted((a, b) => compare(a, b, asked));
  const others = standing
    .filter((one) => one !== best)
    .map((one) => {
      const against = reasonsAgainst(one).join(', ');
      const why = against === '' ? [priceWords(one), behind(one, asked)].filter(Boolean).join(', ') : against;
      const { provider, model, missing } = one;
      return { provider, model, isSetUp: missing === undefined, why };
    });
  if (!best) return told({ provider: null, model: null, reason: NONE, worstUsd: null, others });
  const { provider, model, worstMicros } = best;
  const worstUsd = worstMicros === undefined ? null : usdOf(worstMicros);
  const setUp = standing.filter(({ missing }) => missing === undefined).length;
  return told({ provider, model, reason: reasonFor(best, { rest, setUp }, asked), worstUsd, others });
}

function told(choice: Omit<Choice, 'sentence'>): Choice {
  const { provider, model, reason, others } = choice;
  const not = others.flatMap((one) => (one.isSetUp ? [`${one.provider}: ${one.why}`] : []));
  const taken = provider === null ? 'none' : who({ provider, model });
  const sentence = `auto takes ${taken}: ${reason}${not.length === 0 ? '' : ` (not ${not.join('; not ')})`}`;
  return { ...choice, sentence };
}

const NONE = 'no provider that is set up keeps what was asked for';
const DRAWS = 'it draws cartoons: taken only where no other provider is set up';

/** A choice as it is told at the start of a run; undefined: the provider was named. */
export function choiceNotice(choice: Choice | undefined): Notice | undefined {
  return choice && { message: choice.sentence, choice };
}

/**
 * What to say where `auto` finds none: each provider with why. `budget` where only the cap of a picture is in the way,
 * `auth` where a key is all that one of them lacks.
 */
export function noChoice(candidates: readonly Candidate[], choice: Choice): UserError {
  const kind = kindOf(candidates);
  const problems = choice.others.map((one) => `${who(one)}: ${one.why}`);
  if (kind !== 'budget')
    return new UserError('auto finds no provider that keeps what was asked for: nothing was sent', {
      kind,
      problems,
      hint: 'set up one that does, ask for less, or name a provider',
      advice: { code: 'list-providers' },
    });
  const needed = candidates.flatMap((one) => (isTooDear(one) ? [one.overPictureCap?.worstMicros ?? 0] : []));
  return new UserError('auto finds no provider under the cap of one picture: nothing was sent', {
    kind,
    problems,
    hint: 'raise the cap of one picture',
    advice: { code: 'raise-cap', cap: 'image', someFit: false, enoughUsd: usdOf(Math.min(...needed)) },
  });
}

function kindOf(candidates: readonly Candidate[]): UserErrorKind {
  if (candidates.some(isTooDear)) return 'budget';
  const lacksKey = ({ missing, problems, overPictureCap }: Candidate) =>
    missing?.isKey === true && problems.length === 0 && overPictureCap === undefined;
  return candidates.some(lacksKey) ? 'auth' : 'usage';
}

/** Set up, keeps all promises, and one picture costs more than it may. */
function isTooDear({ missing, problems, overPictureCap }: Candidate): boolean {
  return missing === undefined && problems.length === 0 && overPictureCap !== undefined;
}

/** A provider that draws, beside another one that is set up. */
function isShut({ draws }: Candidate, all: readonly Candidate[]): boolean {
  return draws && all.some((other) => !other.draws && other.missing === undefined);
}

/** Why a candidate is not taken at any price. */
function reasonsAgainst({ missing, problems, overPictureCap: over }: Candidate): string[] {
  const dear =
    over && `a picture may cost up to ${usdText(over.worstMicros)}, the cap of one is ${exactUsdText(over.capMicros)}`;
  return [missing?.why, ...problems, dear].filter((why) => why !== undefined);
}

/** Below 0: `one` goes first. */
function compare(one: Candidate, other: Candidate, { requireSeed }: Asked): number {
  const keys = (of: Candidate): number[] => [
    Number(!of.isUnderCaps),
    Number(requireSeed && of.seed !== 'exact'),
    Number(of.isUnread),
    of.worstMicros ?? Number.MAX_SAFE_INTEGER,
  ];
  const theirs = keys(other);
  return keys(one).reduce((found, key, index) => found || key - (theirs[index] ?? 0), 0);
}

function reasonFor(
  best: Candidate,
  { rest, setUp }: { rest: readonly Candidate[]; setUp: number },
  asked: Asked,
): string {
  const price = [priceWords(best), behind(best, asked)].filter(Boolean).join(', ');
  if (best.draws) return `no other provider is set up; it draws cartoons, ${price}`;
  if (setUp === 1) return `the only provider that is set up, ${price}`;
  if (rest.length === 0) return `the only one of ${setUp} that keeps what was asked for, ${price}`;
  const [next] = rest;
  const lead = behind(next ?? best, asked) !== '' && behind(best, asked) === '' ? 'the best' : 'the cheapest';
  const same = next?.worstMicros === best.worstMicros && lead === 'the cheapest' ? ', first in the list of equals' : '';
  return `${lead} of ${rest.length + 1} that keep what was asked for, ${price}${same}`;
}

/** What puts a candidate behind others whatever its price; empty: nothing. */
function behind({ isUnderCaps, seed, isUnread }: Candidate, { requireSeed }: Asked): string {
  if (!isUnderCaps) return 'above the cap of job or day';
  if (requireSeed && seed !== 'exact') return 'its seed is best effort';
  return isUnread ? 'what its model takes is not known yet' : '';
}

function priceWords({ worstMicros }: Candidate): string {
  if (worstMicros === undefined) return 'at a price that nobody knows';
  return worstMicros === 0 ? 'free' : `at most ${usdText(worstMicros)}`;
}

function who({ provider, model }: { provider: string; model: string | null }): string {
  return model === null ? provider : `${provider} (${model})`;
}
