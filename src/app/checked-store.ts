import { UserError } from '../errors.ts';
import type { Clean } from '../runner/storable.ts';
import type { Storage } from '../storage/storage.ts';

/** How long a store may take to say whether it is there. */
const CHECK_TIMEOUT_MS = 20_000;

/** Asks a store whether it is there. One that is down is only warned of. @throws {UserError} `auth` */
export async function assertThere(
  store: Storage,
  { clean, warn }: { clean: Clean; warn: (message: string) => void },
): Promise<void> {
  const health = await store.check(AbortSignal.timeout(CHECK_TIMEOUT_MS));
  if (health.ok) return;
  const why = clean(health.message);
  if (health.failure === 'unavailable' || health.failure === 'rate-limited') {
    warn(`${store.name} does not answer now (${why}): pictures are kept on disk and uploaded when it does`);
    return;
  }
  throw new UserError(why, {
    kind: 'auth',
    hint: 'nothing was generated. Correct the key, or go on without uploads',
    advice: { code: 'leave-store-out' },
  });
}
