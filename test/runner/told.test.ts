/** What a provider tells is kept only when it can be true, and can't do harm. */
import { describe, expect, it } from 'vitest';
import { storableUsage, isStorableId, isStorableUrl } from '../../src/runner/storable.ts';
import { cleanText, createRedactor } from '../../src/redact.ts';
import { galleryShots } from '../support/jobs.ts';
import { openRig, picture, provider } from '../support/runner-rig.ts';

const redact = createRedactor({ A_KEY: 'canary-71f3a9' });
const clean = (text: string, lengthMax = 1_000) => cleanText(text, redact, lengthMax);

describe('the cost that a provider tells', () => {
  it.each([1e300, -5, Number.NaN, Number.POSITIVE_INFINITY, 1e11])(
    'is not believed when it is %d: the expected price is counted, and it is said once',
    async (costMicros) => {
      const rig = openRig();
      const job = rig.job({ shots: galleryShots(2), settings: { concurrency: 1 } });
      const submit = (request: { shot: string }) => Promise.resolve(picture(request.shot, { costMicros }));
      await rig.run(job, [provider({ submit })]);
      expect(rig.ledger.jobs.counts(job.id).done).toBe(2);
      expect(rig.ledger.jobs.total(job.id)).toEqual({ spentMicros: 80, reservedMicros: 0 });
      const notices = rig.heard.filter((event) => event.event === 'notice' && /told a cost/.test(event.message));
      expect(notices).toHaveLength(1);
    },
  );

  it('is counted in whole micro-dollars', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(1) });
    const submit = (request: { shot: string }) => Promise.resolve(picture(request.shot, { costMicros: 41.2 }));
    await rig.run(job, [provider({ submit })]);
    expect(rig.ledger.jobs.total(job.id).spentMicros).toBe(42);
  });
});

describe('the id that a provider tells', () => {
  const collect = () => Promise.resolve(picture('late'));

  it('belongs to one shot: the second that is told it is held, and nothing is bought again', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(2), settings: { concurrency: 1 } });
    let sent = 0;
    const submit = () => Promise.resolve({ state: 'accepted' as const, remoteId: `same-${Math.min(1, (sent += 1))}` });
    await rig.run(job, [provider({ submit, collect })]);
    expect(sent).toBe(2);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ done: 1, held: 1 });
    expect(rig.ledger.queries.failures(job.id, 1)[0]?.message).toContain('the id of another attempt (same-1)');
  });

  it('is asked for once where the provider has a list', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(2), settings: { concurrency: 1 } });
    const submit = () => Promise.resolve({ state: 'accepted' as const, remoteId: 'same' });
    const find = () => Promise.resolve({ state: 'found' as const, remoteId: 'right' });
    await rig.run(job, [provider({ submit, collect, find })]);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ done: 2 });
  });

  it('leaves the shot in doubt also when the list has nothing: it was accepted, and is not bought again', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(1) });
    let sent = 0;
    const submit = () => Promise.resolve({ state: 'accepted' as const, remoteId: `a b ${(sent += 1)}` });
    const find = () => Promise.resolve({ state: 'absent' as const });
    await rig.run(job, [provider({ submit, collect, find })]);
    expect(sent).toBe(1);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ held: 1 });
  });

  it.each(['', 'a\u0000b', 'a b', 'a\u200bb', 'x'.repeat(201)])('%j leaves the shot in doubt', async (remoteId) => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(1) });
    await rig.run(job, [provider({ submit: () => Promise.resolve({ state: 'accepted', remoteId }), collect })]);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ held: 1 });
    expect(rig.told('generation_submitted')).toEqual([]);
  });

  it('is not kept when it holds a key', () => {
    expect(isStorableId('abc-canary-71f3a9', clean)).toBe(false);
    expect(isStorableId('abc-71f3a9', clean)).toBe(true);
  });
});

describe('an address that a provider tells', () => {
  it('is used and not kept when it holds a key; another process asks for it by the id', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(1) });
    const url = 'https://files.invalid/a.png?key=canary-71f3a9';
    const submit = () => Promise.resolve({ state: 'accepted' as const, remoteId: 'one' });
    const answer = { state: 'generated' as const, image: { kind: 'url' as const, url } };
    await rig.run(job, [provider({ submit, collect: () => Promise.resolve(answer) })], { context: { clean } });
    expect(rig.ledger.jobs.counts(job.id).done).toBe(1);
    expect(rig.ledger.attempts.find(1)?.url).toBeNull();
    expect(isStorableUrl('https://files.invalid/a.png?key=1', clean)).toBe(true);
    expect(isStorableUrl(`https://files.invalid/${'a'.repeat(5_000)}`, clean)).toBe(false);
  });
});

describe('a usage record', () => {
  it('is kept without keys and control characters, absurd numbers and endless depth', () => {
    const usage = { 'a\u0000canary-71f3a9': ['b\u202ecanary-\u200b71f3a9', Infinity, 5, true, null, () => 1] };
    expect(storableUsage(usage, clean)).toEqual({ 'a[redacted]': ['b[redacted]', null, 5, true, null, null] });
    let deep: unknown = 1;
    for (let depth = 0; depth < 10_000; depth += 1) deep = { deep };
    expect(JSON.stringify(storableUsage(deep, clean)).length).toBeLessThan(100);
    expect(storableUsage(Array(10_000).fill('x'), clean)).toHaveLength(50);
  });
});
