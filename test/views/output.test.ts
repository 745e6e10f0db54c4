import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { openOutput } from '../../src/views/output.ts';

test('after the reader has gone nothing is written, nothing is thrown, and flushing ends', async () => {
  let writes = 0;
  const broken = new Writable({
    write(_chunk, _encoding, callback) {
      writes += 1;
      callback(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    },
  });
  const output = openOutput(broken);
  output.write('a');
  await new Promise((resolve) => setImmediate(resolve));
  output.write('b');
  await output.flush();
  expect(writes).toBe(1);
});

test('a stream that throws is a stream that has gone', () => {
  let writes = 0;
  const stream = new Writable();
  stream.write = () => {
    writes += 1;
    throw new Error('destroyed');
  };
  const output = openOutput(stream);
  output.write('a');
  output.write('b');
  expect(writes).toBe(1);
});

test('flushing waits for what was written', async () => {
  const seen: string[] = [];
  const slow = new Writable({
    write(chunk: Buffer, _encoding, callback) {
      setImmediate(() => {
        seen.push(chunk.toString());
        callback();
      });
    },
  });
  const output = openOutput(slow);
  output.write('a');
  await output.flush();
  expect(seen).toContain('a');
});
