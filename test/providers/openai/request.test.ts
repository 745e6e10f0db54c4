/** What exactly OpenAI is sent for a picture, and what comes of it. */
import { afterEach, describe, expect, it } from 'vitest';
import module from '../../../src/providers/openai.ts';
import { pictureKey } from '../../emulators/picture.ts';
import { clearStage, KEY, stage } from '../../support/providers/openai-stage.ts';
import { request, call, makeReferences } from '../../support/providers/openai-request.ts';

afterEach(clearStage);

describe('a picture from words', () => {
  it('is asked for with these fields and no others', async () => {
    const { provider, sent, emulator } = await stage();
    await provider.submit(request({ quality: 'low', width: 1024, height: 1536 }), call);
    expect(emulator.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /v1/images/generations']);
    expect(sent()).toEqual({
      model: 'gpt-image-2.5-flare',
      prompt: 'A portrait.',
      n: 1,
      size: '1024x1536',
      quality: 'low',
      output_format: 'png',
    });
  });

  it('says in the prompt what to leave out, and asks for medium quality when none is named', async () => {
    const { provider, sent } = await stage({ options: { moderation: 'low' } });
    await provider.submit(request({ negativePrompt: 'watermark, text.' }), call);
    expect(sent()).toMatchObject({
      prompt: 'A portrait.\nAvoid: watermark, text.',
      quality: 'medium',
      moderation: 'low',
    });
  });

  it('carries the key, the organization and the project, and asks for one attempt', async () => {
    const { provider, emulator } = await stage({ env: { OPENAI_ORG_ID: 'org-1', OPENAI_PROJECT_ID: 'proj-1' } });
    await provider.submit(request(), call);
    const { headers } = emulator.requests[0] ?? expect.unreachable();
    expect(headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      'openai-organization': 'org-1',
      'openai-project': 'proj-1',
      'x-stainless-retry-count': '0',
    });
  });

  it('names no organization and no project where their variables are empty, as in CI without a secret', async () => {
    const { provider, emulator } = await stage({ env: { OPENAI_ORG_ID: '', OPENAI_PROJECT_ID: ' ' } });
    await provider.submit(request(), call);
    expect(Object.keys(emulator.requests[0]?.headers ?? {}).filter((name) => /organ|project/.test(name))).toEqual([]);
  });

  it('comes with the picture that was charged, the usage and what it cost', async () => {
    const { provider, emulator } = await stage();
    const made = await provider.submit(request({ quality: 'low' }), call);
    if (made.state !== 'generated' || made.image.kind !== 'bytes') return expect.unreachable();
    const [charge] = emulator.charges();
    expect(pictureKey(Buffer.from(made.image.bytes))).toBe(charge?.id);
    expect(made.costMicros).toBe(charge?.amountMicros);
    expect(made.usage).toMatchObject({ output_tokens: 196 });
    expect(made.seedUsed).toBeUndefined();
  });

  it('goes to the address in the environment unless the config names one', async () => {
    const { emulator } = await stage();
    const settings = {
      options: {},
      keyVariables: ['OPENAI_API_KEY'],
      env: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `${emulator.url}/v1/` },
      fetch,
      now: Date.now,
      elapsed: () => performance.now(),
      sleep: async () => {},
      timeoutMs: 5000,
    };
    await (await module.create(settings)).submit(request(), call);
    expect(emulator.requests).toHaveLength(1);
    await expect(module.create({ ...settings, options: { baseUrl: 'https://user:word@host' } })).rejects.toMatchObject({
      kind: 'usage',
    });
  });
});

describe('a picture with references', () => {
  it.each([
    [1, ['image']],
    [2, ['image[]', 'image[]']],
  ])('sends %i as %j in one form, without the fields that edits do not take', async (count, names) => {
    const { provider, emulator } = await stage({ options: { moderation: 'low' } });
    await provider.submit(request({ references: (await makeReferences()).slice(0, count) }), call);
    const [recorded] = emulator.requests;
    expect(recorded?.path).toBe('/v1/images/edits');
    const form = await new Response(new Uint8Array(recorded?.body as Buffer), {
      headers: { 'content-type': recorded?.headers['content-type'] ?? '' },
    }).formData();
    const files = [...form].filter(([, value]) => typeof value !== 'string');
    expect(files.map(([name]) => name)).toEqual(names);
    expect(files.map(([, file]) => [(file as File).name, (file as File).type])).toEqual(
      [
        ['face.png', 'image/png'],
        ['side.png', 'image/png'],
      ].slice(0, count),
    );
    const fields = [...form].filter(([, value]) => typeof value === 'string');
    expect(Object.fromEntries(fields)).toEqual({
      model: 'gpt-image-2.5-flare',
      prompt: 'A portrait.',
      n: '1',
      size: '1024x1024',
      quality: 'medium',
      output_format: 'png',
    });
  });
});
