import { describe, expect, it } from 'vitest';
import { capRefusal, capWords } from '../../src/app/cap-words.ts';
import { estimate } from '../../src/app/estimate.ts';
import { assertFits } from '../../src/app/preflight.ts';
import type { ReadyProvider } from '../../src/runner/context.ts';
import type { Caps } from '../../src/ledger/records.ts';
import { finish, openLedgers } from '../support/ledgers.ts';
import { picture, provider } from '../support/runner-rig.ts';
import { galleryShots, makeJob, ready } from '../support/jobs.ts';

const paper = provider({ submit: (request) => Promise.resolve(picture(request.shot)) });

/** Four pictures at 50 at most, one of them made for 40 already. */
function found(caps: Caps, standIns: readonly ReadyProvider[] = []) {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(4) });
  finish(ledger, ledgers.claimed(ledger, [job.id]));
  const { settings } = ledger.jobs.change(job.id, { caps });
  const alike = ledger.jobs.alike(job.id, ['queued']);
  const question = { settings, alike, ready: ready(paper), standIns, total: ledger.jobs.total(job.id) };
  return estimate([question], ledger.queries.today());
}

const face = (path: string) => ({ role: 'face', picture: path }) as const;

describe('what is left to do', () => {
  it('is counted at its worst', () => {
    expect(found({})).toMatchObject({ shots: 3, worstMicros: 150, passes: undefined });
  });

  it.each<[string, Caps, boolean]>([
    ['image', { perImageMicros: 49 }, true],
    ['image', { perImageMicros: 50 }, false],
    ['run', { perRunMicros: 189 }, true],
    ['run', { perRunMicros: 190 }, false],
    ['day', { perDayMicros: 189 }, true],
    ['day', { perDayMicros: 190 }, false],
  ])('against the %s cap %j: passes it: %s', (cap, caps, passes) => {
    expect(found(caps).passes?.cap).toBe(passes ? cap : undefined);
  });

  it('is counted at the price of the dearest fallback that may be asked', () => {
    const price = (worstMicros: number) => () => ({
      worstMicros,
      expectedMicros: 1,
      source: 'test',
      asOf: '2026-01-01',
    });
    const dear = ready({ ...paper, name: 'dear', price: price(70) });
    const cheap = ready({ ...paper, name: 'cheap', price: price(10) });
    expect(found({}, [cheap])).toMatchObject({ worstMicros: 150 });
    expect(found({}, [cheap, dear])).toMatchObject({ worstMicros: 210 });
    expect(found({ perRunMicros: 249 }, [dear]).passes).toMatchObject({ cap: 'run', enoughMicros: 250 });
    // It is not asked for a picture above its cap.
    expect(found({ perImageMicros: 60 }, [dear])).toMatchObject({ worstMicros: 150, passes: undefined });
  });

  it('is refused in one sentence with the numbers and the way out', () => {
    const refusal = capRefusal(found({ perRunMicros: 100 }));
    expect(refusal.kind).toBe('budget');
    expect(refusal.message).toMatch(/3 pictures may cost up to .* cap of the job is .* nothing was sent/);
    expect(refusal.advice).toEqual({ code: 'raise-cap', cap: 'run', someFit: true, enoughUsd: 0.00019 });
    expect(capWords(found({}))).toBe('');
  });
});

describe('a job its provider can’t do is refused before paying', () => {
  const job = (settings: object) => {
    const ledgers = openLedgers();
    return makeJob(ledgers.connection('a'), ledgers.folder, { shots: galleryShots(1), settings });
  };
  const can = (more: object) => ready({ ...paper, capabilities: () => ({ ...paper.capabilities(''), ...more }) });

  it.each([
    ['a size it has not', {}, { sizes: { kind: 'list', sizes: ['8x8'] } }, /16x16 is not one of 8x8/],
    [
      'more references than it takes',
      { references: [face('/a'), face('/b')] },
      {},
      /takes 1 reference pictures, 2 are asked for/,
    ],
    ['a seed it has not', { requireSeed: true }, { seed: 'none' }, /no seed, and one is required/],
    ['a quality it has not', { quality: 'ultra' }, { qualities: ['low', 'high'] }, /it takes low, high/],
  ])('for %s', (...row) => {
    const [, settings, capabilities, words] = row;
    expect(() => assertFits(job(settings).settings, can(capabilities))).toThrow(words);
  });

  it('for a price that nobody knows, unless that is accepted', () => {
    const free = { ...paper, price: () => undefined };
    expect(() => assertFits(job({}).settings, ready(free))).toThrow(/nobody knows what a picture/);
    expect(() => assertFits(job({ allowUnknownPrice: true }).settings, ready(free))).not.toThrow();
  });
});
