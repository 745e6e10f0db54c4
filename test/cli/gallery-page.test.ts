/** `gallery --html` writes its own page and never over anything else. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gallery } from '../../src/commands/gallery.ts';
import { processHost } from '../../src/host.ts';
import { FakeTerminal } from '../support/view-events.ts';
import { filesIn, imggen, newStudio, textOf } from '../support/cli/imggen.ts';

describe('the page of a gallery', () => {
  it('is written again over itself, and refuses a file and a link that it did not make', async () => {
    const folder = newStudio();
    await imggen(folder, ['pack', '--count', '1', '--quiet']);
    const page = (...more: string[]) => imggen(folder, ['gallery', 'mira-sol', '--html', ...more]);
    expect(await page()).toMatchObject({ exitCode: 0 });
    expect(await page()).toMatchObject({ exitCode: 0 });

    writeFileSync(join(folder, 'notes.html'), 'my own notes');
    const refused = await page('notes.html');
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('not a gallery page of imggen') });
    expect(textOf(folder, 'notes.html')).toBe('my own notes');

    mkdirSync(join(folder, 'elsewhere'));
    writeFileSync(join(folder, 'elsewhere', 'secret'), 'keep');
    symlinkSync(join(folder, 'elsewhere', 'secret'), join(folder, 'link.html'));
    expect(await page('link.html')).toMatchObject({ exitCode: 2 });
    expect(readFileSync(join(folder, 'elsewhere', 'secret'), 'utf8')).toBe('keep');
    expect(filesIn(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});

it('the table of a gallery has a column for places only where it says some', async () => {
  const folder = newStudio();
  await imggen(folder, ['pack', '--count', '1', '--quiet']);
  const shown = async (columns: number) => {
    const stdout = new FakeTerminal({ columns, rows: 24 });
    const terminal = { stdout, stderr: stdout, stdin: stdout, onInterrupt: () => () => {} };
    const host = processHost({ cwd: folder, env: {} });
    expect(await gallery({ host, terminal, typed: (command) => command }, 'mira-sol', { color: false })).toBe(0);
    return stdout.text;
  };
  expect(await shown(100)).toMatch(/^name .* seed *\n[^]*1 picture of Mira Sol .*, in images\/mira-sol\n$/);
  expect(await shown(160)).toMatch(/^name .* where\n[^]* images\/mira-sol\/mira_sol_image_00001\.png\n/);
});
