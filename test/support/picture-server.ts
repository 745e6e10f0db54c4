/** A server of pictures that misbehaves by path, and downloads from it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { downloadImage, type DownloadOptions } from '../../src/images/download.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../emulators/emulator.ts';
import type { Route } from '../emulators/service.ts';
import { makePicture } from '../emulators/picture.ts';
import { temporaryFolder } from './temporary-folder.ts';

export const picture = makePicture(256, 256, 'one', { sizeBytes: 40_000 });
export const small = makePicture(8, 8, 'small');

const routes: Route[] = [
  {
    operation: 'download',
    method: 'GET',
    path: '/one.png',
    handle: () => ({ headers: { 'content-type': 'image/png' }, body: picture }),
  },
  {
    operation: 'hop',
    method: 'GET',
    path: '/hop/:left',
    handle: ({ params }) => ({
      status: 302,
      headers: { location: params['left'] === '0' ? '/one.png' : `/hop/${Number(params['left']) - 1}` },
    }),
  },
];

/** Serves the pictures until the test is over. */
export async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator({ name: 'pictures', routes }, options);
  onTestFinished(() => emulator.close());
  return emulator;
}

export const partPath = (): string => join(temporaryFolder('imggen-download-'), 'one.part');

export const options = (more: Partial<DownloadOptions> = {}): DownloadOptions => ({
  fetch,
  signal: new AbortController().signal,
  ...more,
});

/** Downloads from an emulator as its provider's own host. */
export async function download(
  emulator: Emulator,
  more: Partial<DownloadOptions> = {},
  path = '/one.png',
  part = partPath(),
): Promise<Buffer> {
  const { sizeBytes } = await downloadImage(
    `${emulator.url}${path}`,
    part,
    options({ allowedOrigin: `${emulator.url}/v1`, ...more }),
  );
  const bytes = readFileSync(part);
  expect(bytes.length).toBe(sizeBytes);
  return bytes;
}
