/** Recorded answers about batches: their forms are those that are read. */
import { expect, it } from 'vitest';
import { itemsOf, operationSchema, stillRunning } from '../../src/providers/gemini/batch-answer.ts';
import { pictureInLine } from '../../src/providers/openai/batch-answer.ts';
import { thrownBy } from '../support/providers/request.ts';
import { bodyOf } from './recording.ts';

it('a line of OpenAI is read: this one holds no picture, and says so', async () => {
  const line = JSON.stringify(bodyOf('openai-batch', 'output-line'));
  const error = await thrownBy(Promise.resolve().then(() => pictureInLine(line, undefined, 0)));
  expect(error).toMatchObject({ failure: 'unusable', message: 'OpenAI: the answer holds no picture' });
});

it('a batch of Gemini in the list is read: it is pending, with numbers as text', () => {
  const { operations } = bodyOf('gemini-batch', 'listed') as { operations: unknown[] };
  const batch = operationSchema.parse(operations[0]);
  expect(batch.metadata?.displayName).toBe('ExecuteAsFile Example');
  expect(stillRunning(batch)).toBe('batch 7h9w4gzuqot3bb3fpd1e2nqcp980iwnmjs7n is pending, 0 of 5 requests are done');
});

it('answers of Gemini are read where they stand: in the response, as a list, or in the metadata alone', () => {
  const items = [{ metadata: { key: 'a' }, response: {} }];
  const nested = { inlinedResponses: { inlinedResponses: items } };
  const name = 'batches/1';
  for (const told of [
    { response: nested },
    { response: { inlinedResponses: items } },
    { metadata: { output: nested } },
  ])
    expect(itemsOf(operationSchema.parse({ name, ...told }))).toMatchObject(items);
});
