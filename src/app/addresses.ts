/** Where pictures can be read in their stores. */
import { StorageError, UserError } from '../errors.ts';
import type { Upload } from '../ledger/records.ts';
import type { Variant } from '../storage/storage.ts';
import type { Services } from './services.ts';

/** How long a store may take to make an address. */
const ADDRESS_TIMEOUT_MS = 20_000;

/**
 * Where a picture can be read in its store now: the lasting address, else one that the store makes. Undefined: it is
 * not there, or the store can't be asked (its key is missing).
 */
export async function addressOf(
  services: Services,
  upload: Upload | null,
  variant: Variant,
): Promise<string | undefined> {
  if (!upload || upload.key === null) return undefined;
  const { url, thumbnailUrl } = upload.details;
  const lasting = variant === 'picture' ? url : thumbnailUrl;
  if (lasting !== undefined || url !== undefined) return lasting;
  try {
    const store = await services.store(upload.store);
    const address = await store.urlOf({ key: upload.key }, variant, AbortSignal.timeout(ADDRESS_TIMEOUT_MS));
    return address?.url;
  } catch (error) {
    if (error instanceof UserError || error instanceof StorageError) return undefined;
    throw error;
  }
}
