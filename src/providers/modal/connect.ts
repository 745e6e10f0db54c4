/** Where the app is, and its key. */
import { ProviderError } from '../../errors.ts';
import { optionalKeyOf, baseUrlOf } from '../access.ts';
import type { ProviderSettings } from '../definition.ts';
import type { ServiceClock } from '../service-clock.ts';
import { type Connection, SERVICE } from './ask.ts';
import type { Options } from './options.ts';

/** Said where it is asked all the same. */
export const NO_ADDRESS = 'the address of your app on Modal is not known';

/** @throws {UserError} when the address is malformed. Undefined: there is none. */
export function addressOf({ baseUrl }: Options, variable: string | undefined): string | undefined {
  const candidates = [baseUrl, variable];
  return candidates.some(Boolean) ? baseUrlOf(candidates, 'providers.modal.baseUrl') : undefined;
}

/** Address and both halves of the key are needed when the app is asked, not for lists and plans. */
export function connector(
  { env, keyVariables, fetch, now }: ProviderSettings<Options>,
  baseUrl: string | undefined,
  clock: ServiceClock,
): () => Connection {
  const key = optionalKeyOf(env, keyVariables, SERVICE);
  const secret = optionalKeyOf(env, ['MODAL_SECRET'], SERVICE);
  return () => {
    if (baseUrl === undefined) throw new ProviderError(NO_ADDRESS, { failure: 'rejected' });
    if ((key === undefined) !== (secret === undefined))
      throw new ProviderError('Modal takes MODAL_KEY and MODAL_SECRET together, and only one of them is set', {
        failure: 'unauthorized',
      });
    if (key === undefined || secret === undefined) return { baseUrl, headers: {}, secrets: [], fetch, now, clock };
    return {
      baseUrl,
      headers: { 'modal-key': key, 'modal-secret': secret },
      secrets: [key, secret],
      fetch,
      now,
      clock,
    };
  };
}
