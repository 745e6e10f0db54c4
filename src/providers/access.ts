/** Where and as whom a service is asked: base URL and key, checked before use. */
import { UserError } from '../errors.ts';
import { isSafeWithKey, unsafeWords } from '../images/address.ts';

/**
 * The service's address without a slash at its end: the first of the candidates that is set.
 * http is for this machine and its network, so that no key and no picture crosses the internet in the clear.
 * @throws {UserError} exit 2 when it is no such address, or holds a user name or password.
 */
export function baseUrlOf(candidates: readonly (string | undefined)[], where: string): string {
  const text = candidates.find((candidate) => candidate !== undefined && candidate !== '') ?? '';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new UserError(`${where}: the base URL is not an http or https address`, { kind: 'usage' });
  if (url.username || url.password)
    throw new UserError(`${where}: the base URL must not hold a user name or password`, { kind: 'usage' });
  if (!isSafeWithKey(url)) throw new UserError(`${where}: ${unsafeWords(url)}`, { kind: 'usage' });
  return text.replace(/\/+$/, '');
}

/** The key of a service that may do without one. @throws {UserError} exit 5 when it can't be sent in a header. */
export function optionalKeyOf(
  env: Readonly<Record<string, string | undefined>>,
  variables: readonly string[],
  service: string,
): string | undefined {
  return variables.some((name) => env[name]?.trim()) ? keyOf(env, variables, service) : undefined;
}

/**
 * The key from the environment, first found wins.
 * @throws {UserError} exit 5 when none is set, saying which variable to set; or when it can't be sent in a header.
 */
export function keyOf(
  env: Readonly<Record<string, string | undefined>>,
  variables: readonly string[],
  service: string,
): string {
  for (const name of variables) {
    const key = env[name]?.trim();
    if (!key) continue;
    if (/[^\x21-\x7e]/.test(key))
      throw new UserError(`${name} holds characters that no key has`, {
        kind: 'auth',
        hint: `Copy the key for ${service} again, without spaces or line breaks.`,
      });
    return key;
  }
  throw new UserError(`no key for ${service}: ${variables.join(' or ')} is not set`, {
    kind: 'auth',
    hint: `Set ${variables[0] ?? 'its key'} in the environment or in a .env file in this folder`,
    advice: { code: 'choose-keyless-provider' },
  });
}

/** Replaces every occurrence of a secret by `[redacted]`: services do echo keys in their errors. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => (secret.length >= 4 ? clean.replaceAll(secret, '[redacted]') : clean), text);
}
