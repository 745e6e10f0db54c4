/**
 * The stores by name. Adding one: its file, and its line here.
 */
import type { StorageModule } from './storage.ts';

/** Name in the config (`storage.provider`) → the store's module, loaded only when it is used. */
export const STORES: Record<string, () => Promise<{ default: StorageModule }>> = {
  none: () => import('./none.ts'),
  cloudinary: () => import('./cloudinary.ts'),
};
