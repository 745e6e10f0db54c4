/** An emulated Cloudinary and a client of it that is not the SDK, for the emulator's own tests. */
import { onTestFinished } from 'vitest';
import { type CloudinaryEmulator, type CloudinaryOptions, startCloudinary } from '../emulators/cloudinary.ts';
import { sign } from '../emulators/cloudinary/signature.ts';
import { makePicture } from '../emulators/picture.ts';

/** Starts one that ends with the test. */
export async function start(options: CloudinaryOptions = {}): Promise<CloudinaryEmulator> {
  const emulator = await startCloudinary(options);
  onTestFinished(() => emulator.close());
  return emulator;
}

/** Now, as Cloudinary counts: seconds since 1970. */
export const now = (): string => String(Math.floor(Date.now() / 1000));

/** An upload as a client without the SDK would send it. */
export async function send(
  emulator: CloudinaryEmulator,
  fields: Record<string, string>,
  how: { secret?: string; signature?: string; cloud?: string; bytes?: Buffer } = {},
) {
  const form = new FormData();
  const all: Record<string, string> = { timestamp: now(), ...fields };
  for (const [key, value] of Object.entries(all)) form.set(key, value);
  form.set('api_key', fields['api_key'] ?? '1234');
  form.set('signature', how.signature ?? sign(all, how.secret ?? 'abcd'));
  form.set('file', new Blob([new Uint8Array(how.bytes ?? makePicture(32, 32, 'x'))]), 'x.png');
  const response = await fetch(`${emulator.url}/v1_1/${how.cloud ?? 'demo'}/image/upload`, {
    method: 'POST',
    body: form,
  });
  return {
    status: response.status,
    body: (await response.json()) as {
      error?: { message: string };
      public_id: string;
      secure_url: string;
      existing?: boolean;
    },
  };
}
