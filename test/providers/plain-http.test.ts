/** No key crosses the internet in the clear: a service that takes one is asked over https, but in one's own network. */
import { expect, it } from 'vitest';
import { ImgGen } from '../../src/index.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import { newFolder } from '../support/cli/imggen.ts';
import cloudinary from '../../src/storage/cloudinary.ts';

const keyed = Object.entries(PROVIDERS).filter(([, { keyVariables }]) => keyVariables.length > 0);

async function opened(name: string, baseUrl: string): Promise<unknown> {
  const env = Object.fromEntries((PROVIDERS[name]?.keyVariables ?? []).map((key) => [key, 'a-key:of-both-parts']));
  const imggen = await ImgGen.open({
    cwd: newFolder(),
    env,
    config: {
      character: { name: 'Mira', gender: 'woman' },
      provider: name,
      providers: { [name]: { baseUrl, priceUsd: 0.01 } },
    },
    fetch: () => Promise.reject(new Error('nothing may be sent')),
  });
  try {
    return await imggen.pack({ count: 1 }).result;
  } finally {
    await imggen.close();
  }
}

it.each(keyed.map(([name]) => name))('%s refuses http on the internet, and sends nothing', async (name) => {
  await expect(opened(name, 'http://gpu.example.com/v1')).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringMatching(/gpu\.example\.com is not on this machine or its network, so that it needs https/),
  });
});

it('Cloudinary does, too', async () => {
  const env = {
    CLOUDINARY_URL: 'cloudinary://123456789012345:abcdefghijklmnopqrstuvwxyz0@demo',
    CLOUDINARY_BASE_URL: 'http://api.example.com',
  };
  const made = () => cloudinary.create({ options: {}, keyVariables: ['CLOUDINARY_URL'], env, fetch, now: Date.now });
  await expect((async () => made())()).rejects.toMatchObject({ problems: [expect.stringMatching(/needs https/)] });
});
