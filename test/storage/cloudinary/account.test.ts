import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import cloudinary from '../../../src/storage/cloudinary.ts';
import { readAccount } from '../../../src/storage/cloudinary/account.ts';

const URL_VARIABLE = 'cloudinary://1234:abcd@demo';

function refusal(env: Record<string, string | undefined>, baseUrl?: string): UserError {
  try {
    readAccount(env, baseUrl);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return error as UserError;
  }
  throw new Error('it was not refused');
}

describe('the account', () => {
  it('is read from CLOUDINARY_URL, or from three variables', () => {
    const account = { cloudName: 'demo', apiKey: '1234', apiSecret: 'abcd', baseUrl: 'https://api.cloudinary.com' };
    expect(readAccount({ CLOUDINARY_URL: ` ${URL_VARIABLE} ` }, undefined)).toEqual(account);
    expect(
      readAccount(
        { CLOUDINARY_CLOUD_NAME: 'demo', CLOUDINARY_API_KEY: '1234', CLOUDINARY_API_SECRET: 'abcd' },
        undefined,
      ),
    ).toEqual(account);
  });

  it('takes its address from the environment before the config', () => {
    const prefixed = `${URL_VARIABLE}?upload_prefix=http://127.0.0.1:1/`;
    const address = (env: Record<string, string>, configured?: string): string => readAccount(env, configured).baseUrl;
    expect(address({ CLOUDINARY_URL: URL_VARIABLE }, 'http://127.0.0.1:2')).toBe('http://127.0.0.1:2');
    expect(address({ CLOUDINARY_URL: prefixed }, 'http://127.0.0.1:2')).toBe('http://127.0.0.1:1');
    expect(address({ CLOUDINARY_URL: prefixed, CLOUDINARY_BASE_URL: 'http://127.0.0.1:3' }, 'http://127.0.0.1:2')).toBe(
      'http://127.0.0.1:3',
    );
  });

  it('keeps the signature algorithm that CLOUDINARY_URL names', () => {
    expect(
      readAccount({ CLOUDINARY_URL: `${URL_VARIABLE}?signature_algorithm=sha256` }, undefined).signatureAlgorithm,
    ).toBe('sha256');
  });

  it('that is missing ends with exit code 5 and the names of the variables', () => {
    const nothing = refusal({ CLOUDINARY_URL: '' });
    expect([nothing.kind, nothing.problems]).toEqual(['auth', ['CLOUDINARY_URL is not set']]);
    expect(nothing.hint).toMatch(/CLOUDINARY_CLOUD_NAME.*CLOUDINARY_API_KEY.*CLOUDINARY_API_SECRET/);
    expect(refusal({ CLOUDINARY_CLOUD_NAME: 'demo' }).problems).toEqual([
      'CLOUDINARY_API_KEY is not set',
      'CLOUDINARY_API_SECRET is not set',
    ]);
  });

  it.each([
    ['https://1234:canary@demo', /does not start with cloudinary/],
    ['CLOUDINARY_URL=cloudinary://1234:canary@demo', /does not start with cloudinary/],
    ['cloudinary://1234:canary@', /cloud name is missing|no URL/],
    ['cloudinary://canary@demo', /API secret is missing/],
    ['cloudinary://demo', /API key is missing/],
    ['cloudinary://<your_api_key>:canary@demo', /API key is still the placeholder/],
    ['cloudinary://1234:"canary"@demo', /API secret holds characters/],
    ['cloudinary://1234:canary@demo:port', /no URL/],
    ['cloudinary://1234:canary@demo?signature_algorithm=md5', /signature_algorithm/],
  ])('%s ends with exit code 5, what is wrong, and without the secret', (url, problem) => {
    const error = refusal({ CLOUDINARY_URL: url });
    expect(error.kind).toBe('auth');
    expect(error.problems.join('\n')).toMatch(problem);
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('canary');
  });

  it.each([['ftp://x'], ['nonsense'], ['http://user:canary@host'], ['http://host/?a=canary']])(
    'with the address %s ends with exit code 2, and without showing it',
    (address) => {
      const error = refusal({ CLOUDINARY_URL: URL_VARIABLE, CLOUDINARY_BASE_URL: address });
      expect([error.kind, error.problems]).toEqual([
        'usage',
        ['CLOUDINARY_BASE_URL is no plain http or https address'],
      ]);
      expect(inspect(error, { showHidden: true })).not.toContain('canary');
    },
  );
});

it('has options with defaults, and takes no others', () => {
  expect(cloudinary.optionsSchema.parse({})).toEqual({
    folder: 'characters',
    folderMode: 'dynamic',
    eagerThumbnail: true,
    concurrency: 4,
    timeoutMs: 60_000,
  });
  for (const wrong of [
    { folder: '../x' },
    { folder: '/x' },
    { folder: 'x/' },
    { folder: 'a b' },
    { concurrency: 17 },
    { concurrency: 0 },
    { apiSecret: 'x' },
    { baseUrl: 'ftp://x' },
  ]) {
    expect(cloudinary.optionsSchema.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false);
  }
});
