/**
 * Cloudinary's request signature, from its documentation: all parameters but a few, without the empty ones, sorted,
 * `k=v` joined by `&`, the secret behind it, SHA-1 (or SHA-256 where the account says so) in hex.
 */
import { createHash } from 'node:crypto';

/** Parameters that are never signed. */
const UNSIGNED = new Set(['file', 'cloud_name', 'resource_type', 'api_key', 'signature']);

/**
 * Version 1 signs values as they are; version 2 (of 2025) writes `&` as `%26`, so that no value can pose as two
 * parameters.
 */
export type SignatureVersion = 1 | 2;

export type SignatureAlgorithm = 'sha1' | 'sha256';

/** What is signed, without the secret: also what Cloudinary shows when it refuses. */
export function stringToSign(parameters: Readonly<Record<string, string>>, version: SignatureVersion): string {
  const pairs = Object.entries(parameters).filter(([key, value]) => !UNSIGNED.has(key) && value !== '');
  pairs.sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs
    .map(([key, value]) => (version === 2 ? `${key}=${value}`.replaceAll('&', '%26') : `${key}=${value}`))
    .join('&');
}

/** The signature in lower-case hex. */
export function sign(
  parameters: Readonly<Record<string, string>>,
  secret: string,
  how: { version?: SignatureVersion; algorithm?: SignatureAlgorithm } = {},
): string {
  const text = stringToSign(parameters, how.version ?? 2) + secret;
  return createHash(how.algorithm ?? 'sha1')
    .update(text)
    .digest('hex');
}
