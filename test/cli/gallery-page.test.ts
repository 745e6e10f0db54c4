/** `gallery --html` writes its own page and never over anything else. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesIn, imggen, newStudio, textOf } from './imggen.ts';

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
