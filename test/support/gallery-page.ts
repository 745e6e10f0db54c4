/** Gallery pages of made-up pictures, as text and in a browser. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { GalleryModel, GalleryPicture } from '../../src/gallery/model.ts';
import { galleryPage } from '../../src/gallery/page.ts';
import { makePicture } from '../emulators/picture.ts';
import { startBrowser } from './browser.ts';

export const HOSTILE =
  '"><img src=x onerror="document.title=1"></script><script>document.title=2</script>' +
  "\u2028\u2029\u202e'`&amp;${1}\u001b[31m";

export function picture(number: number, change: Partial<GalleryPicture> = {}): GalleryPicture {
  const filename = `mira_sol_image_${String(number).padStart(5, '0')}.png`;
  return {
    filename,
    kind: number === 1 ? 'avatar' : number <= 11 ? 'training' : 'gallery',
    shot: `gallery-${String(number).padStart(4, '0')}`,
    provider: number % 2 ? 'replicate' : 'openai',
    model: 'black-forest-labs/flux-dev',
    mark: ([null, 'approved', 'rejected', 'favorite'] as const)[number % 4] ?? null,
    prompt:
      `A photo of a woman of about 26, auburn long wavy hair, green eyes, ` +
      `standing with arms relaxed, soft window light from the left, number ${number}`,
    seed: 421_337 + number,
    seedHonored: number % 3 === 0 ? 'no' : 'yes',
    costMicros: 25_000,
    sizeBytes: 1_234_567,
    width: 1024,
    height: 1024,
    createdAtMs: Date.UTC(2026, 10, 21, 3, 0, number),
    file: filename,
    references:
      number === 1
        ? []
        : [
            { role: 'face', name: 'mira_sol_image_00001.png' },
            { role: 'product', name: 'a-rather-long-name-of-a-mug-with-a-blue-handle.png' },
          ],
    ...change,
  };
}

export const many = (count: number): GalleryPicture[] =>
  Array.from({ length: count }, (_, index) => picture(count - index));

export async function html(change: Partial<GalleryModel> = {}): Promise<string> {
  const model: GalleryModel = {
    characterName: 'Mira Sol',
    pictures: many(3),
    madeAtMs: Date.UTC(2026, 10, 21),
    thumbnailOf: () => Promise.resolve('UklGRg=='),
    ...change,
  };
  let text = '';
  for await (const piece of galleryPage(model)) text += piece;
  return text;
}

interface Look {
  width?: number;
  dark?: boolean;
  script?: boolean;
}

/** A browser for the tests of one file, and pages of these pictures in it. To be called in a `describe`. */
export function useBrowser() {
  const folder = mkdtempSync(join(tmpdir(), 'imggen-gallery-'));
  const pages: Page[] = [];
  let browser: Browser;
  let thumbnails: string[];

  beforeAll(async () => {
    browser = await startBrowser();
    thumbnails = await Promise.all(
      Array.from({ length: 8 }, async (_, key) =>
        (
          await sharp(makePicture(320, 320, String(key)))
            .webp({ quality: 80 })
            .toBuffer()
        ).toString('base64'),
      ),
    );
    for (const number of [1, 2, 3])
      writeFileSync(join(folder, `mira_sol_image_0000${number}.png`), makePicture(640, 480, String(number)));
  }, 60_000);
  afterEach(() => Promise.all(pages.splice(0).map((page) => page.context().close())));
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a page of these pictures from disk; every request beyond disk and data is noted, and complaints too. */
  async function open(
    change: Partial<GalleryModel> = {},
    look: Look = {},
  ): Promise<{ page: Page; outside: string[]; complaints: string[] }> {
    const thumbnailOf = ({ seed }: GalleryPicture): Promise<string | undefined> =>
      Promise.resolve(thumbnails[seed % thumbnails.length]);
    const path = join(folder, `gallery-${Math.random()}.html`);
    writeFileSync(path, await html({ thumbnailOf, ...change }));
    const width = look.width ?? 1280;
    const context = await browser.newContext({
      viewport: { width, height: width < 700 ? 844 : 800 },
      colorScheme: look.dark ? 'dark' : 'light',
      javaScriptEnabled: look.script ?? true,
      hasTouch: width < 700,
    });
    const page = await context.newPage();
    pages.push(page);
    const [outside, complaints]: [string[], string[]] = [[], []];
    page.on('request', (request) => (/^(?:file|data):/.test(request.url()) ? undefined : outside.push(request.url())));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => (message.type() === 'error' ? complaints.push(message.text()) : undefined));
    await page.goto(pathToFileURL(path).href);
    return { page, outside, complaints };
  }
  return { open };
}

export const visible = (page: Page): Promise<number> => page.locator('.card:visible').count();

/** Not `waitForFunction`, which needs `eval`, which the page's own policy forbids. */
export const becomes = (page: Page, expression: string): Promise<void> =>
  expect.poll(() => page.evaluate<unknown>(expression), { timeout: 10_000, interval: 10 }).toBe(true);

export const status = (page: Page): Promise<string | null> => page.locator('.filters [role=status]').textContent();
