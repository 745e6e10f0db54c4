import { expect, test } from 'vitest';
import { ago, bytes, clock, count, duration, usd } from '../../src/views/format.ts';
import { T0 } from '../support/view-events.ts';

test.each([
  [0, '$0.00'],
  [0.025, '$0.025'],
  [1.2, '$1.20'],
  [0.0034, '$0.0034'],
  [0.00001, '<$0.0001'],
  [0.1 + 0.2, '$0.30'],
  [12.3456, '$12.346'],
  [1234.5, '$1,234.50'],
  [-0.5, '-$0.50'],
  [Number.NaN, '$?'],
])('%s dollars are %s', (dollars, words) => {
  expect(usd(dollars)).toBe(words);
});

test.each([
  [0, '0 ms'],
  [340, '340 ms'],
  [999.6, '1.0 s'],
  [1234, '1.2 s'],
  [9960, '10 s'],
  [42_000, '42 s'],
  [59_700, '1 min 00 s'],
  [125_000, '2 min 05 s'],
  [3_720_000, '1 h 02 min'],
  [3 * 86_400_000 + 4 * 3_600_000, '3 d 4 h'],
  [-5, '0 ms'],
])('%s ms are %s', (ms, words) => {
  expect(duration(ms)).toBe(words);
});

test('a ticking clock has no fractions', () => {
  expect([clock(999), clock(7900), clock(-1)]).toEqual(['0 s', '7 s', '0 s']);
});

test.each([
  [812, '812 B'],
  [34_400, '34 kB'],
  [999_700, '1.0 MB'],
  [1_234_567, '1.2 MB'],
  [5e12, '5.0 TB'],
  [-1, '?'],
])('%s bytes are %s', (size, words) => {
  expect(bytes(size)).toBe(words);
});

test.each([
  [-5000, 'just now'],
  [59_000, 'just now'],
  [5 * 60_000, '5 min ago'],
  [3 * 3_600_000, '3 h ago'],
  [2 * 86_400_000, '2 d ago'],
  [40 * 86_400_000, '2025-11-23'],
])('%s ms before now is %s', (before, words) => {
  expect(ago(new Date(T0 - before).toISOString(), T0)).toBe(words);
});

test('a time that is none is said as nothing', () => {
  expect(ago('yesterday', T0)).toBe('');
});

test('nouns follow their number', () => {
  expect([count(1, 'image'), count(0, 'image'), count(10_000, 'image'), count(2, 'try', 'tries')]).toEqual([
    '1 image',
    '0 images',
    '10,000 images',
    '2 tries',
  ]);
});
