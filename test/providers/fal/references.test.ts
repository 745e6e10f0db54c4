/** References that go through fal's storage. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Reference } from '../../../src/providers/provider.ts';
import type { FalOptions } from '../../emulators/fal.ts';
import { makePicture } from '../../emulators/picture.ts';
import { type FalStage, startFal } from '../../support/providers/fal-stage.ts';
import { makeOne, plainRequest, thrownBy } from '../../support/providers/request.ts';

const call = { signal: new AbortController().signal, onSending: () => {} };
const request = (references: readonly Reference[]) => plainRequest({ model: 'fal-ai/flux-2-pro', references });

/** A picture of more than a megabyte, which is too large to go inside a request. */
async function largeReference(): Promise<Reference> {
  const folder = await mkdtemp(join(tmpdir(), 'imggen-fal-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const bytes = makePicture(1000, 1000, 'a large face', { sizeBytes: 1_500_000 });
  const path = join(folder, 'mira.png');
  await writeFile(path, bytes);
  return { path, mime: 'image/png', sha256: 'f'.repeat(64), sizeBytes: bytes.length };
}

async function withStorage(service: FalOptions = {}): Promise<FalStage> {
  const storage = await startFal({ service });
  const started = await startFal({ options: { uploadUrl: storage.emulator.url } });
  onTestFinished(async () => void (await Promise.all([storage.emulator.close(), started.emulator.close()])));
  return { ...started, service: storage.service, emulator: storage.emulator };
}

describe('a large reference', () => {
  it('is put into the storage once, for a day, without the key, and its address goes along', async () => {
    const { provider, service, emulator, sent } = await withStorage();
    const face = await largeReference();
    await Promise.all([makeOne(provider, request([face]), call), makeOne(provider, request([face]), call)]);
    expect(emulator.requests.map(({ operation }) => operation)).toEqual(['upload', 'put']);
    expect(emulator.requests[0]?.headers['x-fal-object-lifecycle']).toBe('{"expiration_duration_seconds":86400}');
    const [[name, bytes] = []] = service.files;
    expect(bytes?.length).toBe(face.sizeBytes);
    for (const index of [0, 1]) expect(sent(index).body['image_urls']).toEqual([`${emulator.url}/files/${name}`]);
  });

  it('is not put on a host that is none of fal’s, and nothing is paid', async () => {
    const { provider } = await withStorage({ uploadHost: 'https://evil.test' });
    expect(await thrownBy(provider.submit(request([await largeReference()]), call))).toMatchObject({
      failure: 'unavailable',
      charged: 'no',
      code: 'upload_host',
    });
  });

  it('goes inside the request where another address than fal’s is asked, and no storage is named', async () => {
    const { provider, emulator, sent } = await startFal({});
    onTestFinished(emulator.close);
    await makeOne(provider, request([await largeReference()]), call);
    expect(String((sent().body['image_urls'] as string[])[0])).toMatch(/^data:image\/png;base64,/);
  });
});
