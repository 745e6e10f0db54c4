/** How a provider makes, collects and cancels. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ProviderError } from '../../../src/errors.ts';
import type { Collected, Generated } from '../../../src/providers/provider.ts';
import { makePicture } from '../../emulators/picture.ts';
import { type Subject, type Begin, submits } from './subject.ts';
import { makeOne, thrownBy, collectOne } from '../../support/providers/request.ts';

export function describePictures(subject: Subject, begin: Begin): void {
  it('makes a picture with one paid request, within the price', async () => {
    const { provider, request, emulator, call } = await begin();
    const phases: string[] = [];
    const made = await makeOne(provider, request, { ...call, onPhase: (phase) => phases.push(phase) });
    expectPicture(made);
    const worst = provider.price(request)?.worstMicros ?? 0;
    if (made.costMicros !== undefined) expect(Number.isInteger(made.costMicros) && made.costMicros <= worst).toBe(true);
    if (!emulator) return;
    expect([submits(emulator), emulator.charges().length]).toEqual([1, 1]);
    expect(phases[0]).toBe('sending');
  });

  it('takes a reference along, if it takes any', async () => {
    const { provider, request, emulator, call } = await begin();
    if (provider.capabilities(request.model).referencesMax === 0) return;
    const folder = await mkdtemp(join(tmpdir(), 'imggen-reference-'));
    try {
      const bytes = makePicture(64, 64, 'a reference');
      const path = join(folder, 'mira.png');
      await writeFile(path, bytes);
      const reference = { path, mime: 'image/png' as const, sha256: '0'.repeat(64), sizeBytes: bytes.length };
      expectPicture(await makeOne(provider, { ...request, references: [reference] }, call));
      if (emulator) expect([submits(emulator), emulator.charges().length]).toEqual([1, 1]);
      await rm(path);
      const error = await thrownBy(
        makeOne(provider, { ...request, references: [{ ...reference, sha256: '1'.repeat(64) }] }, call),
      );
      expect(error).toMatchObject({ name: 'ProviderError', charged: 'no' });
      expect(submits(emulator)).toBe(emulator ? 1 : 0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('makes no second picture for the same key, if it says so', async () => {
    const { provider, request, emulator, call } = await begin();
    if (!provider.idempotent) return;
    const first = await makeOne(provider, request, call);
    expect(await makeOne(provider, request, call)).toEqual(first);
    if (emulator) expect(emulator.charges()).toHaveLength(1);
  });

  it('keeps work that is stopped while it is waited for, and collects it later', async () => {
    const { provider, request, emulator, call } = await begin();
    if (!provider.collect) return;
    const submission = await provider.submit(request, call);
    if (submission.state !== 'accepted') return;
    const stopped = await collectOne(provider, submission.remoteId, request, { signal: AbortSignal.abort() });
    expect(stopped).toEqual({ state: 'running', why: expect.stringMatching(/\w+ \w+/) as string });
    expect(await collectOne(provider, submission.remoteId, request, call)).toMatchObject({ state: 'generated' });
    if (emulator) expect([submits(emulator), emulator.charges().length]).toEqual([1, 1]);
  });

  it('serves several requests at once, one paid request each', async () => {
    const { provider, request, emulator, call } = await begin();
    const made = await Promise.all(
      [1, 2, 3, 4].map((seed) =>
        makeOne(provider, { ...request, attemptKey: `${request.attemptKey}-${seed}`, seed }, call),
      ),
    );
    for (const each of made) expectPicture(each);
    if (emulator) expect([submits(emulator), emulator.charges().length]).toEqual([4, 4]);
  });

  it('announces a request once, right before it leaves', async () => {
    const { provider, request, call, emulator } = await begin();
    const sentBefore: number[] = [];
    await makeOne(provider, request, { ...call, onSending: () => void sentBefore.push(submits(emulator)) });
    expect(sentBefore).toEqual([0]);
  });

  it('sends nothing when the announcement can not be written', async () => {
    const { provider, request, call, emulator } = await begin();
    const full = () => {
      throw new Error('the disk is full');
    };
    await thrownBy(provider.submit(request, { ...call, onSending: full }));
    expect(submits(emulator)).toBe(0);
  });

  it('sends nothing when it was stopped before', async () => {
    const { provider, request, call, emulator } = await begin();
    const error = await thrownBy(provider.submit(request, { ...call, signal: AbortSignal.abort('stopped by a test') }));
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ failure: 'interrupted', charged: 'no' });
    expect(emulator?.requests ?? []).toEqual([]);
  });

  it('is healthy, says so in a sentence, and buys nothing to find out', async () => {
    const { provider, emulator, call } = await begin();
    expect(await provider.check(call)).toMatchObject({ ok: true, message: expect.stringMatching(/\w+/) as string });
    expect([submits(emulator), emulator?.charges() ?? []]).toEqual([0, []]);
  });

  if (subject.remote === false) return;

  it('collects the same picture again without paying again', async () => {
    const { provider, request, emulator, call } = await begin();
    if (!provider.collect) return;
    const submission = await provider.submit(request, call);
    if (submission.state !== 'accepted') return;
    const first = await collectOne(provider, submission.remoteId, request, call);
    expect(first.state).toBe('generated');
    const again = await collectOne(provider, submission.remoteId, request, call);
    expect(unsigned(again)).toEqual(unsigned(first));
    expect([submits(emulator), emulator?.charges().length]).toEqual([1, 1]);
  });
}

/** Without the query of its address: each reading may sign it anew. */
function unsigned(made: Collected): unknown {
  if (made.state === 'running' || made.image.kind === 'bytes') return made;
  return { ...made, image: { ...made.image, url: made.image.url.split('?')[0] } };
}

function expectPicture({ image, seedUsed }: Generated): void {
  if (image.kind === 'bytes')
    expect(Buffer.from(image.bytes.subarray(1, 4)).toString('latin1')).toMatch(/^(?:PNG|\xd8\xff.|IFF)$/s);
  else expect(URL.canParse(image.url)).toBe(true);
  if (seedUsed !== undefined) expect(Number.isInteger(seedUsed)).toBe(true);
}
