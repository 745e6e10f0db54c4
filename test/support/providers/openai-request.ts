/** What the tests ask OpenAI for. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { makePicture } from '../../emulators/picture.ts';
import type { SubmitContext, ImageRequest, Provider, Reference } from '../../../src/providers/provider.ts';
import { plainRequest } from './request.ts';

export const call: SubmitContext = { signal: new AbortController().signal, onSending: () => {} };

export const request = (more: Partial<ImageRequest> = {}): ImageRequest =>
  plainRequest({ model: 'gpt-image-2.5-flare', prompt: 'A portrait.', ...more });

export const accepted = async (provider: Provider): Promise<string> => {
  const submission = await provider.submit(request(), call);
  if (submission.state !== 'accepted') throw new Error('expected an accepted attempt');
  return submission.remoteId;
};

export const background = { background: true };

/** Two reference images on disk, gone after the test. */
export async function makeReferences(): Promise<Reference[]> {
  const folder = await mkdtemp(join(tmpdir(), 'imggen-openai-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return Promise.all(
    ['face.png', 'side.png'].map(async (name): Promise<Reference> => {
      const bytes = makePicture(32, 32, name);
      await writeFile(join(folder, name), bytes);
      return { path: join(folder, name), mime: 'image/png', sha256: name, sizeBytes: bytes.length };
    }),
  );
}
