/** Which of some providers `auto` takes: one row for each rule. */
import { describe, expect, it } from 'vitest';
import { choose, noChoice, type Candidate } from '../../src/app/choice.ts';

const KEY = { why: 'no key: A_KEY is not set', isKey: true };
const SECTION = { why: 'not set up', isKey: false };

function candidate(provider: string, worstMicros: number | undefined, more: Partial<Candidate> = {}): Candidate {
  const keeps = { draws: false, problems: [], isUnderCaps: true, seed: 'none', isUnread: false } as const;
  return { provider, model: `${provider}-1`, worstMicros, ...keeps, ...more };
}

const drawing = candidate('drawing', 0, { draws: true, seed: 'exact' });
const cheap = candidate('cheap', 10);
const dear = candidate('dear', 20);
const exact = candidate('exact', 90, { seed: 'exact' });
const faceless = candidate('faceless', 1, { problems: ['it does not keep the face'] });
const keyless = candidate('keyless', 1, { missing: KEY });
const above = candidate('above', 5, { isUnderCaps: false });
const tooDear = candidate('tooDear', 500, { overPictureCap: { worstMicros: 500, capMicros: 100 } });
const unread = candidate('unread', 1, { isUnread: true });
const unpriced = candidate('unpriced', undefined);

describe('auto takes', () => {
  it.each<[string, readonly Candidate[], string | null, RegExp, boolean?]>([
    ['the cheapest', [dear, cheap], 'cheap', /^the cheapest of 2 .*, at most \$0\.00001$/],
    ['of equals the first in the list', [dear, { ...dear, provider: 'twin' }], 'dear', /first in the list of equals/],
    ['nothing that breaks a promise', [faceless, dear], 'dear', /the only one of 2 that keeps/],
    ['nothing without a key', [keyless, dear], 'dear', /the only provider that is set up/],
    ['no picture above its cap', [tooDear, dear], 'dear', /the only one of 2/],
    ['what stays under the caps of job and day before what is cheaper', [above, dear], 'dear', /^the best of 2/],
    [
      'what is above them where all are: the run asks, or is refused',
      [above, faceless],
      'above',
      /above the cap of job/,
    ],
    ['an exact seed where one is required, at any price', [cheap, exact], 'exact', /^the best of 2/, true],
    ['the cheapest where none is required', [cheap, exact], 'cheap', /^the cheapest of 2/],
    ['a model that is known before one that is not', [unread, dear], 'dear', /^the best of 2/],
    ['a price that is known before one that is not', [unpriced, dear], 'dear', /^the cheapest of 2/],
    ['drawings where nothing else is set up', [drawing, keyless], 'drawing', /no other provider is set up.*free/],
    ['no drawings beside a provider that does not fit', [drawing, faceless], null, /no provider that is set up keeps/],
    ['nothing where nothing fits', [faceless, keyless], null, /no provider that is set up keeps/],
    ['nothing of nothing', [], null, /no provider/],
  ])('%s', (...row) => {
    const [, candidates, provider, reason, requireSeed = false] = row;
    const choice = choose(candidates, { requireSeed });
    expect(choice.provider).toBe(provider);
    expect(choice.reason).toMatch(reason);
    expect(choice.others).toHaveLength(candidates.length - (provider === null ? 0 : 1));
    expect(choose(candidates, { requireSeed })).toEqual(choice);
  });

  it('what it takes in whatever order the others stand, and says why not each of them', () => {
    const all = [drawing, faceless, keyless, tooDear, above, unread, dear, cheap];
    const choices = [all, all.toReversed()].map((some) => choose(some, { requireSeed: true }));
    expect(choices.map(({ provider }) => provider)).toEqual(['cheap', 'cheap']);
    expect(Object.fromEntries(choices[0]?.others.map(({ provider, why }) => [provider, why]) ?? [])).toEqual({
      drawing: 'it draws cartoons: taken only where no other provider is set up',
      faceless: 'it does not keep the face',
      keyless: 'no key: A_KEY is not set',
      tooDear: 'a picture may cost up to $0.0005, the cap of one is $0.0001',
      above: 'at most $0.000005, above the cap of job or day',
      unread: 'at most $0.000001, its seed is best effort',
      dear: 'at most $0.00002, its seed is best effort',
    });
    // What is not set up is in `others` only.
    expect(choices[0]?.sentence).toMatch(/^auto takes cheap \(cheap-1\): .*not faceless: .*not dear: /);
    expect(choices[0]?.sentence).not.toMatch(/keyless|drawing/);
  });
});

describe('where auto takes none, it is refused', () => {
  it.each<[string, readonly Candidate[], string]>([
    ['for the config where no provider keeps the promise', [drawing, faceless], 'usage'],
    ['for a key where one would fit with it', [faceless, keyless], 'auth'],
    ['for the config where the one without a key breaks a promise, too', [{ ...faceless, missing: KEY }], 'usage'],
    ['for the config where a section is missing', [{ ...cheap, missing: SECTION }], 'usage'],
    ['for the cap of a picture where only that is in the way', [keyless, faceless, tooDear], 'budget'],
  ])('%s', (_, candidates, kind) => {
    const choice = choose(candidates, { requireSeed: false });
    const refusal = noChoice(candidates, choice);
    expect(refusal).toMatchObject({ kind, message: expect.stringContaining('nothing was sent') });
    expect(refusal.problems).toEqual(choice.others.map(({ provider, why }) => `${provider} (${provider}-1): ${why}`));
    expect(refusal.problems).toHaveLength(candidates.length);
  });

  it('with the least cap that one of them stays under', () => {
    const other = candidate('other', 300, { overPictureCap: { worstMicros: 300, capMicros: 100 } });
    const candidates = [tooDear, other];
    const { advice } = noChoice(candidates, choose(candidates, { requireSeed: false }));
    expect(advice).toEqual({ code: 'raise-cap', cap: 'image', someFit: false, enoughUsd: 0.0003 });
  });
});
