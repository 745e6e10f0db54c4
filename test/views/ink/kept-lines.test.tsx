import { renderToString } from 'ink';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { signsFor } from '../../../src/views/ink/look.ts';
import { StaticLine } from '../../../src/views/ink/static-line.tsx';
import type { FinishedShot } from '../../../src/views/state-model.ts';

const look = { color: false, links: false, signs: signsFor({ LANG: 'en_US.UTF-8' }), resume: 'imggen resume' };

describe('lines that stay', () => {
  const base: FinishedShot = {
    sequence: 1,
    jobId: '3',
    shot: 'avatar',
    ending: 'done',
    durationMs: 1200,
    costUsd: 0.025,
    filename: 'mira_sol_image_00001.png',
    url: `https://cdn.example.com/${'x'.repeat(100)}`,
    errorType: undefined,
    message: undefined,
    position: 1,
    imageCount: 11,
    revived: false,
  };
  const text = (shot: Partial<FinishedShot>, width = 79, links = false): string =>
    renderToString(
      <StaticLine
        item={{ kind: 'shot', shot: { ...base, ...shot }, jobName: undefined }}
        look={{ ...look, links }}
        width={width}
      />,
      { columns: 500 },
    );

  test("a finished shot has its columns, and the avatar's address is whole", () => {
    expect(text({})).toBe(`✓ avatar             1.2 s   $0.025  mira_sol_image_00001.png\n  ${base.url}`);
    expect(text({ shot: 'gallery-0002' })).toBe('✓ gallery-0002       1.2 s   $0.025  mira_sol_image_00001.png');
  });

  test('a narrow terminal leaves the file name out', () => {
    expect(text({ shot: 'gallery-0002' }, 40)).toBe('✓ gallery-0002       1.2 s   $0.025');
  });

  test('the file name opens the image where the terminal has links', () => {
    expect(text({ shot: 'b' }, 79, true)).toContain(`\u001b]8;;${base.url}`);
  });

  test('a failure says why, on as many lines as it takes', () => {
    const lines = text({ ending: 'refused', message: `the policy said ${'no '.repeat(40)}` }).split('\n');
    expect(lines[0]).toMatch(/^✗ avatar {7}refused: the policy/);
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(stringWidth(line)).toBeLessThan(80);
  });

  test('what is held and what was not uploaded is said', () => {
    expect(text({ ending: 'held', message: 'the connection broke' })).toContain('? avatar       held, nobody knows');
    expect(text({ shot: 'b', message: 'store is down' })).toContain('  not uploaded: store is down');
  });
});
