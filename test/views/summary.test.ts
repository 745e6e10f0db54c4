import { expect, test } from 'vitest';
import { summaryLines, summaryText, troubleLines } from '../../src/views/summary.ts';
import { summary } from '../support/view-events.ts';

const [job] = summary().jobs;

test('a run that went well says what, where and for how much', () => {
  expect(summaryLines(summary())).toEqual([
    'All 11 images are made.',
    '  11 of 11 pictures · $0.275 · 12 s',
    '  in images/mira-sol',
  ]);
  expect(troubleLines(summary())).toEqual([]);
});

test('failures are grouped by their reason, and the commands to go on are named', () => {
  const failures = ['a', 'b', 'c'].map((shot) => ({
    shot,
    jobId: '3',
    errorType: 'refused',
    message: 'said \u001b[31mno',
  }));
  const lines = summaryLines(
    summary({
      exitCode: 3,
      headline: '8 of 11 images are made.',
      jobs: [{ ...job!, completed: 5, refused: 3, failed: 1, remaining: 3, takesLeft: 2, held: 1, reservedUsd: 0.025 }],
      failures: [...failures, { shot: 'd', jobId: '3', errorType: 'timeout', message: 'too slow' }],
      failuresMore: 2,
      warnings: ['the seed was not honored'],
      next: ['imggen retry 3', 'imggen retry --unknown 3'],
    }),
  );
  expect(lines).toEqual([
    '8 of 11 images are made.',
    '  5 of 11 pictures · $0.275 · 12 s',
    '  3 refused · 1 failed · 1 held · 1 not made yet · 2 other takes not made yet',
    '  held: 1 request went out and no answer came back. It may have been charged, so nothing is sent again by itself.',
    '  $0.025 is still reserved: it counts as spent until the real cost is known.',
    '  in images/mira-sol',
    '  refused: said no',
    '    a, b, c',
    '  timeout: too slow',
    '    d',
    '  and 2 more failures',
    'warning: the seed was not honored',
    'Go on with: imggen retry 3  or  imggen retry --unknown 3',
  ]);
});

test('reasons of failures break between words', () => {
  const message = 'nobody knows whether the request was accepted';
  const failures = [{ shot: 'a', jobId: '1', errorType: 'unknown', message }];
  expect(summaryLines(summary({ failures }), 31).join('\n')).toContain(
    '  unknown: nobody knows whether\n  the request was accepted\n    a',
  );
});

test('names of failed shots are cut to the width', () => {
  const failures = Array.from({ length: 20 }, (_, i) => ({
    shot: `gallery-${1000 + i}`,
    jobId: '3',
    errorType: 'timeout',
    message: 'x',
  }));
  const line = summaryLines(summary({ failures }), 40).find((text) => text.includes('gallery-'));
  expect(line).toBe('    gallery-1000 and 19 more');
  expect(summaryLines(summary({ failures })).find((text) => text.includes('gallery-'))).toMatch(
    /gallery-1005 and 14 more$/,
  );
});

test('several jobs are named', () => {
  const lines = summaryLines(summary({ jobs: [job!, { ...job!, jobId: '4', characterName: 'Bo' }] }));
  expect(lines.filter((line) => line.includes('(job '))).toEqual([
    '  Mira Sol (job 3): 11 of 11 pictures · $0.275 · 12 s',
    '  Bo (job 4): 11 of 11 pictures · $0.275 · 12 s',
  ]);
});

test('a failure of several jobs is told with its job', () => {
  const failure = (jobId: string) => ({ shot: 'avatar', jobId, errorType: 'timeout', message: 'too slow' });
  const failures = [failure('3'), failure('4')];
  const lines = summaryLines(summary({ jobs: [job!, { ...job!, jobId: '4' }], failures }));
  expect(lines.at(-1)).toBe('    job 3 avatar, job 4 avatar');
});

test('the first line is green when all went well and red when not, only where colors are wanted', () => {
  const stdout = { columns: 80 };
  expect(summaryText(summary(), { color: true, stdout })).toMatch(/^\u001b\[1m\u001b\[32mAll 11/);
  expect(summaryText(summary({ exitCode: 4 }), { color: true, stdout })).toContain('\u001b[31m');
  expect(summaryText(summary(), { color: false, stdout })).not.toContain('\u001b');
});

test('warnings break between words at a terminal', () => {
  const warnings = ['3 pictures of job 1 are still being made at the provider: run again to collect'];
  expect(summaryLines(summary({ warnings }), 40).slice(-3)).toEqual([
    'warning: 3 pictures of job 1 are still',
    'being made at the provider: run again to',
    'collect',
  ]);
});
