import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { imggen, newStudio } from '../support/cli/imggen.ts';
import { startBrowser } from '../support/browser.ts';

const mira = (folder: string, ...path: string[]) => join(folder, 'images', 'mira-sol', ...path);
const picture = (number: number) => `mira_sol_image_${String(number).padStart(5, '0')}.png`;

describe('gallery --html', () => {
  it('writes one page that a browser shows without a network, thumbnails made where they are missing', async () => {
    const folder = newStudio();
    await imggen(folder, ['pack', '--count', '3']);
    rmSync(mira(folder, 'thumbnails', 'mira_sol_image_00002.webp'));
    await imggen(folder, ['mark', 'mira-sol/1', '--favorite']);
    const { exitCode, stdout } = await imggen(folder, ['gallery', 'mira-sol', '--html']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '3 pictures in images/mira-sol/gallery.html' });
    const html = readFileSync(mira(folder, 'gallery.html'), 'utf8');
    expect(html.match(/data:image\/webp;base64,/g)).toHaveLength(3);
    const browser = await startBrowser();
    try {
      const page = await browser.newPage();
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      await page.goto(pathToFileURL(mira(folder, 'gallery.html')).href);
      expect(await page.locator('.card').count()).toBe(3);
      expect(await page.locator('.card .name').first().textContent()).toBe(picture(3));
      const href = await page.locator('.card a.open').first().getAttribute('href');
      expect(href).toBe(`./${picture(3)}`);
      expect(asked.filter((url) => !/^(file|data):/.test(url))).toEqual([]);
    } finally {
      await browser.close();
    }
    const elsewhere = await imggen(folder, [
      'gallery',
      'mira-sol',
      '--html',
      'pages/mira.html',
      '--kind',
      'gallery',
      '--open',
    ]);
    expect(elsewhere.exitCode).toBe(0);
    expect(readFileSync(join(folder, 'pages', 'mira.html'), 'utf8')).toContain(`../images/mira-sol/${picture(1)}`);
  });
});
