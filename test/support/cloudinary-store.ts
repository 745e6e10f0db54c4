/** A Cloudinary store in front of an emulator of the test’s own. */
import { onTestFinished } from 'vitest';
import cloudinary from '../../src/storage/cloudinary.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { type CloudinaryEmulator, type CloudinaryOptions, startCloudinary } from '../emulators/cloudinary.ts';
import type { CloudAsset } from '../emulators/cloudinary/store.ts';

/** Options of the store; what is given beats the address in the emulator's CLOUDINARY_URL. */
interface Opening extends CloudinaryOptions {
  store?: Record<string, unknown> | undefined;
  url?: ((emulator: CloudinaryEmulator) => string) | undefined;
}

/** A store, and the service that it asks; closed after the test. */
export async function open(opening: Opening = {}): Promise<{ emulator: CloudinaryEmulator; storage: Storage }> {
  const emulator = await startCloudinary(opening);
  onTestFinished(() => emulator.close());
  const url = opening.url?.(emulator) ?? emulator.cloudinaryUrl;
  const storage = await cloudinary.create({
    options: opening.store ?? {},
    keyVariables: [],
    env: { CLOUDINARY_URL: url },
    fetch,
    now: opening.now ?? Date.now,
  });
  return { emulator, storage };
}

/** A picture that is in the service already. */
export const planted = (publicId: string): CloudAsset => ({
  assetId: '0',
  publicId,
  version: 1,
  format: 'png',
  width: 8,
  height: 8,
  etag: '0'.repeat(32),
  sizeBytes: 1,
  createdAt: '2026-01-01T00:00:00Z',
  assetFolder: '',
  tags: [],
  context: {},
  derived: [],
  originalFilename: 'x',
});
