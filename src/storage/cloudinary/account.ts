/**
 * Whose cloud, with which key, at which address: read from the environment, never told on.
 */
import { UserError } from '../../errors.ts';
import { isSafeWithKey, unsafeWords } from '../../images/address.ts';

/** Where Cloudinary is, unless told otherwise. */
const BASE_URL = 'https://api.cloudinary.com';

/** What a request needs. Holds the secret: goes to the SDK and nowhere else. */
export interface Account {
  cloudName: string;
  apiKey: string;
  apiSecret: string;
  /** http or https, without a slash at the end. */
  baseUrl: string;
  /** Set where `CLOUDINARY_URL` says so; the SDK's own default is SHA-1. */
  signatureAlgorithm?: 'sha1' | 'sha256';
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the account. Address: `CLOUDINARY_BASE_URL`, else `upload_prefix` in `CLOUDINARY_URL` (what the SDK itself
 * reads), else `storage.baseUrl` of the config (the environment beats the file).
 * @throws {UserError} `auth` when the key is missing or malformed, `usage` for a malformed address. Never prints a
 *   value.
 */
export function readAccount(env: Environment, configuredBaseUrl: string | undefined): Account {
  const { url, ...key } = valueOf(env, 'CLOUDINARY_URL') === undefined ? fromParts(env) : fromUrl(env);
  const named: [string, string | undefined][] = [
    ['CLOUDINARY_BASE_URL', valueOf(env, 'CLOUDINARY_BASE_URL')],
    ['upload_prefix in CLOUDINARY_URL', url],
    ['storage.baseUrl', configuredBaseUrl],
  ];
  const [source, address] = named.find(([, value]) => value !== undefined) ?? ['default', BASE_URL];
  return { ...key, baseUrl: checkedBaseUrl(address ?? BASE_URL, source) };
}

/** A key, and the address that its URL may name. */
interface Key extends Omit<Account, 'baseUrl'> {
  url?: string;
}

function fromParts(env: Environment): Key {
  const names = ['CLOUDINARY_CLOUD_NAME', 'CLOUDINARY_API_KEY', 'CLOUDINARY_API_SECRET'] as const;
  const missing = names.filter((name) => valueOf(env, name) === undefined);
  if (missing.length > 0) {
    throw new UserError('Cloudinary needs a key, and none was found', {
      kind: 'auth',
      problems:
        missing.length === names.length ? ['CLOUDINARY_URL is not set'] : missing.map((name) => `${name} is not set`),
      hint:
        'Set CLOUDINARY_URL as the Cloudinary console shows it under "API Keys", ' +
        'or CLOUDINARY_CLOUD_NAME, CLOUDINARY_API_KEY and CLOUDINARY_API_SECRET.',
    });
  }
  const [cloudName = '', apiKey = '', apiSecret = ''] = names.map((name) => valueOf(env, name));
  const problems = problemsOf({ cloudName, apiKey, apiSecret });
  if (problems.length > 0) throw malformed('The Cloudinary variables are malformed', problems);
  return { cloudName, apiKey, apiSecret };
}

function fromUrl(env: Environment): Key {
  const text = valueOf(env, 'CLOUDINARY_URL') ?? '';
  const shape = 'expected cloudinary://KEY:SECRET@CLOUD';
  if (!text.toLowerCase().startsWith('cloudinary://'))
    throw malformed('CLOUDINARY_URL is malformed', [`it does not start with cloudinary://; ${shape}`]);
  const url = parsed(text);
  if (url === undefined) throw malformed('CLOUDINARY_URL is malformed', [`it is no URL; ${shape}`]);
  const key = { cloudName: decoded(url.hostname), apiKey: decoded(url.username), apiSecret: decoded(url.password) };
  const problems = problemsOf(key);
  const algorithm = url.searchParams.get('signature_algorithm') ?? undefined;
  if (algorithm !== undefined && algorithm !== 'sha1' && algorithm !== 'sha256')
    problems.push('signature_algorithm is neither sha1 nor sha256');
  if (problems.length > 0) throw malformed('CLOUDINARY_URL is malformed', [...problems, shape]);
  const prefix = url.searchParams.get('upload_prefix');
  return {
    ...key,
    ...(algorithm === undefined ? {} : { signatureAlgorithm: algorithm as 'sha1' | 'sha256' }),
    ...(prefix === null || prefix === '' ? {} : { url: prefix }),
  };
}

/** What is wrong with a key, without showing it. */
function problemsOf(key: { cloudName: string; apiKey: string; apiSecret: string }): string[] {
  const parts: [string, string][] = [
    ['the cloud name', key.cloudName],
    ['the API key', key.apiKey],
    ['the API secret', key.apiSecret],
  ];
  return parts.flatMap(([what, value]) => {
    if (value === '') return [`${what} is missing`];
    if (/^<.*>$|^your_/i.test(value)) return [`${what} is still the placeholder of the documentation`];
    return /^[\w.-]+$/.test(value)
      ? []
      : [`${what} holds characters that Cloudinary does not use (quotes or spaces around it?)`];
  });
}

function checkedBaseUrl(text: string, source: string): string {
  const url = parsed(text);
  const fine =
    url !== undefined &&
    /^https?:$/.test(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '';
  if (!fine)
    throw new UserError('The address of Cloudinary is malformed', {
      problems: [`${source} is no plain http or https address`],
    });
  if (!isSafeWithKey(url))
    throw new UserError('The address of Cloudinary is not safe', { problems: [`${source}: ${unsafeWords(url)}`] });
  return text.replace(/\/+$/, '');
}

function malformed(message: string, problems: readonly string[]): UserError {
  return new UserError(message, {
    kind: 'auth',
    problems,
    hint: 'Copy it again from the Cloudinary console, "API Keys".',
  });
}

/** Undefined, not an exception: Node's error would carry the text. */
function parsed(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function valueOf(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}
