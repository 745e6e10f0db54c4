/** Cloudinary keeps the contract, in both kinds of folders that an account may have. */
import cloudinary from '../../src/storage/cloudinary.ts';
import { startCloudinary } from '../emulators/cloudinary.ts';
import { conforms } from './conformance.ts';

for (const folderMode of ['dynamic', 'fixed'] as const)
  conforms({
    name: 'cloudinary',
    keeps: true,
    open: async () => {
      const emulator = await startCloudinary({ folderMode });
      const storage = await cloudinary.create({
        options: { folderMode },
        keyVariables: [],
        env: { CLOUDINARY_URL: emulator.cloudinaryUrl },
        fetch,
        now: Date.now,
      });
      return { storage, close: () => emulator.close() };
    },
  });
