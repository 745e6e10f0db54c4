/** What all providers share besides HTTP: prices, the look-up of models, references. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ProviderError, UserError } from '../../src/errors.ts';
import type { ModelRecord } from '../../src/providers/capabilities.ts';
import localModule from '../../src/providers/local.ts';
import { lookUpModel, modelForRequest, type ModelList, unknownModel } from '../../src/providers/models.ts';
import { microsOf } from '../../src/money.ts';
import { configuredPrice, priceOfEach } from '../../src/providers/price.ts';
import type { Reference } from '../../src/providers/provider.ts';
import { referenceBytes, referenceDataUri, referenceFile } from '../../src/providers/references.ts';

describe('a price', () => {
  it.each([
    [0, 0],
    [0.07, 70_000],
    [0.29, 290_000],
    [1.1, 1_100_000],
    [0.000_000_1, 1],
    [0.045_000_4, 45_001],
  ])('of %d dollars is %d micro-dollars, rounded up', (usd, micros) => {
    expect(microsOf(usd)).toBe(micros);
  });

  it('tells where it is from', () => {
    const from = { source: 'paper.test', asOf: '2026-05-04' };
    expect(priceOfEach(0.04, from)).toEqual({ worstMicros: 40_000, expectedMicros: 40_000, ...from });
  });

  it('is that of the config, dated today, when one is set, also a free one', () => {
    const nowMs = Date.UTC(2026, 4, 4, 23, 59);
    expect(configuredPrice({ priceUsd: 0 }, { model: 'm', nowMs })).toMatchObject({
      worstMicros: 0,
      source: 'config',
      asOf: '2026-05-04',
    });
    expect(configuredPrice({}, { model: 'm', nowMs })).toBeUndefined();
  });
});

describe('a model', () => {
  const capabilities = localModule.models[0]?.capabilities ?? expect.unreachable('a model that draws');
  const list: ModelList<ModelRecord> = {
    service: 'Paper',
    defaultModel: 'now',
    models: [
      { id: 'now', capabilities },
      { id: 'soon', capabilities, retiresOn: '2026-05-04' },
      { id: 'was', capabilities, retired: { on: '2026-01-01', successor: 'soon' } },
    ],
  };
  const on = (day: string): number => Date.parse(`${day}T12:00:00Z`);

  it('is found by its id, and undefined when it is not in the list', () => {
    expect(lookUpModel(list, 'now', on('2026-05-04'))).toBe(list.models[0]);
    expect(lookUpModel(list, 'never', on('2026-05-04'))).toBeUndefined();
  });

  it('can be used up to the day on which it retires, and not after', () => {
    expect(lookUpModel(list, 'soon', on('2026-05-04'))).toBe(list.models[1]);
    expect(() => lookUpModel(list, 'soon', on('2026-05-05'))).toThrow('Paper shut soon down on 2026-05-04');
  });

  it('that is retired names its successor, or the default model', () => {
    const hintOf = (id: string): string | undefined => {
      try {
        lookUpModel(list, id, on('2026-06-01'));
      } catch (error) {
        if (error instanceof UserError) return error.hint;
      }
      return expect.unreachable();
    };
    expect([hintOf('was'), hintOf('soon')]).toEqual(['Use soon instead.', 'Use now instead.']);
  });

  it('that a provider has not is told with those it has', () => {
    expect(unknownModel(list, 'never')).toMatchObject({
      message: 'Paper has no model "never"',
      hint: expect.stringContaining('now, soon') as string,
    });
  });

  it('that can not be used rejects the request, and a bug stays a bug', () => {
    expect(() => modelForRequest(() => lookUpModel(list, 'was', 0))).toThrow(ProviderError);
    const bug = (): never => {
      throw new TypeError('a bug');
    };
    expect(() => modelForRequest(bug)).toThrow(TypeError);
  });
});

describe('a reference', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });
  const reference = (): Reference => {
    const folder = mkdtempSync(join(tmpdir(), 'imggen-reference-'));
    folders.push(folder);
    const path = join(folder, 'face.png');
    writeFileSync(path, 'picture');
    return { path, mime: 'image/png', sha256: 'abc', sizeBytes: 7 };
  };
  const limit = { service: 'Paper', maxBytes: 7 };

  it('goes along as bytes, as a data URI or as a file', async () => {
    const face = reference();
    expect((await referenceBytes(face, limit)).toString()).toBe('picture');
    expect(await referenceDataUri(face, limit)).toBe(`data:image/png;base64,${btoa('picture')}`);
    const file = await referenceFile(face, limit);
    expect([file.name, file.type, await file.text()]).toEqual(['face.png', 'image/png', 'picture']);
    expect((await referenceFile(face, limit, 'abc.png')).name).toBe('abc.png');
  });

  it('that is too large or gone is rejected unpaid, by its name without its folder', async () => {
    const face = reference();
    await expect(referenceBytes(face, { service: 'Paper', maxBytes: 6 })).rejects.toMatchObject({
      failure: 'rejected',
      charged: 'no',
      message: expect.stringMatching(/^the reference face\.png is larger than .* that Paper takes$/) as string,
    });
    rmSync(face.path);
    await expect(referenceBytes(face, limit)).rejects.toMatchObject({
      failure: 'rejected',
      charged: 'no',
      code: 'ENOENT',
      message: "the reference face.png can't be read (ENOENT)",
    });
  });
});
