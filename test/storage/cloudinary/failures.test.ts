import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import type { FaultKind } from '../../emulators/faults.ts';
import { all, calm, openStudio, refused } from '../conformance.ts';
import { open } from '../../support/cloudinary-store.ts';

const studio = openStudio();
afterAll(() => studio.close());

describe('a failure', () => {
  it.each([
    [400, 'rejected'],
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [404, 'rejected'],
    [409, 'conflict'],
    [413, 'rejected'],
    [420, 'rate-limited'],
    [423, 'unavailable'],
    [429, 'rate-limited'],
    [500, 'unavailable'],
    [503, 'unavailable'],
  ] as const)('with status %i is %s, in an upload and in the Admin API', async (status, failure) => {
    const body = JSON.stringify({ error: { message: 'as the service says' } });
    const { storage } = await open({
      faults: [{ on: '*', kind: 'status', status, body, headers: { 'x-cld-error': 'as the service says' } }],
    });
    const calls = [
      storage.put(studio.picture('m_1'), calm),
      all(storage.list('mira-sol', calm)),
      storage.remove(['characters/x/y'], calm),
    ];
    for (const error of await Promise.all(calls.map(refused))) {
      expect([error.failure, error.message]).toEqual([
        failure,
        expect.stringMatching(/^Cloudinary, .*: as the service says \(\d+\)$/),
      ]);
    }
  });

  it.each<FaultKind>([
    'reset-before',
    'truncate-length',
    'truncate-chunked',
    'truncate-close',
    'html',
    'error-json',
    'not-image',
    'empty',
    'header-bomb',
    'gzip-bomb',
    'redirect',
  ])('of the kind %s is unavailable, and the picture is stored once in the end', async (kind) => {
    const { emulator, storage } = await open({ faults: [{ on: '*', kind, times: 4 }] });
    const picture = studio.picture('m_1');
    for (const call of [
      () => storage.put(picture, calm),
      () => storage.find('mira-sol', 'm_1', calm),
      () => all(storage.list('mira-sol', calm)),
      () => storage.remove(['characters/mira-sol/zz'], calm),
    ]) {
      expect((await refused(call())).failure).toBe('unavailable');
    }
    await storage.put(picture, calm);
    expect(emulator.deeds().filter(({ deed }) => deed !== 'repeated')).toHaveLength(1);
  });

  it.each<FaultKind>(['hang', 'hang-before', 'slow-loris'])('of the kind %s ends in time', async (kind) => {
    const { storage } = await open({ faults: [{ on: '*', kind, delayMs: 40 }], store: { timeoutMs: 150 } });
    const error = await refused(storage.find('mira-sol', 'm_1', calm));
    expect(error).toMatchObject({ failure: 'unavailable', message: expect.stringMatching(/no answer in time/) });
    if (kind !== 'slow-loris')
      expect((await refused(storage.put(studio.picture('m_1'), calm))).failure).toBe('unavailable');
  });

  it('by rate limit says when to come back: the reset date, at most an hour, else a minute', async () => {
    const now = (): number => Date.UTC(2026, 0, 1, 10, 30);
    const waits = async (headers: Record<string, string>): Promise<number | undefined> => {
      const { storage } = await open({ now, faults: [{ on: '*', kind: 'status', status: 420, headers }] });
      const [upload, admin] = [
        await refused(storage.put(studio.picture('m_1'), calm)),
        await refused(storage.find('x', 'y', calm)),
      ];
      expect(upload.retryAfterMs).toBe(admin.retryAfterMs);
      return upload.retryAfterMs;
    };
    const reset = (text: string): Record<string, string> => ({ 'x-featureratelimit-reset': text });
    expect(await waits(reset('Thu, 01 Jan 2026 10:45:00 GMT'))).toBe(900_000);
    expect(await waits(reset('Fri, 02 Jan 2026 10:45:00 GMT'))).toBe(3_600_000);
    expect(await waits(reset('Wed, 31 Dec 2025 10:45:00 GMT'))).toBe(0);
    expect(await waits(reset('soon'))).toBe(60_000);
    expect(await waits({ 'retry-after': '7' })).toBe(7000);
    expect(await waits({})).toBe(60_000);
  });

  it('never shows the key or the secret, whatever the service echoes', async () => {
    const canary = `canary${randomBytes(12).toString('hex')}`;
    const key = `key${randomBytes(6).toString('hex')}`;
    const body = JSON.stringify({ error: { message: `bad ${key}:${canary}\u001b[2J and ${'x'.repeat(2000)}` } });
    for (const status of [400, 401, 409, 420, 500, 503]) {
      const { storage } = await open({
        apiKey: key,
        apiSecret: canary,
        faults: [{ on: '*', kind: 'status', status, body, headers: { 'x-cld-error': `${key} ${canary}` } }],
      });
      const errors = [
        storage.put(studio.picture('m_1'), calm),
        storage.find('x', 'y', calm),
        storage.remove(['characters/x/y'], calm),
      ].map(refused);
      for (const error of await Promise.all(errors)) {
        const shown = inspect(error, { depth: 20, showHidden: true });
        expect(shown).not.toContain(canary);
        expect(shown).not.toContain(key);
        expect(error.message).not.toMatch(/[\u0000-\u001f]/);
        expect(error.message.length).toBeLessThanOrEqual(300);
      }
      expect(inspect(storage, { depth: 20, showHidden: true })).not.toContain(canary);
      expect((await storage.check(calm)).message).not.toContain(canary);
    }
  });
});
