/** Inputs that are keys: sent to the model, kept nowhere, and no reason to take our own prediction for another. */
import { afterEach, describe, expect, it } from 'vitest';
import type { SentRecord } from '../../../src/providers/provider.ts';
import { inputSchema } from '../../../src/providers/replicate/schema.ts';
import { type Model, MODELS } from '../../emulators/replicate/models.ts';
import { call, clearStage, fault, lost, request, stage } from '../../support/providers/replicate-stage.ts';
import { recordedModel } from '../../support/replicate-schemas.ts';

afterEach(clearStage);

const KEY = 'a-key-of-the-user';

/** A model that takes a key as its input `access`. */
function withKey(access: Record<string, unknown>): Model {
  const plain = MODELS.find(({ name }) => name === 'flux-dev');
  if (plain === undefined) throw new Error('the emulator knows no flux-dev');
  return { ...plain, name: 'keyed', input: { ...plain.input, properties: { ...plain.input.properties, access } } };
}

describe('a key among the inputs of a model', () => {
  it.each([
    { type: 'string', format: 'password' },
    { type: 'string', writeOnly: true },
    { type: 'string', 'x-cog-secret': true },
  ])('told by %j is sent, is not in the record, and the redacted prediction is found', async (access) => {
    const { provider, service, sent } = await stage({
      service: { models: [withKey(access)] },
      provider: { input: { access: KEY } },
      emulator: fault('submit', 'reset-after'),
    });
    const asked = request({ model: 'black-forest-labs/keyed' });
    let record: SentRecord = {};
    await provider.submit(asked, { ...call(), onSending: (told = {}) => (record = told) }).catch(() => {});
    expect(sent().input['access']).toBe(KEY);
    expect(JSON.stringify(record)).not.toContain(KEY);
    const [prediction] = service.predictions.values();
    if (prediction) prediction.input['access'] = '[REDACTED]';
    const finding = await provider.find?.(lost({ request: asked, sent: record }), call());
    expect(finding).toEqual({ state: 'found', remoteId: prediction?.id });
  });

  it('is known in a recorded schema', () => {
    const { fields } = recordedModel('openai/gpt-image-2.5-flare').schema;
    expect([...fields].filter(([, { secret }]) => secret).map(([name]) => name)).toEqual(['openai_api_key']);
  });
});

it('a schema whose items hold themselves is read all the same', () => {
  const tree = { type: 'array', items: { $ref: '#/components/schemas/Tree' } };
  const schemas = { Input: { properties: { prompt: { type: 'string' }, tree } }, Tree: tree };
  expect(inputSchema({ components: { schemas } })?.fields.get('tree')).toMatchObject({ type: 'array' });
});
