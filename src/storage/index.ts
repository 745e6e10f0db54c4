/** The stores by name. Adding one: its file, and its line here. */
import type { StorageRegistry } from './storage.ts';

/** Name in the config (`storage.provider`) → the variables of its key, and its module, loaded when it is used. */
export const STORES: StorageRegistry = {
  none: { keyVariables: [], load: () => import('./none.ts') },
  cloudinary: {
    keyVariables: ['CLOUDINARY_URL', 'CLOUDINARY_API_KEY', 'CLOUDINARY_API_SECRET'],
    load: () => import('./cloudinary.ts'),
  },
};
