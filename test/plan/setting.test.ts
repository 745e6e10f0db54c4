import { expect, it } from 'vitest';
import { settingOf } from '../../src/plan/setting.ts';

it.each([
  ['in a café by the window', 'indoor'],
  ['in a Cafe', 'indoor'],
  ['on the terrace of a café', 'outdoor'],
  ['walking through tall grass', 'outdoor'],
  ['holding a barbell on the shore', 'outdoor'],
  ['before a plain white background', 'plain'],
])('"%s" is %s', (words, setting) => {
  expect(settingOf(words)).toBe(setting);
});
