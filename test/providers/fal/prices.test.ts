/** What the user's own inputs cost besides: a cap counts it before anything is sent. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it, onTestFinished } from 'vitest';
import type { Reference } from '../../../src/providers/provider.ts';
import { stage } from '../../support/providers/fal-stage.ts';
import { plainRequest } from '../../support/providers/request.ts';

it.each([
  ['fal-ai/nano-banana-2', {}, 0.08],
  ['fal-ai/nano-banana-2', { enable_web_search: true }, 0.095],
  ['fal-ai/nano-banana-2', { enable_web_search: true, thinking_level: 'high', resolution: '4K' }, 0.177],
  ['fal-ai/nano-banana-pro', { enable_web_search: true }, 0.165],
  ['fal-ai/z-image/turbo', { enable_prompt_expansion: true }, 0.0075],
  ['fal-ai/ideogram/character', {}, 0.15],
  ['fal-ai/ideogram/character', { rendering_speed: 'QUALITY' }, 0.2],
  ['fal-ai/ideogram/character', { rendering_speed: 'TURBO' }, 0.1],
])('%s with %j costs $%d', async (model, input, usd) => {
  const { provider } = await stage({ options: { input } });
  expect(provider.price(plainRequest({ model }))?.worstMicros).toBe(Math.round(usd * 1e6));
});

it('each reference of a model that is paid by the picture and its references counts', async () => {
  const { provider } = await stage();
  const reference: Reference = { path: '/a.png', sha256: 'a', mime: 'image/png', sizeBytes: 1 };
  const request = plainRequest({ model: 'xai/grok-imagine-image', references: [reference, reference, reference] });
  expect(provider.price(request)?.worstMicros).toBe(26_000);
});

it('a reference that is larger than FLUX 3 takes is made smaller first', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'imggen-fal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'large.png');
  await sharp({ create: { width: 3000, height: 2000, channels: 3, background: '#446688' } })
    .png()
    .toFile(path);
  const reference = { path, sha256: 'large', mime: 'image/png', sizeBytes: statSync(path).size } as const;
  const { provider, sent } = await stage();
  const model = 'blackforestlabs/flux-3/text-to-image';
  const call = { signal: new AbortController().signal, onSending: () => {} };
  await provider.submit(plainRequest({ model, references: [reference] }), call);
  const [url = ''] = sent().body['image_urls'] as string[];
  const { width, height } = await sharp(Buffer.from(url.split(',')[1] ?? '', 'base64')).metadata();
  expect(width * height).toBeLessThanOrEqual(4_000_000);
  expect(width).toBeGreaterThan(2000);
});
